"""What an import of payouts has recorded, by township or office: people and yuan, paid and failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from core.domain.payout import PayoutStatus
from core.services.importing.report import Outcome, RowResult
from core.services.payouts import Result


@dataclass
class Total:
    """People and yuan of one area, paid and failed."""

    paid: int = 0
    paid_yuan: int = 0
    failed: int = 0
    failed_yuan: int = 0

    def add(self, status: PayoutStatus, yuan: int) -> None:
        """Count one line."""
        if status is PayoutStatus.PAID:
            self.paid, self.paid_yuan = self.paid + 1, self.paid_yuan + yuan
        else:
            self.failed, self.failed_yuan = self.failed + 1, self.failed_yuan + yuan

    def __str__(self) -> str:
        return f"paid {self.paid} ({self.paid_yuan:,} yuan), failed {self.failed} ({self.failed_yuan:,} yuan)"


class Totals:
    """The totals of one batch. A line counts once its transaction is through; one that is tried again is noted anew."""

    def __init__(self) -> None:
        self._batch_id: int | None = None
        self._noted: dict[int, tuple[str, PayoutStatus, int]] = {}
        self._of_area: dict[str, Total] = defaultdict(Total)
        self._of_all = Total()

    def note(self, line: int, area: str, result: Result) -> None:
        """Note what `line` is about to add."""
        self._noted[line] = area, result.status, result.amount

    def settle(self, result: RowResult, batch_id: int | None) -> None:
        """Count the line if it was taken, into the batch (None in a dry run)."""
        noted = self._noted.pop(result.line, None)
        if noted is None or result.outcome is not Outcome.CREATED:
            return
        self._batch_id = batch_id
        area, status, yuan = noted
        self._of_area[area].add(status, yuan)
        self._of_all.add(status, yuan)

    def sentences(self) -> Iterator[str]:
        """A line for each area that has any, by its code, then one for the batch; none where nothing was recorded."""
        for area, total in sorted(self._of_area.items()):
            yield f"{area}: {total}"
        if self._of_area:
            yield f"batch {self._batch_id}: {self._of_all}" if self._batch_id else f"in all: {self._of_all}"
