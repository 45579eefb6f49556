"""A conversation under way: sealed, with a revision that no two writers share and an end after thirty idle minutes."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, delete, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.confidentiality.vault import SealedText, Vault
from core.db import Base

IDLE = timedelta(minutes=30)
# One talk ends sooner, and wholly; the row's own end is as late as any other's, lest it tell which talk it is.
CONFIDENTIAL = "report"
CONFIDENTIAL_IDLE = timedelta(minutes=10)
EMPTIED = 0  # the revision of a talk that ended and of which nothing but its name is left
EMPTIED_AT_ONCE = 1000
STATE_BLOCK = 512


@dataclass(frozen=True)
class Talk:
    """Where a conversation stands: the flow, its step, what was answered so far, and the choices as they were shown.

    `revision` is drawn at random with each step, so that it tells an old button from a new one and counts nothing.
    `answered`: the talk has come to its end, and only more about it can be asked for; such a one is not resumed.
    """

    flow: str
    step: str
    data: dict[str, Any] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    revision: int = 0
    answered: bool = False


class DialogueSession(Base):
    """The talk of one address, found by the keyed hash of the address; no row means that nothing is under way."""

    __tablename__ = "dialogue_sessions"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[bytes] = mapped_column(SealedText)
    expires_at: Mapped[datetime]


class Superseded(Exception):
    """Another message of the same person was answered meanwhile; this one is to be taken again, from the new state."""


def open_talk(vault: Vault, state: bytes | None, revision: int) -> Talk | None:
    """The talk that a row's `state` and `revision` hold; None for no row."""
    if state is None:
        return None
    flow, step, data, choices, *answered = json.loads(vault.open(DialogueSession.state, state))
    return Talk(flow, step, data, tuple(choices), revision, *answered)


def save_talk(
    session: Session, vault: Vault, address_hash: bytes, before: Talk | None, after: Talk | None, now: datetime
) -> None:
    """Put `after` where `before` was. Raises Superseded where something else stands there by now."""
    mine = (DialogueSession.address_hash == address_hash) & (
        DialogueSession.revision == (before.revision if before else None)
    )
    if after is None:
        if before is not None and not session.execute(delete(DialogueSession).where(mine)).rowcount:  # type: ignore[attr-defined]
            raise Superseded
        return
    values = {
        "revision": after.revision,
        "state": vault.seal(DialogueSession.state, _state(after)),
        "expires_at": now + IDLE,
    }
    if before is None:
        # Two first messages at once: the second insert breaks the primary key, which the door takes as Superseded.
        session.execute(insert(DialogueSession), {"address_hash": address_hash, **values})
    elif not session.execute(update(DialogueSession).where(mine).values(values)).rowcount:  # type: ignore[attr-defined]
        raise Superseded


def ends_at(talk: Talk, expires_at: datetime) -> datetime:
    """When the talk ends, whose row says that it expires at `expires_at`."""
    return expires_at - (IDLE - CONFIDENTIAL_IDLE) if talk.flow == CONFIDENTIAL else expires_at


def new_revision() -> int:
    """A revision for the next step: 31 random bits, so that it fits a button's data and any integer column."""
    return secrets.randbits(31) or 1


def forget_ended(session: Session, vault: Vault, now: datetime) -> int:
    """Empty the talks that have ended: what was said goes, which talk it was stays for a day, for the line on how to
    resume; then the row goes too. How many were emptied."""
    session.execute(delete(DialogueSession).where(DialogueSession.expires_at < now - timedelta(days=1)))
    idle = DialogueSession.expires_at < now + (IDLE - CONFIDENTIAL_IDLE), DialogueSession.revision != EMPTIED
    query = select(DialogueSession).where(*idle).order_by(DialogueSession.expires_at).limit(EMPTIED_AT_ONCE)
    emptied = 0
    for row in session.scalars(query).all():
        talk = open_talk(vault, row.state, row.revision)
        if talk is not None and now <= ends_at(talk, row.expires_at):
            continue
        emptied += 1
        if talk is None or talk.answered or talk.flow == CONFIDENTIAL:
            session.delete(row)  # nothing to resume
            continue
        row.state = vault.seal(DialogueSession.state, _state(Talk(talk.flow, "")))
        row.revision = EMPTIED
    return emptied


def _state(talk: Talk) -> str:
    # Padded, so that its length tells neither the talk nor what was answered.
    state = json.dumps([talk.flow, talk.step, talk.data, talk.choices, talk.answered], ensure_ascii=False)
    return state + " " * (-len(state.encode()) % STATE_BLOCK)
