"""Coming back with a receipt: the report that it finds, where it stands, and what the inspector said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from core.confidentiality.receipt import Cost, Secrets
from core.confidentiality.report_keys import ReportKeys
from core.confidentiality.vault import Vault
from core.domain.area import Area, Level
from core.domain.report import Report, ReportAnswer, WaitingReport
from core.errors import KeysError
from core.services.reports.answers import CLOSED, Answer, Standing, open_answer
from core.services.reports.filing import Filed, intake_id, lookup_hash


@dataclass(frozen=True)
class Found:
    """A report as its author may see it. `standing` is None until the inspector has said something; `level` is that of
    the office it lies with (None: above the district); `target` is what an addition names it by."""

    due_on: date
    standing: Standing | None
    answers: tuple[Answer, ...]
    office: int | None
    level: Level | None
    target: bytes

    def is_overdue(self, today: date) -> bool:
        """Whether the day that was promised is over, and nothing was said."""
        return self.standing is None and today > self.due_on

    @property
    def is_closed(self) -> bool:
        """Whether the inspector has come to an end with it."""
        return self.standing in CLOSED


def costs_in_use(session: Session, current: Cost) -> list[Cost]:
    """What the receipts given out so far were hardened with: what is in use now first, as nearly all are."""
    stored = union(select(Report.cost), select(WaitingReport.cost))
    return [current, *(Cost.of(text) for text in session.scalars(stored) if text != str(current))]


def find(session: Session, vault: Vault, report_keys: ReportKeys, receipt: Secrets) -> Found | None:
    """The report of a receipt; None where there is none (any more), or its key is gone."""
    waiting = session.get(WaitingReport, intake_id(vault, receipt.lookup))
    report = session.scalar(select(Report).where(Report.lookup_hash == lookup_hash(vault, receipt.lookup)))
    try:
        if report is not None:
            filed = Filed.of_bytes(report_keys.open(report.id, report.sealed))
            return _found(session, filed, _answers(session, report_keys, report, receipt))
        if waiting is not None:
            return _found(session, Filed.of_bytes(report_keys.open_waiting(waiting.sealed)), ())
    except KeysError:
        return None
    return None


def _answers(session: Session, report_keys: ReportKeys, report: Report, receipt: Secrets) -> Sequence[Answer]:
    rows = session.scalars(select(ReportAnswer.sealed).where(ReportAnswer.report_id == report.id))
    answers = [open_answer(report_keys.open(report.id, sealed), receipt.private_key) for sealed in rows]
    return sorted(answers, key=lambda answer: answer.said_at)


def _found(session: Session, filed: Filed, answers: Sequence[Answer]) -> Found:
    office = session.get(Area, filed.office) if filed.office is not None else None
    return Found(
        filed.due_on,
        answers[-1].standing if answers else None,
        tuple(answers),
        filed.office,
        office.level if office else None,
        bytes.fromhex(filed.target),
    )
