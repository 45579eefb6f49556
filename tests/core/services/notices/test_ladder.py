"""core/services/notices: how far it came; the other channel, the visit list, and the number that the cadre answers for."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import update

from core.db import transaction
from core.delivery.outbox import OutboxRow, State
from core.domain.notice import Notice, NoticeState
from core.domain.visit import VisitReason, VisitState
from core.errors import NotAllowed, NotFound
from core.services.notices.acknowledging import acknowledge, last_notice
from core.services.notices.ending import recall, stop
from core.services.notices.ladder import Climbed, climb, deadlines, due
from core.services.notices.reach import Counts, Reach, counts, progress, report
from core.services.visits.recording import record
from tests.core.services.notices.village import DAY, Village
from tests.stopped_clock import MID_MAY

WEEK = MID_MAY + 7 * DAY


def climbed(place: Village, number: int, now: datetime) -> Climbed:
    """The steps of the ladder that are due."""
    with transaction(place.sessions) as session:
        return climb(session, number, now)


def reach(place: Village, number: int) -> Counts:
    """How far it came."""
    with transaction(place.sessions) as session:
        return counts(session, session.get_one(Notice, number))


def test_from_message_to_other_channel_to_door(place: Village) -> None:
    """Who is told by neither is visited two days before the end; a visit that is done completes the reach."""
    number = place.sent(ends=WEEK)
    place.settle_row("phone", State.SENT)
    place.settle_row("home", State.DELIVERED)
    place.settle_row("chat", State.SENT)
    assert climbed(place, number, WEEK - 3 * DAY - 1 * DAY) == Climbed(0, 0)
    assert climbed(place, number, WEEK - 3 * DAY) == Climbed(1, 0)  # the chat's owner has a phone besides
    assert place.rows()["chat", 1].state is State.QUEUED
    assert climbed(place, number, WEEK - 2 * DAY) == Climbed(0, 2)
    assert climbed(place, number, WEEK - 2 * DAY) == Climbed(0, 0)
    reasons = {word: visit.reason for word, visit in place.visits().items()}
    assert reasons["phone"] == reasons["chat"] == VisitReason.NOT_REACHED
    assert reach(place, number) == Counts(
        5, 1, 0, 4,
        {Reach.DELIVERED: 1, Reach.SENT: 2, Reach.OPTED_OUT: 1, Reach.NO_PHONE: 1},
    )  # fmt: skip
    place.settle_row("chat", State.DELIVERED, turn=1)
    assert climbed(place, number, WEEK - DAY) == Climbed(0, 0)
    assert place.visits()["chat"].state is VisitState.DROPPED
    with transaction(place.sessions) as session:
        record(session, place.vault, place.actors["cadre"], place.visits()["phone"].id, VisitState.DONE, WEEK - DAY)
    assert reach(place, number).open == 2
    assert (reach(place, number).told, reach(place, number).visited) == (2, 1)


def test_knowing_stands_in_for_a_receipt(place: Village) -> None:
    """知道了 from a chat: nobody goes there; it counts for the last notice that came to that contact."""
    number = place.sent(ends=WEEK)
    place.settle_row("chat", State.SENT)
    contact_id = place.rows()["chat", 0].contact_id
    with transaction(place.sessions) as session:
        assert last_notice(session, contact_id, MID_MAY) == number
        assert last_notice(session, contact_id, MID_MAY + 15 * DAY) is None
        acknowledge(session, number, contact_id, MID_MAY)
        acknowledge(session, number, contact_id, MID_MAY)
    assert climbed(place, number, WEEK - 3 * DAY) == Climbed(0, 0)
    climbed(place, number, WEEK - DAY)
    assert "chat" not in place.visits()
    assert reach(place, number).by_reach[Reach.ACKNOWLEDGED] == 1


def test_the_report_names_nobody(place: Village) -> None:
    """A line a person: reference, village, what became of him and the provider's reason."""
    number = place.sent(ends=WEEK)
    place.settle_row("phone", State.FAILED, error="30003")
    with transaction(place.sessions) as session:
        notice = session.get_one(Notice, number)
        lines = report(session, notice)
        assert progress(session, notice) == {State.FAILED: 1, State.QUEUED: 2}
    assert sorted((line.reach, line.why) for line in lines) == [
        ("failed", "30003"), ("no_phone", ""), ("opted_out", ""), ("waiting", ""), ("waiting", ""),
    ]  # fmt: skip
    assert {line.village for line in lines} == {"T1V1"}


@pytest.mark.parametrize(("days", "other", "visit"), [(1, 18, 12), (2, 36, 24), (4, 72, 48), (30, 72, 48)])
def test_deadlines_are_reckoned_back_from_the_end(days: int, other: int, visit: int) -> None:
    """Hours before the end; of a short notice a part of its time, so that the list comes early enough to matter."""
    notice = Notice(released_at=MID_MAY, expires_at=MID_MAY + days * DAY, written_at=MID_MAY)
    try_at, visit_at = deadlines(notice)
    assert (notice.expires_at - try_at, notice.expires_at - visit_at) == (other * DAY / 24, visit * DAY / 24)


def test_stopped_keeps_back_what_has_not_left(place: Village) -> None:
    """And nobody goes to a door for it; who is over the sender may stop it too, once."""
    number = place.sent()
    place.settle_row("phone", State.SENT)
    with transaction(place.sessions) as session:
        assert stop(session, place.vault, place.actors["township"], number, MID_MAY) == 2
    states = {word: (row.state, row.error) for (word, _), row in place.rows().items()}
    assert states["home"] == states["chat"] == (State.CANCELLED, "stopped")
    assert states["phone"][0] is State.SENT
    assert {visit.state for visit in place.visits().values()} == {VisitState.DROPPED}
    with transaction(place.sessions) as session:
        assert due(session, MID_MAY) == []
    with pytest.raises(NotAllowed, match="stopped already"), transaction(place.sessions) as session:
        stop(session, place.vault, place.actors["cadre"], number, MID_MAY)
    with pytest.raises(NotFound), transaction(place.sessions) as session:
        stop(session, place.vault, place.actors["inspector"], number, MID_MAY)


def test_a_recall_reaches_who_had_it(place: Village) -> None:
    """And nobody else; it names the day and the code of what it takes back."""
    number = place.sent()
    place.settle_row("phone", State.DELIVERED)
    place.settle_row("home", State.FAILED)
    with transaction(place.sessions) as session:
        assert recall(session, place.vault, place.actors["cadre"], number, MID_MAY) == (1, 1)
        assert session.get_one(Notice, number).state is NoticeState.RECALLED
    (told,) = place.rows("notice.recalled").values()
    assert place.text(told) == "名T1V1周建明：5月12日那条通知（验482913）作废，不要照着办。"
    with pytest.raises(NotAllowed, match="recalled already"), transaction(place.sessions) as session:
        recall(session, place.vault, place.actors["cadre"], number, MID_MAY)


def test_a_draft_is_not_recalled(place: Village) -> None:
    """Nobody has had it; it is stopped, and can't be sent any more."""
    number = place.write()
    with pytest.raises(NotAllowed, match="never sent"), transaction(place.sessions) as session:
        recall(session, place.vault, place.actors["cadre"], number, MID_MAY)
    with transaction(place.sessions) as session:
        assert stop(session, place.vault, place.actors["cadre"], number, MID_MAY) == 0
    with pytest.raises(NotAllowed, match="stopped already"):
        place.send(number)


def test_what_was_in_doubt_is_unknown(place: Village) -> None:
    """A message that may have been taken is not counted as kept back."""
    number = place.sent()
    with transaction(place.sessions) as session:
        session.execute(update(OutboxRow).values(error="in_doubt"))
        assert stop(session, place.vault, place.actors["cadre"], number, MID_MAY) == 0
    assert {row.state for row in place.rows().values()} == {State.UNKNOWN}
