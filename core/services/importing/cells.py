"""Reading a row's cells into values, so that all that is wrong with it is said at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core.services.importing.report import Outcome, Remark, RowResult
from core.services.importing.table import BadCell, Row

T = TypeVar("T")


class Unfit(Exception):
    """A value cannot be taken: why, and of which column where the reader of the cell does not know."""

    def __init__(self, reason: str, column: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column


class RowReader:
    """One row under examination: its values, and what there is to say of it."""

    def __init__(self, row: Row) -> None:
        self.line = row.line
        self._row = row
        self._faults: list[Remark] = []
        self._warnings: list[Remark] = []
        if stray := row.stray():
            self._faults.append(Remark(stray, "has a value but no header; is a cell shifted?"))

    def required(self, column: str, parse: Callable[[str], T], otherwise: T) -> T:
        """The value of a cell that must hold one; `otherwise` (never used: the row is rejected) where it is unfit."""
        cell = self._row.cell(column)
        if not cell:
            self.fault(Unfit("is empty", column))
            return otherwise
        return self._parsed(column, cell, parse, otherwise)

    def optional(self, column: str, parse: Callable[[str], T], absent: T) -> T:
        """The value of a cell; `absent` where it is empty or the file has no such column."""
        cell = self._row.cell(column)
        return self._parsed(column, cell, parse, absent) if cell else absent

    def has(self, column: str) -> bool:
        """Whether the file has such a column."""
        return self._row.cell(column) is not None

    def fault(self, unfit: Unfit) -> None:
        """Note that the row cannot be taken."""
        self._faults.append(Remark(self._written(unfit.column), unfit.reason))

    def warn(self, column: str, reason: str) -> None:
        """Note what the clerk should know of a row that is taken all the same."""
        remark = Remark(self._written(column), reason)
        if remark not in self._warnings:  # a batch that is tried again says it again
            self._warnings.append(remark)

    @property
    def is_fit(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self._faults

    def result(self, outcome: Outcome, ref: str = "") -> RowResult:
        """What became of the row, which was taken."""
        return RowResult(self.line, outcome, (), tuple(self._warnings), ref)

    def rejected(self, *more: Unfit) -> RowResult:
        """The result of a row that cannot be taken."""
        faults = (*self._faults, *(Remark(self._written(unfit.column), unfit.reason) for unfit in more))
        return RowResult(self.line, Outcome.REJECTED, faults)

    def _parsed(self, column: str, cell: str | BadCell, parse: Callable[[str], T], otherwise: T) -> T:
        try:
            if isinstance(cell, BadCell):
                raise Unfit(cell.reason)
            return parse(cell)
        except Unfit as unfit:
            self.fault(Unfit(unfit.reason, column))
            return otherwise

    def _written(self, column: str) -> str:
        return self._row.header.written.get(column, column)
