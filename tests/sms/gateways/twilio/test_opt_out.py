"""`OptOutType`: what the messaging service has done by itself is done here too, and nothing is said to it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.db import transaction
from core.delivery.inbox import InboxRow
from core.domain.contact import Contact
from core.line import Line
from tests.engines import on_sqlite
from tests.lines import Lock, count
from tests.sms.conftest import Twilio, said, text

pytestmark = on_sqlite

INBOUND = "/sms/inbound"


def opted(twilio: Twilio, kind: str, body: str, sid: str | None = None) -> list[str]:
    """What is answered to a text that the messaging service took for one of its words."""
    return said(twilio.post(INBOUND, [*text(body, sid), ("OptOutType", kind)]))


def standing(line: Line) -> tuple[bool, str | None]:
    """Whether the phone's owner has opted out with us, and why nothing can reach him."""
    with transaction(line.sessions) as session:
        found = session.scalars(select(Contact)).one()
        assert (found.stopped_at is None) is (found.stopped_reason is None)
        return found.opted_out_at is not None, found.stopped_reason


@pytest.mark.parametrize("body", ["STOP", "不要了", "", "2"])
def test_stop_ends_everything(twilio: Twilio, line: Line, body: str) -> None:
    """Whatever word it was, and though we have never heard of the number: no answer, nothing unasked, and the sender
    knows that nothing can get through."""
    assert opted(twilio, "STOP", body) == []
    assert standing(line) == (True, "21610")


def test_start_undoes_it(twilio: Twilio, line: Line) -> None:
    """Both what we noted and what the carrier has; afterwards texts are answered as before."""
    opted(twilio, "STOP", "STOP")
    assert opted(twilio, "START", "好的") == []
    assert standing(line) == (False, None)
    assert said(twilio.text("菜单"))


def test_help_changes_nothing(twilio: Twilio, line: Line) -> None:
    """Twilio has said what there is to say; a question that was under way stays."""
    twilio.text("1")
    before = count(line.sessions, InboxRow)
    assert opted(twilio, "HELP", "HELP") == []
    assert standing(line) == (False, None)
    assert count(line.sessions, InboxRow) == before


@pytest.mark.parametrize("kind", ["", "stop", "MAYBE", "STOP\0"])
def test_a_type_that_is_none_of_these_is_passed_over(twilio: Twilio, line: Line, kind: str) -> None:
    """The text is read as any other."""
    assert opted(twilio, kind, "菜单")
    assert standing(line) == (False, None)


def test_our_own_word_stops_nothing_at_the_carrier(twilio: Twilio, line: Line) -> None:
    """退订 to a number whose opt-out we handle: answers still come."""
    assert said(twilio.text("退订"))
    assert standing(line) == (True, None)


def test_the_same_message_again(twilio: Twilio, line: Line) -> None:
    """A crash between the two notes is made good by the repeat."""
    for _ in range(2):
        assert opted(twilio, "STOP", "STOP", sid="SM1") == []
    assert standing(line) == (True, "21610")
    assert count(line.sessions, InboxRow) == [1]


def test_the_database_is_away(twilio: Twilio, line: Line, database_url: str) -> None:
    """503: nothing could be said anyway, and Twilio's log shows it."""
    with Lock(database_url):
        assert twilio.post(INBOUND, [*text("STOP"), ("OptOutType", "STOP")]).status_code == 503
    assert count(line.sessions, Contact) == [0]


def test_nobody_opts_out_nobody(twilio: Twilio, line: Line) -> None:
    """Without a sender there is nothing to note."""
    assert said(twilio.post(INBOUND, [*text("STOP", sender=""), ("OptOutType", "STOP")])) == []
    assert count(line.sessions, Contact) == [0]


def test_it_stands_for_this_number_alone(twilio: Twilio, line: Line) -> None:
    """The number that wrote, and no other."""
    opted(twilio, "STOP", "STOP")
    assert said(twilio.text("菜单", sender="+8613900139000"))
    with transaction(line.sessions) as session:
        stopped = session.scalars(select(Contact.stopped_reason).order_by(Contact.id)).all()
    assert stopped == ["21610", None]
