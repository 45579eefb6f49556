"""The whole schema in one import: every mapped class, for migrations, key rotation, and tests over all tables."""

from core import heartbeat, lease
from core.db import Base
from core.delivery import inbox, outbox, rates
from core.dialogue import session
from core.domain import (
    application,
    area,
    attempt,
    case,
    contact,
    person,
    procedure_record,
    published_list,
    staff,
    window,
)

__all__ = [
    "Base",
    "application",
    "area",
    "attempt",
    "case",
    "contact",
    "heartbeat",
    "inbox",
    "lease",
    "outbox",
    "person",
    "procedure_record",
    "published_list",
    "rates",
    "session",
    "staff",
    "window",
]
