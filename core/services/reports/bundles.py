"""What an inspector takes away and brings back: a bundle of the reports sealed to own keys, and signed answers."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.inspector_key import PublicHalf
from core.confidentiality.report_keys import ReportKeys
from core.confidentiality.sealing import pad, seal
from core.confidentiality.vault import Vault
from core.domain.report import Report, ReportAddition, ReportAnswer
from core.errors import KeysError, NotAllowed, NotFound
from core.services.reports import rewards
from core.services.reports.answers import Brought, destruction_day, read_line
from core.services.reports.filing import Filed
from core.services.reports.moving import destroy

# A bundle's size says only in steps of this how much is in it.
BLOCK = 1024 * 1024


def export(
    session: Session,
    report_keys: ReportKeys,
    own: Sequence[PublicHalf],
    sealed_to: Sequence[PublicHalf],
    colleagues: Sequence[PublicHalf],
) -> bytes:
    """A bundle of the reports that any of the `own` keys opens, sealed as a whole to `sealed_to`: who carries it learns
    nothing, not even whether there is any. `colleagues` are the keys that read the answers too.

    Raises NotAllowed where there is no key to seal it to.
    """
    if not sealed_to:
        raise NotAllowed("None of your keys is in use; register one with `jiangfu reports key add`.")
    mine = {half.sealing.hex() for half in own}
    reports = []
    for report in session.scalars(select(Report).order_by(Report.filed_on, Report.id)):
        filed = _opened(report_keys, report.id, report.sealed)
        if filed is not None and mine.intersection(filed.keys):
            reports.append(_bundled(session, report_keys, report, filed))
    data = {"keys": [half.to_line() for half in colleagues], "reports": reports}
    return seal(pad(json.dumps(data).encode("ascii"), BLOCK), [half.sealing for half in sealed_to])


def _bundled(session: Session, report_keys: ReportKeys, report: Report, filed: Filed) -> dict[str, Any]:
    additions = session.scalars(
        select(ReportAddition).where(ReportAddition.report_id == report.id).order_by(ReportAddition.added_on)
    )
    given = session.scalars(
        select(ReportAnswer).where(ReportAnswer.report_id == report.id).order_by(ReportAnswer.given_on)
    )
    more = [(row, _opened(report_keys, report.id, row.sealed)) for row in additions]
    return {
        "id": report.id.hex(),
        "filed_on": report.filed_on.isoformat(),
        "due_on": filed.due_on.isoformat(),
        "answer_key": filed.answer_key,
        "closed": report.destroy_on is not None,
        "envelope": _text(filed.envelope),
        "additions": [
            {"added_on": row.added_on.isoformat(), "envelope": _text(added.envelope)} for row, added in more if added
        ],
        "answers": [
            {"given_on": row.given_on.isoformat(), "copy": _text(report_keys.open(report.id, row.copy))}
            for row in given
        ],
    }


@dataclass(frozen=True)
class Imported:
    """What became of a file of answers: how many were new, known already, and refused with the reason."""

    new: int
    known: int
    refused: tuple[str, ...]


def import_answers(
    session: Session,
    vault: Vault,
    report_keys: ReportKeys,
    signers: Mapping[PublicHalf, Sequence[PublicHalf]],
    lines: Iterable[str],
    today: date,
    retention_days: int,
) -> Imported:
    """Take in the lines of a file of answers, each once, if it is signed with a key of `signers`, which names for each
    the keys of the same inspector, and is about a report of one of those. An answer that closes its report sets the day
    of its destruction, so many days from today."""
    counts: Counter[str] = Counter()
    refused = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            half, brought = read_line(line, list(signers))
            taken = _take(session, vault, report_keys, signers[half], brought, today, retention_days)
            counts["new" if taken else "known"] += 1
        except (KeysError, NotAllowed, NotFound) as error:
            refused.append(f"line {number}: {error}")
    return Imported(counts["new"], counts["known"], tuple(refused))


def _take(
    session: Session,
    vault: Vault,
    report_keys: ReportKeys,
    own: Sequence[PublicHalf],
    brought: Brought,
    today: date,
    retention_days: int,
) -> bool:
    if brought.reward:
        return rewards.grant(session, vault, brought.reward, brought.amount, today)
    if session.get(ReportAnswer, brought.number) is not None:
        return False
    report = report_of(session, report_keys, brought.report, own)
    session.add(
        ReportAnswer(
            id=brought.number,
            report_id=report.id,
            given_on=today,
            sealed=report_keys.seal(report.id, brought.sealed),
            copy=report_keys.seal(report.id, brought.copy),
        )
    )
    if brought.closes:
        report.destroy_on = destruction_day(today, retention_days)
    session.flush()
    return True


def report_of(session: Session, report_keys: ReportKeys, report_id: bytes, own: Sequence[PublicHalf]) -> Report:
    """The report with that id, or with the only one that begins with it, if it is sealed to one of the `own` keys.

    Raises NotFound where there is none: whether it is somebody else's is not told.
    """
    mine = {half.sealing.hex() for half in own}
    for report in session.scalars(select(Report)):
        if report.id.startswith(report_id) and len(report_id) >= 4:
            filed = _opened(report_keys, report.id, report.sealed)
            if filed is not None and mine.intersection(filed.keys):
                return report
    raise NotFound("There is no such report among yours.")


def destroy_now(session: Session, report_keys: ReportKeys, report_id: bytes, own: Sequence[PublicHalf]) -> None:
    """Destroy a report at once, at the will of the inspector who has it. Raises NotFound."""
    destroy(session, report_of(session, report_keys, report_id, own).id)


def _opened(report_keys: ReportKeys, report_id: bytes, sealed: bytes) -> Filed | None:
    try:
        return Filed.of_bytes(report_keys.open(report_id, sealed))
    except KeysError:
        return None  # its key was destroyed: so is the report, whatever an old backup has brought back


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
