"""The eligibility check keeps nothing: no table gains a fact, and the talk itself is gone when it has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.dialogue.prompt import Inbound
from core.dialogue.session import EMPTIED, DialogueSession, Talk, forget_ended, open_talk
from core.line import Line
from core.schema import Base
from core.settings import Settings
from tests.conversations.assembly import CannedFinder, assemble
from tests.conversations.picture import counts
from tests.engines import on_sqlite
from tests.scheduler.duties import work
from tests.stopped_clock import StoppedClock

PHONE = "+8613800138000"
# A birth date that nothing else in the database could hold by chance, as typed and as kept in the talk.
TYPED, CANARY = "19510417", "1951-04-17"
HALF_HOUR = timedelta(minutes=30)

Says = Callable[[str], None]


@pytest.fixture
def line(sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings]) -> Line:
    """A line that is asked nothing about the policy."""
    return assemble(sessions, vault, scheme_clock, settings(), CannedFinder())


@pytest.fixture
def says(line: Line) -> Says:
    """Texts the line."""
    numbers = iter(range(1000))

    def text_it(words: str) -> None:
        line.answer(Inbound("sms", PHONE, f"SM{next(numbers)}", words))

    return text_it


def talk(line: Line) -> Talk | None:
    """The one talk there is."""
    with transaction(line.sessions) as session:
        row = session.scalars(select(DialogueSession)).one_or_none()
        return open_talk(line.vault, row.state, row.revision) if row else None


def tidy(line: Line) -> None:
    """What the scheduler does every five minutes."""
    work(line, "tidy")


def test_a_whole_check_leaves_a_contact_sealed_answers_and_a_sealed_talk(line: Line, says: Says) -> None:
    """Seven questions later no other table has a row."""
    for words in ("1", TYPED, "1", "2", "1", "1", "1"):
        says(words)
    with transaction(line.sessions) as session:
        kept = {name: number for name, number in counts(session).items() if number}
    assert kept == {"contacts": 1, "inbox": 7, "dialogue_sessions": 1}


def test_what_was_answered_goes_when_the_talk_has_ended(line: Line, says: Says, scheme_clock: StoppedClock) -> None:
    """Half an hour later only the name of the talk is left, for the line on how to resume; after a day nothing is."""
    for words in ("1", TYPED, "1"):
        says(words)
    assert talk(line).data["answers"]["birth_date"] == CANARY  # type: ignore[union-attr]
    scheme_clock.move(HALF_HOUR + timedelta(seconds=1))
    tidy(line)
    assert talk(line) == Talk("eligibility", "", revision=EMPTIED)
    scheme_clock.move(timedelta(days=1))
    tidy(line)
    assert talk(line) is None


def test_of_a_check_with_a_verdict_nothing_is_left(line: Line, says: Says, scheme_clock: StoppedClock) -> None:
    """There is nothing to resume: not even the name stays."""
    for words in ("1", TYPED, "3"):
        says(words)
    scheme_clock.move(HALF_HOUR + timedelta(seconds=1))
    tidy(line)
    assert talk(line) is None


def test_a_talk_under_way_is_left_alone(line: Line, says: Says, scheme_clock: StoppedClock) -> None:
    """One that ends now, or was answered a moment ago, is not emptied."""
    says("1")
    before = talk(line)
    scheme_clock.move(HALF_HOUR)
    with transaction(line.sessions) as session:
        assert forget_ended(session, line.vault, scheme_clock.now()) == 0
    assert talk(line) == before


def test_emptying_is_done_once(line: Line, says: Says, scheme_clock: StoppedClock) -> None:
    """What has been emptied is not looked at again by each run."""
    says("1")
    scheme_clock.move(HALF_HOUR + timedelta(seconds=1))
    runs = []
    for _ in range(2):
        with transaction(line.sessions) as session:
            runs.append(forget_ended(session, line.vault, scheme_clock.now()))
    assert runs == [1, 0]


@on_sqlite
def test_the_birth_date_is_in_no_file(line: Line, says: Says, scheme_clock: StoppedClock, tmp_path: Path) -> None:
    """Not while the talk goes on, nor after: neither as typed nor as kept, in the database, its log, or any blob."""
    for words in ("1", TYPED, "1", "2"):
        says(words)
    assert not list(_holding(tmp_path, line))
    scheme_clock.move(HALF_HOUR + timedelta(seconds=1))
    tidy(line)
    assert not list(_holding(tmp_path, line))


def test_the_search_would_find_it(line: Line, tmp_path: Path) -> None:
    """The search above finds what is written in the clear."""
    with transaction(line.sessions) as session:
        session.execute(
            text("INSERT INTO areas (code, name, name_en, level) VALUES (:code, '', '', 'village')"), {"code": CANARY}
        )
    assert list(_holding(tmp_path, line))


def _holding(folder: Path, line: Line) -> Iterator[str]:
    """Where the birth date stands in the clear: files of the database, and cells of every table."""
    needles = [form.encode() for form in (TYPED, CANARY, "1951年4月17日")]
    for path in folder.glob("jiangfu.db*"):
        content = path.read_bytes()
        yield from (path.name for needle in needles if needle in content)
    with transaction(line.sessions) as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                cells = [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
                yield from (table.name for cell in cells for needle in needles if needle in cell)
