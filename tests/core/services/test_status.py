"""core/services/status: who may learn where an application stands, and that a guess tells nothing, not even by its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

import pytest
from sqlalchemy import Engine, event

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import Application, StageChange
from core.domain.person import Person
from core.domain.stage import Stage
from core.services import attempts
from core.services.contacts import address_hash
from core.services.status import Locked, Standing, prove, reason_of, standings_of_contact, tell_apart
from tests.conversations.register import OTHER_REF, REF, THIRD_REF, UNKNOWN_REF, Entry, contact_at, enter
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY

PHONE = ("sms", "+8613800138000")
FAMILY = (Entry(REF, "1234", contacts=(PHONE,)), Entry(OTHER_REF, "567X", contacts=(PHONE,)))
NEIGHBOUR = Entry(THIRD_REF, "4321", contacts=(("sms", "+8613900139000"),))
DAY = timedelta(days=1)


@pytest.fixture
def register(sessions: Sessions, vault: Vault) -> Sessions:
    """Two people who share a phone, and somebody of another."""
    with transaction(sessions) as session:
        enter(session, vault, (*FAMILY, NEIGHBOUR))
    return sessions


@pytest.fixture
def guess(register: Sessions, vault: Vault) -> Callable[..., str]:
    """Guesses as some sender, at some time after the middle of May: `right`, `wrong` or `locked`."""

    def make(ref: str, last_four: str, sender: str = "stranger", after: timedelta = timedelta()) -> str:
        with transaction(register) as session:
            try:
                whose = address_hash(vault, "sms", sender)
                found = prove(session, vault, whose, ref, last_four, MID_MAY + after)
            except Locked:
                return "locked"
            return "right" if found and found.ref == ref else "wrong"

    return make


@pytest.mark.parametrize(
    ("label", "ref", "last_four", "said"),
    [
        ("the right four", REF, "1234", "right"),
        ("another person's four", REF, "567X", "wrong"),
        ("an X", OTHER_REF, "567X", "right"),
        ("a 0 for an X", OTHER_REF, "5670", "wrong"),
        ("nobody's reference", UNKNOWN_REF, "1234", "wrong"),
        ("the four that stand in for nobody's", UNKNOWN_REF, "0000", "wrong"),
        ("no four at all", REF, "", "wrong"),
    ],
)
def test_a_reference_and_its_own_last_four_prove_a_person(
    guess: Callable[..., str], label: str, ref: str, last_four: str, said: str
) -> None:
    """Both must be right, of the same person."""
    assert guess(ref, last_four) == said


def test_five_wrong_tries_lock_a_sender_for_a_day(guess: Callable[..., str]) -> None:
    """Then even the right answer is not looked at, for a day after the last try that counted; others go on."""
    said = [guess(REF, "9999", after=timedelta(minutes=n)) for n in range(5)]
    assert said == ["wrong", "wrong", "wrong", "wrong", "locked"]
    fifth = timedelta(minutes=4)
    assert guess(REF, "1234", after=fifth + timedelta(minutes=1)) == "locked"
    assert guess(REF, "1234", "another", after=fifth + timedelta(minutes=1)) == "right"
    assert guess(REF, "1234", after=fifth + DAY - timedelta(seconds=1)) == "locked"
    assert guess(REF, "1234", after=fifth + DAY) == "right"


def test_a_right_answer_does_not_buy_more_tries(guess: Callable[..., str]) -> None:
    """Who knows one record could else guess at another for ever."""
    said = [guess(UNKNOWN_REF, "9999") for _ in range(4)]
    assert said == ["wrong"] * 4
    assert guess(REF, "1234") == "right"
    assert guess(UNKNOWN_REF, "9999") == "locked"


def test_wrong_tries_a_day_apart_never_add_up(guess: Callable[..., str]) -> None:
    """An old person who errs once a week is not locked out."""
    assert [guess(REF, "9999", after=n * DAY) for n in range(8)] == ["wrong"] * 8


def test_twenty_wrong_tries_by_many_shut_a_reference_silently(guess: Callable[..., str]) -> None:
    """Afterwards the right answer too is merely wrong, to everybody, for a day; nothing says that it was shut."""
    for n in range(attempts.REFERENCE_TRIES):
        assert guess(REF, "9999", f"sender {n // 4}") == "wrong"
    assert guess(REF, "1234", "the true one") == "wrong"
    assert guess(OTHER_REF, "567X", "the true one") == "right"
    assert guess(REF, "1234", "later", after=DAY - timedelta(seconds=1)) == "wrong"
    assert guess(REF, "1234", "the true one", after=2 * DAY) == "right"


def test_an_unknown_reference_is_shut_the_same_way(guess: Callable[..., str]) -> None:
    """Else the lock itself would tell which references there are."""
    for n in range(attempts.REFERENCE_TRIES + 2):
        assert guess(UNKNOWN_REF, "9999", f"sender {n // 4}") == "wrong"


@pytest.mark.parametrize("tries_before", [0, 1])
def test_a_wrong_guess_runs_the_same_statements_whoever_exists(
    guess: Callable[..., str], engine: Engine, vault: Vault, monkeypatch: pytest.MonkeyPatch, tries_before: int
) -> None:
    """Nobody learns from the work done whether a reference exists: same statements, as many keys and openings."""
    work: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cur, statement, *_rest: work.append(statement))
    for name in ("open", "lookup"):
        real = getattr(vault, name)
        monkeypatch.setattr(vault, name, lambda *args, real=real, name=name: work.append(name) or real(*args))

    def done(ref: str, sender: str) -> list[str]:
        for _ in range(tries_before):
            guess(ref, "9999", f"{sender}, earlier")
        work.clear()
        assert guess(ref, "9999", sender) == "wrong"
        return list(work)

    known, unknown = done(REF, "one"), done(UNKNOWN_REF, "two")
    assert known == unknown
    assert known.count("open") == 1


@on_sqlite
def test_a_wrong_guess_takes_as_long_whoever_exists(register: Sessions, vault: Vault) -> None:
    """The medians of interleaved guesses lie within a tenth of each other (one of several tries: machines are noisy)."""
    assert any(_is_fair(register, vault, seed) for seed in range(5))


def _is_fair(register: Sessions, vault: Vault, seed: int) -> bool:
    took: dict[str, list[float]] = {REF: [], UNKNOWN_REF: []}
    for n in range(120):
        sender = address_hash(vault, "sms", f"{seed} {n}")
        pair = (REF, UNKNOWN_REF) if n % 2 else (UNKNOWN_REF, REF)
        for ref in pair:
            # Nothing is committed: each pair finds the tables as the first one did.
            with register() as session:
                began = time.perf_counter()
                assert prove(session, vault, sender, ref, "9999", MID_MAY) is None
                took[ref].append(time.perf_counter() - began)
                session.rollback()
    known, unknown = (median(took[ref]) for ref in (REF, UNKNOWN_REF))
    return abs(known - unknown) <= 0.1 * min(known, unknown)


def test_a_familys_phone_is_told_apart_by_the_last_four(register: Sessions, vault: Vault) -> None:
    """Only people whom the phone serves are looked at, and a wrong four counts as a try."""
    with transaction(register) as session:
        standings = standings_of_contact(session, contact_at(session, vault, *PHONE))
        assert [standing.ref for standing in standings] == [REF, OTHER_REF]
        tell = lambda four: tell_apart(session, vault, b"sender", standings, four, MID_MAY)  # noqa: E731
        assert [standing.ref for standing in tell("567X")] == [OTHER_REF]
        assert tell("4321") == []


def test_a_familys_phone_is_locked_too(register: Sessions, vault: Vault) -> None:
    """After five wrong fours the right one is not looked at for a day: whoever holds the phone must not try them all."""
    with transaction(register) as session:
        standings = standings_of_contact(session, contact_at(session, vault, *PHONE))
        for _ in range(4):
            assert tell_apart(session, vault, b"sender", standings, "9999", MID_MAY) == []
        for four, later in (("9999", timedelta()), ("1234", timedelta()), ("1234", DAY - timedelta(seconds=1))):
            with pytest.raises(Locked):
                tell_apart(session, vault, b"sender", standings, four, MID_MAY + later)
        assert tell_apart(session, vault, b"sender", standings, "1234", MID_MAY + DAY) == standings[:1]


def test_the_latest_application_is_the_one_that_stands(sessions: Sessions, vault: Vault) -> None:
    """A year has at most one; what was refused two years ago is history."""
    with transaction(sessions) as session:
        enter(session, vault, [Entry(stage="rejected", year=2024, contacts=(PHONE,))])
        person = session.query(Person).one()
        for year, stage in ((2026, Stage.DECLARED), (2025, Stage.WITHDRAWN)):
            session.add(Application(person_id=person.id, year=year, stage=stage, stage_since=MID_MAY))
        session.flush()
        (standing,) = standings_of_contact(session, contact_at(session, vault, *PHONE))
    assert (standing.year, standing.stage) == (2026, Stage.DECLARED)


def test_no_name_is_in_a_standing() -> None:
    """Numbers change hands: what is shown of a person has no field for who it is."""
    of_the_case = {"application_id", "year", "stage", "since", "windows_moved", "money_noted"}
    assert set(Standing.__dataclass_fields__) == {"person_id", "ref", "area_id", *of_the_case}


@pytest.mark.parametrize(("recorded", "said"), [("年龄不到。", "年龄不到。"), ("", "")])
def test_the_reason_is_that_of_the_last_change(sessions: Sessions, vault: Vault, recorded: str, said: str) -> None:
    """A reason given for an earlier step is not given for this one."""
    with transaction(sessions) as session:
        enter(session, vault, [Entry(stage="village_listed", reason="先前的话", contacts=(PHONE,))])
        application = session.query(Application).one()
        sealed = vault.seal(StageChange.reason, recorded) if recorded else None
        change = StageChange(application_id=application.id, changed_at=MID_MAY, to_stage=Stage.REJECTED, reason=sealed)
        session.add(change)
        session.flush()
        assert reason_of(session, vault, application.id) == said
