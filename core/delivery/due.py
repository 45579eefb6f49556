"""What is due: a channel's walk through the waiting rows, in the order of sending, a bounded look at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, case, literal, or_, select, text, union_all, update
from sqlalchemy.orm import Session

from core.delivery.outbox import AT_ANY_HOUR, IN_DOUBT, PRIORITIES, MessageKind, OutboxRow, State
from core.domain.contact import Contact

# How many rows a look passes at the most, whatever their number.
PAGE = 200
# A walk that had to pass many rows of others is begun again the later: a page costs about 2 ms.
BEGIN_AGAIN = timedelta(seconds=1)
REST_A_PAGE = timedelta(milliseconds=50)
SHORT = len(set(PRIORITIES.values()))

_ANSWER = PRIORITIES[MessageKind.ANSWER]
_START = datetime(1, 1, 1, tzinfo=UTC), 0

Due = tuple[OutboxRow, Contact]
Place = tuple[datetime, int]

# As the partial index says it: with parameters in place of the words no engine would use it.
_WAITING = text("outbox.state IN ('queued', 'sending')")
_ROW = (
    select(OutboxRow.id, OutboxRow.not_before)
    .where(_WAITING, OutboxRow.priority == bindparam("priority"))
    .order_by(OutboxRow.not_before, OutboxRow.id)
    .limit(PAGE)
)
# Thousands of rows have the same `not_before`, and SQLite does not find its way among them by a pair of values.
_SAME_TIME = _ROW.where(
    OutboxRow.not_before == bindparam("after_time"), OutboxRow.id > bindparam("after_id")
).subquery()
_LATER = _ROW.where(OutboxRow.not_before > bindparam("after_time"), OutboxRow.not_before <= bindparam("now")).subquery()
_BOTH = union_all(select(_SAME_TIME), select(_LATER)).subquery()
_ON_PAGE = select(_BOTH).order_by(_BOTH.c.not_before, _BOTH.c.id).limit(PAGE).subquery()
_NOBODY_SENDS = or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until <= bindparam("machine_now"))
_OF_CHANNEL = Contact.channel == bindparam("channel")
_MAY_GO = (
    select(OutboxRow, Contact)
    .join(_ON_PAGE, _ON_PAGE.c.id == OutboxRow.id)
    .join(Contact, Contact.id == OutboxRow.contact_id)
    .where(
        _NOBODY_SENDS,
        or_(OutboxRow.next_try_at.is_(None), OutboxRow.next_try_at <= bindparam("machine_now")),
        _OF_CHANNEL,
    )
    .order_by(OutboxRow.not_before, OutboxRow.id)
    .limit(bindparam("most"))
    .with_for_update(of=OutboxRow, skip_locked=True)
)
_ANSWERS = _MAY_GO.where(OutboxRow.kind.in_(AT_ANY_HOUR))
_UNASKED = (
    select(OutboxRow.id)
    .join(_ON_PAGE, _ON_PAGE.c.id == OutboxRow.id)
    .join(Contact, Contact.id == OutboxRow.contact_id)
    .where(_NOBODY_SENDS, _OF_CHANNEL, OutboxRow.kind.not_in(AT_ANY_HOUR))
    .with_for_update(of=OutboxRow, skip_locked=True)
)
_WHOLE_PAGE = (
    select(
        OutboxRow.id,
        OutboxRow.not_before,
        and_(OutboxRow.expires_at <= bindparam("now"), _NOBODY_SENDS).label("is_over"),
    )
    .join(_ON_PAGE, _ON_PAGE.c.id == OutboxRow.id)
    .order_by(OutboxRow.not_before, OutboxRow.id)
)
_OPEN = (State.QUEUED, State.SENDING)
_FRESH = {"populate_existing": True}
_OVER = select(OutboxRow.id).with_for_update(skip_locked=True)


def _first(priority: int) -> ScalarSelect[int]:
    # In order, although any would do: so that no statistics ever make it a search through the whole table.
    first = select(OutboxRow.id).where(
        _WAITING, OutboxRow.priority == priority, OutboxRow.not_before <= bindparam("now")
    )
    return first.order_by(OutboxRow.not_before, OutboxRow.id).limit(1).scalar_subquery()


_IN_ORDER = sorted(set(PRIORITIES.values()))
_FIRST_OF_EACH = select(*(_first(priority) for priority in _IN_ORDER))


def waiting(session: Session, now: datetime) -> frozenset[int]:
    """The priorities of which anything waits whose time has come, over whichever channel."""
    found = session.execute(_FIRST_OF_EACH, {"now": now}).one()
    return frozenset(priority for priority, first in zip(_IN_ORDER, found, strict=True) if first is not None)


@dataclass(frozen=True)
class Look:
    """Whose rows are looked for: those of `channel` that may go at `now` (scheme clock) and `machine_now`, of the
    priorities `waiting`. `answers_only`: of nothing but what goes at any hour."""

    channel: str
    now: datetime
    machine_now: datetime
    waiting: frozenset[int]
    answers_only: bool = False


class Walk:
    """Where a channel's sender stands among the due rows of some priorities.

    The index that orders them does not know channels, so a sender may have to pass the rows of another channel. It
    does so once, keeps its place, and begins again at the top after a while for what has come up behind it.
    """

    def __init__(self, first: int, last: int) -> None:
        """It goes from priority `first` to `last`."""
        self._first, self._last = first, last
        self._priority = first
        self._after = _START
        self._fruitless = 0
        self._begun_at: datetime | None = None
        self.ended = False

    def rows(self, session: Session, look: Look, most: int) -> list[Due]:
        """At most `most` rows, locked to the end of the transaction. The end of the walk is noted in `ended`.

        What has expired on the pages passed is marked so.
        """
        if self._is_to_begin_again(look.machine_now):
            self._priority, self._after, self._fruitless, self.ended = self._first, _START, 0, False
            self._begun_at = look.machine_now
        last = min(self._last, _ANSWER) if look.answers_only else self._last
        while self._priority <= last:
            if self._priority not in look.waiting:
                self._priority, self._after = self._priority + 1, _START
                continue
            rows = _may_go(session, look, self._priority, self._after, most)
            if len(rows) == most:
                self._after = rows[-1][0].not_before, rows[-1][0].id
                return rows
            page = _page(session, look, self._priority, self._after)
            if len(page) == PAGE:
                self._after = page[-1]
                self._fruitless += not rows
                return rows
            self._priority, self._after = self._priority + 1, _START
            if rows:
                return rows
        self.ended = True
        return []

    def _is_to_begin_again(self, machine_now: datetime) -> bool:
        if self._begun_at is None or (self.ended and self._fruitless <= SHORT):
            return True
        # A machine clock set back must not stop the walk.
        passed = abs(machine_now - self._begun_at)
        return passed >= max(BEGIN_AGAIN, self._fruitless * REST_A_PAGE)


def hold_unasked(session: Session, look: Look, until: datetime) -> int:
    """Put off what goes first without having been asked for, so that it stands in no answer's way; how many rows."""
    rows = list(session.scalars(_UNASKED, {**_values(look, _ANSWER, _START), "channel": look.channel}))
    held = case((OutboxRow.expires_at < until, OutboxRow.expires_at), else_=literal(until, OutboxRow.not_before.type))
    if rows:
        session.execute(update(OutboxRow).where(OutboxRow.id.in_(rows)).values(not_before=held))
    return len(rows)


def _may_go(session: Session, look: Look, priority: int, after: Place, most: int) -> list[Due]:
    wanted = _ANSWERS if look.answers_only else _MAY_GO
    values = {**_values(look, priority, after), "channel": look.channel, "most": most}
    # Another worker may have changed a row that this session has seen before.
    return [(row, contact) for row, contact in session.execute(wanted, values, execution_options=_FRESH)]


def _page(session: Session, look: Look, priority: int, after: Place) -> list[Place]:
    """The places of the rows on a page. What has expired among them is marked so."""
    rows = session.execute(_WHOLE_PAGE, _values(look, priority, after)).all()
    if over := [row.id for row in rows if row.is_over]:
        _expire(session, look, over)
    return [(row.not_before, row.id) for row in rows]


def _expire(session: Session, look: Look, over: list[int]) -> None:
    # Another worker may be at one of them just now.
    mine = list(session.scalars(_OVER.where(OutboxRow.id.in_(over), OutboxRow.state.in_(_OPEN))))
    # What may have been taken has perhaps come in time; nobody knows.
    in_doubt = or_(OutboxRow.state == State.SENDING, OutboxRow.error == IN_DOUBT)
    values = {
        "state": case((in_doubt, _word(State.UNKNOWN)), else_=_word(State.EXPIRED)),
        "settled_at": look.now,
        "lease_until": None,
    }
    session.execute(update(OutboxRow).where(OutboxRow.id.in_(mine)).values(values))


def _word(state: State) -> ColumnElement[State]:
    return literal(state, OutboxRow.state.type)


def _values(look: Look, priority: int, after: Place) -> dict[str, object]:
    return {
        "priority": priority,
        "now": look.now,
        "machine_now": look.machine_now,
        "after_time": after[0],
        "after_id": after[1],
    }
