"""The journal: the acts of the trail once more, one a line, in a file on another disk. When the database is lost, it
names what has to be done again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction

from core.audit.trail import AuditEntry, Head
from core.db import Sessions

log = structlog.get_logger(__name__)
_NOTED = "journal"


def keep_journal(sessions: Sessions, path: Path) -> None:
    """Write every act that a session of `sessions` commits to `path` too: number, instant, staff number (- for none),
    act, reference or number. It is on the disk before the commit, so that an act may stand there that failed, and
    none is missing. A disk that is away stops no act: it is logged."""

    def gather(session: Session, _context: UOWTransaction) -> None:
        noted = session.info.setdefault(_NOTED, [])
        noted += [_line(entry) for entry in session.new if isinstance(entry, AuditEntry)]

    def write(session: Session) -> None:
        if lines := session.info.pop(_NOTED, []):
            try:
                _append(path, lines)
            except OSError:
                log.error("journal_unwritten", acts=len(lines))

    def forget(session: Session) -> None:
        session.info.pop(_NOTED, None)

    event.listen(sessions, "after_flush", gather)
    event.listen(sessions, "before_commit", write)
    event.listen(sessions, "after_rollback", forget)


def acts_after(path: Path, head: Head | None) -> list[str]:
    """The lines of the journal after the entry `head` (None: all), oldest first. Raises OSError where it cannot be
    read."""
    lines = path.read_text("utf-8").splitlines()
    if head is None:
        return lines
    at = head.at.astimezone(UTC).isoformat()
    begins = f"{head.sequence}\t{at}\t"
    places = [number for number, line in enumerate(lines) if line.startswith(begins)]
    if places:
        return lines[places[-1] + 1 :]
    return [line for line in lines if line.split("\t")[1:2] > [at]]  # begun after that backup


def _line(entry: AuditEntry) -> str:
    actor = "-" if entry.actor_id is None else str(entry.actor_id)
    return "\t".join((str(entry.sequence), _utc(entry), actor, entry.action, entry.subject))


def _utc(entry: AuditEntry) -> str:
    return entry.at.astimezone(UTC).isoformat()


def _append(path: Path, lines: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
