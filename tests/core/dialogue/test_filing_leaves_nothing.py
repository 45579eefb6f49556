"""Once something is filed, nothing of it is kept with the address: neither the words nor the number, nor who it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow
from core.dialogue.prompt import Inbound
from core.dialogue.session import DialogueSession
from core.domain.attempt import Attempts
from core.domain.case import Voice
from core.domain.contact import Contact
from core.line import Line
from core.schema import Base
from core.settings import Settings
from tests.conversations.assembly import CannedFinder, assemble
from tests.conversations.register import REF, Entry, enter
from tests.engines import on_sqlite
from tests.stopped_clock import SHANGHAI, StoppedClock

PHONE = "+8613800138000"
WORDS = "他家金丝雀还有一个儿子"
IN_MARCH = datetime(2026, 3, 15, 10, tzinfo=SHANGHAI)
# The list, an entry, its ground, some words; then told or not, and send.
ANONYMOUS, TOLD = "2", "1"
OBJECTING = ("3", "2", "1", "3", WORDS)

Says = Callable[[str], str]


@pytest.fixture
def line(sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings]) -> Line:
    """A line in the village's posting, with one applicant on the list."""
    scheme_clock.move(to=IN_MARCH)
    with transaction(sessions) as session:
        enter(session, vault, [Entry(REF, stage="village_listed", contacts=(("sms", PHONE),))])
    return assemble(sessions, vault, scheme_clock, settings(), CannedFinder())


@pytest.fixture
def says(line: Line) -> Says:
    """Texts the line; what it answers last."""
    numbers = iter(range(1000))

    def text_it(words: str) -> str:
        reply = line.answer(Inbound("sms", PHONE, f"SM{next(numbers)}", words))
        return reply.prompts[-1].text

    return text_it


@on_sqlite
@pytest.mark.parametrize("told", [ANONYMOUS, TOLD])
def test_no_talk_is_left_and_nothing_lies_in_the_clear(line: Line, says: Says, told: str, tmp_path: Path) -> None:
    """The talk ends with the filing; words and number are in no table and no file of the database."""
    for words in (*OBJECTING, told):
        says(words)
    number = re.sub(r"\D", "", re.findall(r"\d{3} \d{3} \d{4}", says("1"))[0])
    needles = [form.encode() for form in (WORDS, number, PHONE)]
    with transaction(line.sessions) as session:
        assert session.scalars(select(DialogueSession)).all() == []
        cells = [
            cell if isinstance(cell, bytes) else str(cell).encode()
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            for cell in row
        ]
    assert not [needle for needle in needles for cell in cells if needle in cell]
    files = [path.read_bytes() for path in tmp_path.glob("jiangfu.db*")]
    assert files
    assert not [needle for needle in needles for file in files if needle in file]


def test_who_stays_unknown_has_no_contact_in_the_case(line: Line, says: Says, vault: Vault) -> None:
    """Not even sealed; who wishes to be told has one, sealed."""
    for answer in (ANONYMOUS, TOLD):
        for words in (*OBJECTING, answer, "1"):
            says(words)
    with transaction(line.sessions) as session:
        contacts = [voice.contact for voice in session.scalars(select(Voice))]
        (own,) = session.scalars(select(Contact.id))
        assert session.scalars(select(OutboxRow)).all() == []
    assert [vault.open(Voice.contact, contact) for contact in contacts if contact] == [str(own)]
    assert len(contacts) == 2


@on_sqlite
def test_the_sixth_of_a_day_is_refused_even_at_the_end(line: Line, says: Says) -> None:
    """Also where the quota was used up meanwhile, from another talk of the same phone."""
    for _ in range(4):
        for words in (*OBJECTING, ANONYMOUS, "1"):
            says(words)
    for words in (*OBJECTING, ANONYMOUS):
        says(words)
    with transaction(line.sessions) as session:
        session.execute(update(Attempts).values(wrong=5))
    assert "5条" in says("1")
    assert "5条" in [says(words) for words in ("公示", "3")][-1]
    with transaction(line.sessions) as session:
        assert len(session.scalars(select(Voice)).all()) == 4


@on_sqlite
def test_a_stranger_looks_at_ten_villages_a_day(line: Line, scheme_clock: StoppedClock) -> None:
    """Then he is sent to the office; tomorrow he may again."""
    numbers = iter(range(100))

    def stranger(words: str) -> str:
        reply = line.answer(Inbound("sms", "+8613900139000", f"XX{next(numbers)}", words))
        return reply.prompts[-1].text

    heard = [stranger(words) for _ in range(10) for words in ("公示", "1", "1")]
    assert all("公示到" in text for text in heard[2::3])
    assert "明天" in stranger("公示")
    scheme_clock.move(timedelta(days=1))
    assert "乡镇" in stranger("公示")
