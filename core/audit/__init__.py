"""Who did what to which record: an append-only trail whose entries are chained by a keyed hash."""

from core.audit.check import Broken, verify
from core.audit.trail import AuditEntry, Head, entries, head, note

__all__ = ["AuditEntry", "Broken", "Head", "entries", "head", "note", "verify"]
