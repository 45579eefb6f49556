"""Whether the line is well: database, keys, and the heartbeats of the parts that have ever beaten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.clock import machine_now
from core.confidentiality import keys
from core.db import transaction
from core.errors import KeysError, Unavailable
from core.heartbeat import Heartbeat
from core.line import Line
from core.services.watch import troubles

SILENT_AFTER = timedelta(seconds=90)


def check(line: Line) -> list[str]:
    """The names of what is not well: `database`, `keys`, `scheduler`, `sender`, `bot`; empty when all is."""
    ailing = []
    try:
        keys.load(line.settings.keys_dir)
    except KeysError:
        ailing.append("keys")
    try:
        with transaction(line.sessions) as session:
            beats = session.execute(select(Heartbeat.part, Heartbeat.beat_at)).all()
    except (Unavailable, SQLAlchemyError):  # away, or there and not ours: without its tables, or damaged
        return ["database", *ailing]
    return ailing + sorted(part for part, beat_at in beats if machine_now() - beat_at > SILENT_AFTER)


def warnings(line: Line) -> list[str]:
    """The names of what threatens though the line is well, as `core.services.watch` has them."""
    try:
        with transaction(line.sessions) as session:
            return troubles(session, line.settings, line.clock.now())
    except (Unavailable, SQLAlchemyError):
        return []
