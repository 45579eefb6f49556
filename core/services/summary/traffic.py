"""What the year's messages cost, and how many reports it brought."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from core.delivery.usage import Usage, in_yuan
from core.domain.area import Area
from core.services.reports.counts import counts_by_township
from core.services.summary.tables import Scope, Table


def messages(scope: Scope) -> Table:
    """Messages sent in the year by channel and kind, with their segments and yuan."""
    sums = func.sum(Usage.messages), func.sum(Usage.segments), func.sum(Usage.cost)
    query = (
        select(Usage.channel, Usage.kind, *sums)
        .where(Usage.day >= date(scope.year, 1, 1), Usage.day <= date(scope.year, 12, 31))
        .group_by(Usage.channel, Usage.kind)
        .order_by(Usage.channel, Usage.kind)
    )
    rows = tuple(
        (channel, kind, int(count), int(parts), in_yuan(int(cost)))
        for channel, kind, count, parts, cost in scope.session.execute(query)
    )
    return Table("messages", ("channel", "kind", "messages", "segments", "yuan"), rows, plot="segments")


def reports(scope: Scope) -> Table | None:
    """The reports of a year that is over, as the confidential channel lets them be counted (None: withheld); nothing
    before: numbers looked at day by day would tell when somebody wrote."""
    if scope.year >= scope.today.year:
        return None
    counts = counts_by_township(scope.session, scope.vault, scope.year, scope.today)
    names = {area.code: area for area in scope.session.scalars(select(Area).where(Area.code.in_(counts.by_township)))}
    rows = [
        (code, names[code].name, names[code].name_en or names[code].name, number)
        for code, number in sorted(counts.by_township.items())
        if code in names
    ]
    total = ("total", "", "", counts.total)
    return Table("reports", ("code", "name", "name_en", "reports"), (*rows, total))
