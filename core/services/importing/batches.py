"""The run of an import: batch by batch, each in one transaction, so that what is done stays done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from core.db import Sessions, transaction
from core.errors import JiangfuError
from core.services.importing.report import Report, RowResult, Stopped
from core.services.importing.seen import Seen
from core.services.importing.table import LONGEST, Row

T = TypeVar("T")

BATCH = 500
WHOLE_FILE = LONGEST
_TRIES = 3

OnRow = Callable[[RowResult], object]


class Contended(JiangfuError):
    """Somebody else is changing the same records at the same time."""


def ignore(_result: RowResult) -> None:
    """The listener of an import that nobody watches."""


def run(
    rows: Iterable[Row],
    parse: Callable[[Row], T | RowResult],
    save: Callable[[Session, Sequence[T]], list[RowResult]],
    sessions: Sessions,
    *,
    seen: Seen,
    dry_run: bool,
    on_row: OnRow,
    batch: int = BATCH,
) -> Report:
    """The report on all `rows`. `parse` needs no record; `save` works in a transaction, which a dry run undoes.

    `on_row` hears of each row in order once its batch is committed. Raises Stopped, which tells how far it came.
    """
    report = Report()
    try:
        for some in _batches(rows, batch):
            parsed = [parse(row) for row in some]
            results = [item for item in parsed if isinstance(item, RowResult)]
            fit = [item for item in parsed if not isinstance(item, RowResult)]
            results += _saved(fit, save, sessions, seen, dry_run) if fit else []
            for result in sorted(results, key=lambda result: result.line):
                report.add(result)
                on_row(result)
    except JiangfuError as error:
        raise Stopped(error, report, dry_run=dry_run) from error
    return report


def _saved(
    fit: Sequence[T],
    save: Callable[[Session, Sequence[T]], list[RowResult]],
    sessions: Sessions,
    seen: Seen,
    dry_run: bool,
) -> list[RowResult]:
    for _try in range(_TRIES):
        seen.forget()
        try:
            with transaction(sessions) as session:
                results = save(session, fit)
                if dry_run:
                    session.rollback()
        except (IntegrityError, OperationalError):
            continue  # another writer was first with a person or a phone of this batch; look at what it left
        seen.settle()
        return results
    raise Contended


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    some: list[Row] = []
    try:
        for row in rows:
            some.append(row)
            if len(some) == size:
                yield some
                some = []
    except JiangfuError:
        # The file turns out to be damaged here; what came before it is good.
        if some:
            yield some
        raise
    if some:
        yield some
