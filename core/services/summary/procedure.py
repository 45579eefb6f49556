"""How the year's applications ended, and what became of the cases that people raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median_low

from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased

from core.domain.application import Application, StageChange
from core.domain.case import OBJECTIONS, UNDECIDED, Case, CaseKind, CaseState
from core.domain.stage import Stage
from core.services.summary.tables import Scope, Table

_Case = Row[CaseKind, CaseState, datetime, datetime | None]
_later = aliased(StageChange)


def stages(scope: Scope) -> Table:
    """The year's applications by the stage at which they stand."""
    query = select(Application.stage, func.count()).where(Application.year == scope.year).group_by(Application.stage)
    found = {row[0]: row[1] for row in scope.session.execute(query)}
    rows = tuple((str(stage), found.get(stage, 0)) for stage in Stage)
    return Table("stages", ("stage", "applications"), rows, plot="applications")


def rejections(scope: Scope) -> Table:
    """The year's rejections by the reason that was given, the commonest first."""
    is_last = (
        ~select(_later.id)
        .where(_later.application_id == StageChange.application_id, _later.id > StageChange.id)
        .exists()
    )
    query = (
        select(StageChange.reason)
        .join(Application, Application.id == StageChange.application_id)
        .where(Application.year == scope.year, Application.stage == Stage.REJECTED, is_last)
    )
    sealed = scope.session.scalars(query)
    reasons = Counter(scope.vault.open(StageChange.reason, token) if token else "" for token in sealed)
    rows = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return Table("rejections", ("reason", "people"), tuple(rows))


def objections(scope: Scope) -> Table:
    """The year's objections by outcome, and how many days the decisions took: the middle one, and the longest."""
    cases = _cases(scope, OBJECTIONS)
    rows = []
    for state in (CaseState.UPHELD, CaseState.DISMISSED, *UNDECIDED, CaseState.LATE):
        of_state = [case for case in cases if case.state is state]
        days = _days(scope, of_state)
        rows.append((str(state), len(of_state), median_low(days) if days else None, max(days, default=None)))
    columns = ("outcome", "cases", "median_days", "longest_days")
    return Table("objections", columns, tuple(rows), plot="cases")


def other_cases(scope: Scope) -> Table:
    """What else people told in the year, money that did not come among it: still open, and done with."""
    kinds = [kind for kind in CaseKind if kind not in OBJECTIONS]
    cases = _cases(scope, kinds)
    rows = []
    for kind in kinds:
        of_kind = [case for case in cases if case.kind is kind]
        still_open = sum(case.state in UNDECIDED for case in of_kind)
        rows.append((str(kind), still_open, len(of_kind) - still_open))
    return Table("other_cases", ("kind", "open", "closed"), tuple(rows))


def _cases(scope: Scope, kinds: Iterable[CaseKind]) -> Sequence[_Case]:
    of_year = Case.opened_at >= scope.begin, Case.opened_at < scope.end
    columns = Case.kind, Case.state, Case.opened_at, Case.decided_at
    return scope.session.execute(select(*columns).where(Case.kind.in_(list(kinds)), *of_year)).all()


def _days(scope: Scope, cases: Sequence[_Case]) -> list[int]:
    spans = ((case.opened_at, case.decided_at) for case in cases if case.decided_at is not None)
    return [(end.astimezone(scope.zone).date() - begin.astimezone(scope.zone).date()).days for begin, end in spans]
