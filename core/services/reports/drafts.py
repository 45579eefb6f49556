"""Reports being written: each message is sealed as it comes, and what stays silent for ten minutes is gone."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.confidentiality.report_keys import ReportKeys
from core.confidentiality.sealing import pad, unpad
from core.confidentiality.vault import Vault
from core.domain.report import ReportDraft, ReportPiece
from core.errors import JiangfuError, KeysError
from core.services.reports.charge import Charge, keys_in_charge
from core.services.reports.envelope import MOST_PIECES, Heading, Kind, seal_heading, seal_text
from core.settings import Settings

SILENCE = timedelta(minutes=10)
_BLOCK = 1024


class NobodyInCharge(JiangfuError):
    """No key is left that this could be sealed to."""


class Gone(JiangfuError):
    """There is no such draft any more: silence has ended it."""


class Full(JiangfuError):
    """The report holds no more messages."""


@dataclass(frozen=True)
class Particulars:
    """What the server must know of a draft to file it: the office in charge, its keys when the draft was begun (in
    hexadecimal), the township for the yearly count, and for an addition the report's look-up hash."""

    kind: Kind
    office: int | None
    keys: tuple[str, ...]
    township: int | None = None
    target: str | None = None


def begin(
    session: Session,
    vault: Vault,
    report_keys: ReportKeys,
    charge: Charge,
    now: datetime,
    *,
    township: int | None = None,
    target: bytes | None = None,
) -> bytes:
    """Begin a draft for those in charge; its id (32 random bytes), by which the talk finds it."""
    keys = tuple(half.sealing.hex() for half in charge.keys)
    particulars = Particulars(Kind.REPORT, charge.office, keys, township, target.hex() if target is not None else None)
    draft = ReportDraft(id=secrets.token_bytes(32), touched_at=_sealed_now(vault, now))
    draft.particulars = _packed(report_keys, particulars)
    session.add(draft)
    session.flush()
    return draft.id


def head(session: Session, report_keys: ReportKeys, draft_id: bytes, heading: Heading) -> None:
    """Put the heading before what will be said, and say of which kind the draft is. Raises Gone."""
    draft = _draft(session, draft_id)
    particulars = particulars_of(report_keys, draft)
    draft.particulars = _packed(report_keys, replace(particulars, kind=heading.kind))
    piece = seal_heading(heading, [bytes.fromhex(key) for key in particulars.keys])
    session.add(ReportPiece(draft_id=draft_id, number=0, sealed=report_keys.seal_waiting(piece)))
    session.flush()


def add(
    session: Session,
    vault: Vault,
    report_keys: ReportKeys,
    settings: Settings,
    draft_id: bytes,
    text: str,
    now: datetime,
) -> None:
    """Seal one message and keep it. Raises Gone, Full, NobodyInCharge; KeysError where the report keys are gone."""
    draft = _draft(session, draft_id)
    keys = keys_of_draft(session, settings, particulars_of(report_keys, draft))
    number = 1 + (session.scalar(select(func.max(ReportPiece.number)).where(ReportPiece.draft_id == draft_id)) or 0)
    pieces = seal_text(text, keys)
    if number + len(pieces) > MOST_PIECES:
        raise Full
    for place, piece in enumerate(pieces, number):
        session.add(ReportPiece(draft_id=draft_id, number=place, sealed=report_keys.seal_waiting(piece)))
    draft.touched_at = _sealed_now(vault, now)
    session.flush()


def has_begun(session: Session, draft_id: bytes) -> bool:
    """Whether the draft holds any message."""
    return bool(session.scalar(select(func.count()).where(ReportPiece.draft_id == draft_id, ReportPiece.number > 0)))


def pieces_of(session: Session, report_keys: ReportKeys, draft_id: bytes) -> list[bytes]:
    """The sealed pieces, the heading first."""
    query = select(ReportPiece.sealed).where(ReportPiece.draft_id == draft_id).order_by(ReportPiece.number)
    return [report_keys.open_waiting(sealed) for sealed in session.scalars(query)]


def load(session: Session, report_keys: ReportKeys, draft_id: bytes) -> Particulars:
    """What is known of the draft. Raises Gone."""
    return particulars_of(report_keys, _draft(session, draft_id))


def particulars_of(report_keys: ReportKeys, draft: ReportDraft) -> Particulars:
    """What is known of the draft."""
    data = json.loads(unpad(report_keys.open_waiting(draft.particulars), _BLOCK))
    return Particulars(Kind(data["kind"]), data["office"], tuple(data["keys"]), data["township"], data["target"])


def keys_of_draft(session: Session, settings: Settings, particulars: Particulars) -> list[bytes]:
    """The keys to seal to: those of when it was begun that still count. Raises NobodyInCharge where none is left."""
    today = {half.sealing for half in keys_in_charge(session, settings, particulars.office)}
    keys = [key for key in map(bytes.fromhex, particulars.keys) if key in today]
    if not keys:
        raise NobodyInCharge
    return keys


def abandon(session: Session, draft_id: bytes) -> None:
    """Destroy the draft; nothing is left of it."""
    session.execute(delete(ReportPiece).where(ReportPiece.draft_id == draft_id))
    session.execute(delete(ReportDraft).where(ReportDraft.id == draft_id))


def forget_silent(session: Session, vault: Vault, now: datetime) -> int:
    """Destroy the drafts that were silent for ten minutes; how many."""
    rows = session.execute(select(ReportDraft.id, ReportDraft.touched_at)).all()
    silent = [row.id for row in rows if _is_silent(vault, row.touched_at, now)]
    for draft_id in silent:
        abandon(session, draft_id)
    return len(silent)


def _is_silent(vault: Vault, touched_at: bytes, now: datetime) -> bool:
    try:
        return now - datetime.fromisoformat(vault.open(ReportDraft.touched_at, touched_at)) >= SILENCE
    except KeysError:
        return True  # what nobody can date any more must not lie there for ever


def _draft(session: Session, draft_id: bytes) -> ReportDraft:
    draft = session.get(ReportDraft, draft_id)
    if draft is None:
        raise Gone
    return draft


def _packed(report_keys: ReportKeys, particulars: Particulars) -> bytes:
    return report_keys.seal_waiting(pad(json.dumps(asdict(particulars)).encode(), _BLOCK))


def _sealed_now(vault: Vault, now: datetime) -> bytes:
    return vault.seal(ReportDraft.touched_at, now.isoformat(timespec="seconds"))
