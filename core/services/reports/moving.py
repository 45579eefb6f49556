"""The daily move: what was filed on earlier days becomes reports, all at once and in an order that says nothing; and
what is closed long enough is destroyed with its key."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.confidentiality.report_keys import ReportKeys
from core.confidentiality.vault import Vault
from core.domain.report import Report, ReportAddition, ReportAnswer, WaitingReport
from core.errors import KeysError
from core.services.reports.counts import add_to_tally
from core.services.reports.envelope import Kind
from core.services.reports.filing import Filed

# The tables whose rows come and go.
PASSING = ("report_drafts", "report_pieces", "report_intake", "dialogue_sessions", "inbox", "erasures")

Opened = tuple[WaitingReport, Filed]


def move_intake(session: Session, vault: Vault, report_keys: ReportKeys, today: date) -> int:
    """Make reports of what was filed before `today`, each under a key of its own, and count them for their years; how
    many rows were moved. Running it again, or late, moves what is left.

    To be called while `report_keys.changing()`: the new keys are on the disk before the reports are in the database.
    """
    waiting = list(session.scalars(select(WaitingReport).where(WaitingReport.filed_on < today)))
    secrets.SystemRandom().shuffle(waiting)
    opened = list(_opened(report_keys, waiting))
    reports = [each for each in opened if each[1].kind is Kind.REPORT]
    _move_reports(session, report_keys, reports)
    _count(session, vault, reports)
    _move_additions(session, report_keys, [each for each in opened if each[1].kind is not Kind.REPORT])
    session.execute(delete(WaitingReport).where(WaitingReport.id.in_([row.id for row, _filed in opened])))
    return len(opened)


def _opened(report_keys: ReportKeys, waiting: Sequence[WaitingReport]) -> Sequence[Opened]:
    opened = []
    for row in waiting:
        try:
            opened.append((row, Filed.of_bytes(report_keys.open_waiting(row.sealed))))
        except KeysError:
            continue  # one row that does not open must not keep back all others
    return opened


def _move_reports(session: Session, report_keys: ReportKeys, reports: Sequence[Opened]) -> None:
    ids = [secrets.token_bytes(16) for _ in reports]
    report_keys.add(ids)
    for report_id, (row, filed) in zip(ids, reports, strict=True):
        session.add(
            Report(
                id=report_id,
                lookup_hash=bytes.fromhex(filed.target),
                cost=row.cost,
                filed_on=row.filed_on,
                sealed=report_keys.seal(report_id, filed.to_bytes()),
            )
        )
    session.flush()


def _count(session: Session, vault: Vault, reports: Sequence[Opened]) -> None:
    by_year = defaultdict(list)
    for row, filed in reports:
        by_year[row.filed_on.year].append(filed.township)
    for year, townships in by_year.items():
        add_to_tally(session, vault, year, townships)


def _move_additions(session: Session, report_keys: ReportKeys, additions: Sequence[Opened]) -> None:
    for row, filed in additions:
        target = session.scalar(select(Report.id).where(Report.lookup_hash == bytes.fromhex(filed.target)))
        if target is None:
            continue  # the report was destroyed meanwhile
        sealed = report_keys.seal(target, filed.to_bytes())
        session.add(ReportAddition(id=secrets.token_bytes(16), report_id=target, added_on=row.filed_on, sealed=sealed))
    session.flush()


def destroy_due(session: Session, today: date) -> int:
    """Destroy the reports whose time after closing is over; how many. Their keys go by `keep_keys_of_reports`."""
    due = list(session.scalars(select(Report.id).where(Report.destroy_on <= today)))
    for report_id in due:
        destroy(session, report_id)
    return len(due)


def destroy(session: Session, report_id: bytes) -> None:
    """Destroy a report with all that belongs to it."""
    for kind in (ReportAddition, ReportAnswer):
        session.execute(delete(kind).where(kind.report_id == report_id))
    session.execute(delete(Report).where(Report.id == report_id))


def keep_keys_of_reports(session: Session, report_keys: ReportKeys, today: date) -> None:
    """Destroy the keys of all reports that are gone, and renew the key of what waits, once a day.

    To be called while `report_keys.changing()`, in a transaction after the one that destroyed them.
    """
    report_keys.keep_only(set(session.scalars(select(Report.id))))
    report_keys.renew_waiting(today)
