"""core/line: a message is answered once, whoever asks again, and two messages of one person never tear a talk apart."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from threading import Barrier

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError

from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, open_sessions, transaction
from core.delivery.inbox import InboxRow
from core.dialogue.prompt import Inbound, Kind, Reply
from core.dialogue.session import DialogueSession, open_talk
from core.domain.contact import Contact
from core.errors import Unavailable
from core.faq import Finding
from core.line import Line
from core.settings import Settings
from tests.conversations.assembly import CannedFinder, assemble
from tests.conversations.register import Entry, enter
from tests.engines import on_postgresql, on_sqlite
from tests.postgres_server import PostgresServer
from tests.stopped_clock import StoppedClock

PHONE = "+8613800138000"
THREADS = 8

_ids = count(1)


@pytest.fixture
def open_line(
    database_url: str, keys_dir: object, scheme_clock: StoppedClock, settings: Callable[..., Settings]
) -> Iterator[Callable[[], Line]]:
    """Opens a line as a process of its own would: with its own engine, vault and group commit."""
    engines = []

    def open_one() -> Line:
        engines.append(open_engine(database_url))
        finder = CannedFinder({"一年多少钱": Finding("answer", "amount", ("amount",), "zh")})
        made = settings()
        return assemble(open_sessions(engines[-1]), Vault(made.keys_dir), scheme_clock, made, finder)

    yield open_one
    for engine in engines:
        engine.dispose()


@pytest.fixture
def line(open_line: Callable[[], Line]) -> Line:
    """One line."""
    return open_line()


def text_of(text: str, provider_id: str = "") -> Inbound:
    """A text from the one phone; without an id, one that never comes again."""
    return Inbound("sms", PHONE, provider_id or f"SM{next(_ids)}", text)


def rows(sessions: Sessions, table: type) -> int:
    """How many rows `table` has."""
    with transaction(sessions) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def step_of(line: Line) -> str:
    """Where the one talk stands, '' where there is none."""
    with transaction(line.sessions) as session:
        row = session.scalars(select(DialogueSession)).one_or_none()
        talk = open_talk(line.vault, row.state, row.revision) if row else None
        return talk.step if talk else ""


def at_once(work: list[Callable[[], Reply]]) -> list[Reply]:
    """Do all of `work` in as many threads, let go at the same moment."""
    together = Barrier(len(work))

    def wait_and(do: Callable[[], Reply]) -> Reply:
        together.wait()
        return do()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(wait_and, work))


def test_the_same_id_gets_the_same_answer_and_changes_nothing(line: Line) -> None:
    """What the provider hands over twice is answered once: the talk does not move, nothing is added."""
    line.answer(text_of("资格"))
    first = line.answer(text_of("1950", "SM-1950"))
    step, kept = step_of(line), rows(line.sessions, InboxRow)
    assert line.answer(text_of("1950", "SM-1950")) == first
    assert (step_of(line), rows(line.sessions, InboxRow)) == (step, kept)


def test_the_same_id_after_a_restart(open_line: Callable[[], Line]) -> None:
    """The answer lies in the database, sealed: another process gives it again."""
    first = open_line().answer(text_of("菜单", "SM-menu"))
    assert open_line().answer(text_of("菜单", "SM-menu")) == first


def test_the_same_id_after_ten_minutes_is_a_new_message(line: Line) -> None:
    """By then the provider has long stopped asking; the old answer goes."""
    first = line.answer(text_of("菜单", "SM-menu"))
    with transaction(line.sessions) as session:
        (received,) = session.scalars(select(InboxRow.received_at))
        session.execute(update(InboxRow).values(received_at=received - timedelta(minutes=10, seconds=1)))
    again = line.answer(text_of("菜单", "SM-menu"))
    assert again.prompts == first.prompts[1:]  # he has been introduced
    assert rows(line.sessions, InboxRow) == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_id_from_many_threads_at_once(open_line: Callable[[], Line], workers: int) -> None:
    """However many requests carry it at the same moment: one row, one contact, one answer."""
    lines = [open_line() for _ in range(workers)]
    work = [lambda line=lines[n % workers]: line.answer(text_of("资格", "SM-once")) for n in range(THREADS)]
    answers = at_once(work)
    assert len(set(answers)) == 1
    assert (rows(lines[0].sessions, InboxRow), rows(lines[0].sessions, Contact)) == (1, 1)
    assert step_of(lines[0]) == "birth_date"


@pytest.mark.parametrize("workers", [1, 2])
def test_quick_messages_of_one_person_never_tear_the_talk(open_line: Callable[[], Line], workers: int) -> None:
    """Two thumbs on one phone: each message is taken from the state that the one before left, in whatever order."""
    lines = [open_line() for _ in range(workers)]
    for _ in range(3):
        lines[0].answer(text_of("资格"))
        lines[0].answer(text_of("1950"))
        # Both are right answers to two questions in a row, so both orders end at the third.
        both = [(lines[n % workers], text_of("1")) for n in range(2)]
        answers = at_once([lambda door=door, said=said: door.answer(said) for door, said in both])
        assert step_of(lines[0]) == "usual_births"
        asked = sorted(answer.prompts[-1].text for answer in answers)
        assert len(set(asked)) == 2, "one of the two was answered from a state that was gone"


def test_first_messages_from_many_phones_at_once(open_line: Callable[[], Line]) -> None:
    """Nobody's answer goes to anybody else, and each is noted once."""
    lines = [open_line() for _ in range(2)]
    phones = [f"+86138000000{n:02}" for n in range(THREADS)]
    asks = [Inbound("sms", phone, f"SM-{phone}", "0" if n % 2 else "2") for n, phone in enumerate(phones)]
    answers = at_once([lambda n=n: lines[n % 2].answer(asks[n]) for n in range(THREADS)])
    expected = {"0": "人工", "2": "这个号没有登记"}
    assert all(answer.prompts[1].text.startswith(expected[ask.text]) for ask, answer in zip(asks, answers, strict=True))
    assert rows(lines[0].sessions, Contact) == THREADS


def test_a_conversation_survives_a_restart(open_line: Callable[[], Line]) -> None:
    """A talk lies in the database: each of its messages may be taken by another process."""
    for said in ("资格", "1950", "1", "2", "1", "1"):
        reply = open_line().answer(text_of(said))
    assert reply.prompts[0].text.startswith("最后一问")


def test_a_button_after_a_restart(open_line: Callable[[], Line]) -> None:
    """The revision in the button is the database's."""
    chat = Inbound("telegram", "5001", "1", "资格", language="zh")
    revision = open_line().answer(chat).revision
    press = Inbound("telegram", "5001", "2", kind=Kind.BUTTON, revision=revision, choice="unsure", language="zh")
    assert open_line().answer(press).prompts[0].text.startswith("您户口")


def test_a_question_is_looked_up_outside_the_transaction(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Finding takes milliseconds: nobody else waits for the database meanwhile."""
    written: list[int] = []
    find = line.finder.find

    def find_while_another_writes(question: str) -> Finding:
        line.answer(Inbound("sms", "+8613900139000", "SM-other", "0"))  # would wait for ever inside the transaction
        written.append(rows(line.sessions, InboxRow))
        return find(question)

    monkeypatch.setattr(line.finder, "find", find_while_another_writes)
    assert line.answer(text_of("一年多少钱")).prompts[1].text.startswith("国家标准")
    assert written == [1]


def test_nothing_is_said_of_a_person_before_it_is_safe(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the commit fails the sender hears that nothing was saved, and nothing was."""
    with transaction(line.sessions) as session:
        enter(session, line.vault, [Entry(contacts=(("sms", PHONE),))])
    with failing_commits(monkeypatch, line.sessions), pytest.raises(Unavailable):
        line.answer(text_of("2", "SM-2"))
    assert rows(line.sessions, InboxRow) == 0
    assert "没存上" in line.not_saved().prompts[0].text
    assert "27183644" in line.answer(text_of("2", "SM-2")).prompts[1].text


@contextmanager
def failing_commits(monkeypatch: pytest.MonkeyPatch, sessions: Sessions) -> Iterator[None]:
    """No commit succeeds within the block, as on a full disk."""

    def commit(_session: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr(sessions.class_, "commit", commit)
        yield


@on_postgresql
def test_a_database_that_went_away(line: Line, postgres: PostgresServer) -> None:
    """A lost connection is "not saved", and the next message is answered."""
    line.answer(text_of("0"))
    postgres.admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'")
    assert line.answer(text_of("0")).prompts[0].text.startswith("人工")


@on_sqlite
def test_a_locked_database_is_not_waited_for_by_each_in_turn(
    open_line: Callable[[], Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the write lock: all who wait hear soon that nothing was saved."""
    patience = 0.4
    monkeypatch.setattr("core.db.PATIENCE_SECONDS", patience)
    line, other = open_line(), open_line()
    with other.sessions() as holder:
        holder.execute(delete(InboxRow))

        def try_it() -> Reply:
            try:
                return line.answer(text_of("0"))
            except Unavailable:
                return line.not_saved()

        began = time.monotonic()
        answers = at_once([try_it] * THREADS)
        took = time.monotonic() - began
    assert took < patience * THREADS * 0.75  # two waits: who came first, and all the others together
    assert {answer.prompts[0].text for answer in answers} == {line.not_saved().prompts[0].text}
    assert line.answer(text_of("0")).prompts[1].text.startswith("人工")
