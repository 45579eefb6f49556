"""The whole schema in one import: every mapped class, for migrations, key rotation, and tests over all tables."""

from core import heartbeat
from core.db import Base
from core.delivery import inbox, outbox
from core.dialogue import session
from core.domain import application, area, attempt, contact, person, staff

__all__ = [
    "Base",
    "application",
    "area",
    "attempt",
    "contact",
    "heartbeat",
    "inbox",
    "outbox",
    "person",
    "session",
    "staff",
]
