"""Which village is meant: every one can be reached by digits, page by page, and a family of two villages is asked."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.dialogue.prompt import Inbound, Prompt
from core.domain.area import Area, Level
from core.line import Line
from core.settings import Settings
from tests.conversations.assembly import CannedFinder, assemble
from tests.conversations.register import Entry, enter
from tests.engines import on_sqlite
from tests.stopped_clock import StoppedClock

pytestmark = on_sqlite

PHONE = "+8613800138000"
NAMES = [f"清水塘{n:02}村" for n in range(43)]
_ids = count()

Says = Callable[[str], Prompt]


@pytest.fixture
def says(sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings]) -> Says:
    """Texts a line whose one township has 43 villages; what it asks then."""
    with transaction(sessions) as session:
        district = Area(code="D", name="区", level=Level.DISTRICT)
        session.add(district)
        session.flush()
        township = Area(code="T", name="镇", level=Level.TOWNSHIP, parent_id=district.id)
        session.add(township)
        session.flush()
        session.add_all(Area(code=f"T{name}", name=name, level=Level.VILLAGE, parent_id=township.id) for name in NAMES)
    line = assemble(sessions, vault, scheme_clock, settings(), CannedFinder())
    return lambda words: line.answer(Inbound("sms", PHONE, f"SM{next(_ids)}", words)).prompts[-1]


def test_every_village_is_on_one_page(says: Says) -> None:
    """Nought turns the page, until the last, which has none."""
    says("公示")
    prompt, seen = says("1"), []
    while prompt.choices[-1].digit == "0":
        seen += [choice.label for choice in prompt.choices[:-1]]
        prompt = says("0")
    seen += [choice.label for choice in prompt.choices]
    assert seen == NAMES
    assert "公示" in says("2").text


def test_a_family_of_two_villages_is_asked_which(sessions: Sessions, vault: Vault, says: Says) -> None:
    """By name, and of their own alone."""
    mine = (("sms", PHONE),)
    with transaction(sessions) as session:
        enter(session, vault, [Entry(contacts=mine)], village="T清水塘07村")
        enter(session, vault, [Entry("31415929", "567X", contacts=mine)], village="T清水塘09村")
    assert [choice.label for choice in says("3").choices] == ["清水塘07村", "清水塘09村"]
    assert "公示" in says("清水塘09村").text


def test_a_register_without_villages_sends_to_the_office(
    sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings]
) -> None:
    """Nothing to choose from is said, not asked."""
    line: Line = assemble(sessions, vault, scheme_clock, settings(office_phone="0731-1"), CannedFinder())
    prompt = line.answer(Inbound("sms", PHONE, "SM", "3")).prompts[-1]
    assert "0731-1" in prompt.text
    assert prompt.choices == ()
