"""What became of the rows of an import: one result a row, and the counts of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from core.errors import JiangfuError, Unavailable


class Outcome(StrEnum):
    """What a row did to the records."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of one cell: the header as the file writes it, and a reason that repeats no cell's content."""

    column: str
    reason: str

    def __str__(self) -> str:
        return f"column {self.column}: {self.reason}"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of the row at `line` (the header is line 1). `ref` is the reference of what it created."""

    line: int
    outcome: Outcome
    faults: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    ref: str = ""

    def sentences(self) -> Iterator[str]:
        """The lines to print of this row: one with all faults if it was rejected, then one for each warning."""
        if self.faults:
            yield f"line {self.line}, " + "; ".join(map(str, self.faults))
        for warning in self.warnings:
            yield f"line {self.line}, column {warning.column}: warning: {warning.reason}"


@dataclass
class Report:
    """The counts so far. `last_line` is the last line that is done with: saved, or looked at in a dry run."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    last_line: int = 0

    def add(self, result: RowResult) -> None:
        """Count `result`."""
        self.counts[result.outcome] += 1
        self.last_line = max(self.last_line, result.line)

    @property
    def rejected(self) -> int:
        """How many rows were rejected."""
        return self.counts[Outcome.REJECTED]

    def __str__(self) -> str:
        numbers = (f"{outcome}: {self.counts[outcome]}" for outcome in Outcome)
        return ", ".join((f"rows read: {self.counts.total()}", *numbers))


class Stopped(JiangfuError):
    """The import stopped before the end of the file."""

    def __init__(self, cause: JiangfuError, report: Report, *, dry_run: bool) -> None:
        saved = report.last_line and not dry_run
        reached = f"The file is saved up to line {report.last_line}" if saved else "Nothing of the file is saved"
        why = "The database cannot be reached just now." if isinstance(cause, Unavailable) else str(cause)
        super().__init__(f"{why} {reached}; importing it again is safe.")
        self.report = report
