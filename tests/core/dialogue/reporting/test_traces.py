"""What a look over the shoulder, at the phone or into the tables shows of somebody who tells something: nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from core.confidentiality.receipt import Secrets, draw_receipt, salt_of, secrets_of
from core.db import transaction
from core.dialogue.session import IDLE, DialogueSession
from core.domain.contact import Contact
from core.domain.report import ReportPiece
from core.line import Line
from tests.core.dialogue.reporting.confidant import (
    BEGIN,
    TEXTS,
    Confidant,
    talks,
)
from tests.engines import on_sqlite
from tests.inspectors import CHEAP, Channel
from tests.stopped_clock import StoppedClock

pytestmark = on_sqlite


@pytest.mark.parametrize("language", ["zh", "en"])
def test_neutral_words(line: Line, language: str) -> None:
    """Whoever looks over the shoulder reads nothing of reporting, in the answers of the talk or in the buttons."""
    person = Confidant(line, "5001", "telegram", language)
    person.says("4", "3", "1", "名T1V1", "12", TEXTS[0], "菜单", "完", "1234", draw_receipt())
    person.says("4", "2", "123", draw_receipt(), "4", "哪里", "x")
    said = "\n".join(person.heard[1:]).lower()
    assert len(person.heard) > 10
    for word in (
        "举报",
        "检举",
        "揭发",
        "告发",
        "纪检",
        "纪委",
        "监察",
        "report",
        "denounce",
        "inspector",
        "discipline",
    ):
        assert word not in said


def test_no_answer_repeats_what_was_told(person: Confidant) -> None:
    """Not four characters in a row, from the first message to the last."""
    person.says(*BEGIN)
    before = len(person.heard)
    person.says(*TEXTS, "菜单", TEXTS[0], "完", "1234", "4")
    told = "".join(TEXTS)
    pieces = {told[start : start + 4] for start in range(len(told) - 3)}
    assert not [piece for text in person.heard[before:] for piece in pieces if piece in text]


def test_a_talk_shows_neither_by_its_end_nor_by_its_size(
    line: Line, channel: Channel, scheme_clock: StoppedClock
) -> None:
    """In the clear, a talk told in confidence looks like a question about status: same end, same length."""
    Confidant(line, "+8613800138001").says("2")
    Confidant(line, "+8613800138002").says(*BEGIN, *TEXTS)
    Confidant(line, "+8613800138003").says(*BEGIN, TEXTS[0], "完")
    rows = talks(channel)
    assert len(rows) == 3
    assert {row.expires_at for row in rows} == {scheme_clock.now() + IDLE}
    assert len({len(row.state) for row in rows}) == 1


def test_afterwards_the_contact_is_as_if_it_had_not_been(line: Line, channel: Channel) -> None:
    """Who has told something and who has asked for the menu leave the same behind."""
    Confidant(line, "+8613800138001").says("菜单")
    Confidant(line, "+8613800138002").files(*TEXTS)
    with transaction(channel.sessions) as session:
        contacts = session.execute(
            select(Contact.channel, Contact.language, Contact.introduced_at, Contact.opted_out_at, Contact.stopped_at)
        ).all()
    assert len(contacts) == 2
    assert len(set(contacts)) == 1
    assert talks(channel) == []


def test_nothing_in_the_talk_opens_the_draft_once_it_is_filed(person: Confidant, channel: Channel) -> None:
    """While the number is typed back the talk carries nothing that leads to the report."""
    person.says(*BEGIN, TEXTS[0])
    with transaction(channel.sessions) as session:
        draft = session.scalars(select(ReportPiece.draft_id)).first()
    assert draft is not None
    person.says("完")
    (row,) = talks(channel)
    state = channel.vault.open(DialogueSession.state, row.state).strip()
    assert state == '["report", "copied", {}, [], false]'


def test_secrets_of_the_number_are_nowhere(person: Confidant, channel: Channel, tmp_path: Path) -> None:
    """Neither the number nor what is derived from it lies in the database or beside it."""
    number = person.files(*TEXTS)

    hardened = person.line.hardener.harden(number, salt_of(channel.vault), CHEAP)
    found: Secrets = secrets_of(channel.vault, hardened)
    needles = [number.encode(), hardened, found.lookup, bytes(found.private_key)]
    forms = [form for needle in needles for form in (needle, needle.hex().encode())]
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or not [form for form in forms if form in path.read_bytes()], path
