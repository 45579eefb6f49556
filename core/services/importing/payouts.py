"""Import of the bank's result file: each line is added to what stands, and nothing that stands is ever changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.db import Sessions
from core.domain.payout import Payout, PayoutBatch, PayoutStatus
from core.domain.staff import Role
from core.domain.stage import Stage
from core.errors import NotAllowed
from core.services import payouts
from core.services.acting import Actor
from core.services.importing.batches import OnRow, ignore, run
from core.services.importing.cells import Unfit
from core.services.importing.payout_records import Recipient, Records
from core.services.importing.payout_row import PayoutRow, payout_reader
from core.services.importing.payout_totals import Totals
from core.services.importing.report import Outcome, Report, RowResult
from core.services.importing.seen import Seen
from core.services.importing.table import Row
from core.services.payouts import Result

_MAY_IMPORT = frozenset({Role.OFFICER, Role.ADMIN})


@dataclass(frozen=True)
class Occasion:
    """What an import of payouts is of: when, by whom (None: not named), with which own amounts of the office (yuan by
    year), and, where it corrects what stands, why."""

    now: datetime
    amounts: Mapping[int, int]
    actor: Actor | None = None
    correction: str = ""

    @property
    def staff_id(self) -> int | None:
        """The staff number of who imports."""
        return self.actor.staff_id if self.actor else None


def import_payouts(
    rows: Iterable[Row],
    sessions: Sessions,
    vault: Vault,
    occasion: Occasion,
    totals: Totals,
    *,
    dry_run: bool = False,
    on_row: OnRow = ignore,
) -> Report:
    """Record the results in `rows` as one batch and tell each person; `totals` is told what was recorded where.

    A line that is recorded already changes nothing; one that says otherwise of a payment that was made is taken only
    as a correction. Raises NotAllowed for somebody who is neither officer nor administrator, Stopped, which tells how
    far it came.
    """
    if occasion.actor is not None and occasion.actor.role not in _MAY_IMPORT:
        raise NotAllowed(f"A {occasion.actor.role} may not import payouts.")
    seen = Seen()
    batch = _Batch(vault, occasion, seen, totals)

    def hear(result: RowResult) -> None:
        totals.settle(result, None if dry_run else batch.id)
        on_row(result)

    reader = payout_reader(occasion.now, occasion.amounts)
    return run(rows, reader, batch.save, sessions, seen=seen, dry_run=dry_run, on_row=hear)


class _Batch:
    """The lines that one import adds, five hundred rows a transaction."""

    def __init__(self, vault: Vault, occasion: Occasion, seen: Seen, totals: Totals) -> None:
        self.id: int | None = None
        self._vault = vault
        self._occasion = occasion
        self._seen = seen
        self._totals = totals

    def save(self, session: Session, rows: Sequence[PayoutRow]) -> list[RowResult]:
        """What became of each row; all is written then, and not committed."""
        records = Records(session, self._vault, rows, self._occasion.now.tzinfo)
        results, lines = [], []
        for row in rows:
            try:
                line = self._line(row, records)
            except Unfit as unfit:
                results.append(row.reader.rejected(unfit))
                continue
            results.append(row.reader.result(Outcome.CREATED if line else Outcome.UNCHANGED))
            if line:
                lines.append(line)
        if lines:
            self._write(session, lines)
        return results

    def _line(self, row: PayoutRow, records: Records) -> tuple[Result, int] | None:
        """The line that the row adds, with its turn; None where it is recorded already. Raises Unfit."""
        recipient = records.recipients.get(row.ref)
        if recipient is None:
            raise Unfit("is nobody's reference", "ref")
        key = f"{row.ref}:{row.year}".encode()
        if earlier := self._seen.earlier(key, ()):
            raise Unfit(f"line {earlier.line} has this person and year already", "ref")
        self._seen.note(key, row.reader.line, ())
        result = Result(recipient.person_id, row.year, row.amount, row.status, row.paid_on, row.reason)
        standing = records.standing(recipient.person_id, row.year)
        if self._is_recorded(result, standing, records):
            return None
        self._check(row, recipient, standing)
        self._totals.note(row.reader.line, recipient.office, result)
        return result, len(standing)

    def _is_recorded(self, result: Result, standing: Sequence[Payout], records: Records) -> bool:
        # A first result that comes again, even after later ones, is nothing new; a correction may bring it back.
        compared = standing[-1:] if self._occasion.correction else standing
        return any(records.result_of(payout) == result for payout in compared)

    def _check(self, row: PayoutRow, recipient: Recipient, standing: Sequence[Payout]) -> None:
        if recipient.since_year is None or row.year < recipient.since_year:
            raise Unfit(f"is not a confirmed recipient's of {row.year}", "ref")
        if recipient.stage is Stage.CEASED and (row.paid_on is None or row.paid_on >= recipient.stage_since):
            raise Unfit("is of somebody whose payments have ceased: have the bank return the money", "ref")
        if standing and standing[-1].status is PayoutStatus.PAID and not self._occasion.correction:
            batch = standing[-1].batch_id
            raise Unfit(f"is paid for {row.year} already (batch {batch}): correct it with --correction", "ref")
        if recipient.is_paused(row.year):
            row.reader.warn("ref", f"is paused: the yearly check of {row.year} has not reached this person")

    def _write(self, session: Session, lines: Sequence[tuple[Result, int]]) -> None:
        occasion = self._occasion
        batch = session.get(PayoutBatch, self.id) if self.id is not None else None
        if batch is None:  # the first lines, or those before were undone with their transaction
            reason = self._vault.seal(PayoutBatch.reason, occasion.correction) if occasion.correction else None
            batch = PayoutBatch(imported_at=occasion.now, staff_id=occasion.staff_id, reason=reason)
            session.add(batch)
            session.flush()
            self.id = batch.id
        payouts.record(session, self._vault, batch.id, lines, occasion.now)
        action = "payouts_correct" if occasion.correction else "payouts_import"
        audit.note(session, self._vault, occasion.staff_id, action, f"batch {batch.id}", occasion.now, f"{len(lines)}")
