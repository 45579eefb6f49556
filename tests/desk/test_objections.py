"""`jiangfu objections`: what the officers of the level above see and decide, and what is refused to everybody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow
from core.domain.application import Application
from core.domain.case import Case, CaseKind
from core.domain.stage import Stage
from core.services.cases.raising import Matter, raise_case
from tests.desk.conftest import Jiangfu
from tests.desk.objected import MARCH, PHONE, WORDS, Objected, object_to_entry
from tests.districts import ADMIN_PHONE, CADRE_PHONE, INSPECTOR_PHONE, OFFICER_PHONE, TOWNSHIP_PHONE, District
from tests.engines import on_sqlite

pytestmark = on_sqlite

LINE = "1\tentry 1\tvillage list\tT1V1\tT1\t2 voices\t{state}\tdue 2026-03-20"
REASON = "户口本上是两个女儿一个儿子。"


@pytest.fixture
def objected(sessions: Sessions, vault: Vault, district: District) -> Objected:
    """The case, numbered 1."""
    with transaction(sessions) as session:
        return object_to_entry(session, vault, district)


@pytest.fixture
def township(monkeypatch: pytest.MonkeyPatch) -> None:
    """The township's officer acts, with the right PIN."""
    monkeypatch.setenv("JIANGFU_STAFF", TOWNSHIP_PHONE)
    monkeypatch.setenv("JIANGFU_PIN", "2468")


@pytest.mark.usefixtures("township")
def test_from_the_list_to_the_decision(jiangfu: Jiangfu, sessions: Sessions, objected: Objected) -> None:
    """Listed with its due day, shown with words and grounds, taken, upheld; afterwards only --all lists it."""
    assert jiangfu("objections", "list").out == f"{LINE.format(state='open')}\tOVERDUE\n"
    shown = jiangfu("objections", "show", "1").out.splitlines()
    assert shown[:2] == [LINE.format(state="open"), f"applicant\t{objected.ref}"]
    assert shown[2:] == [f"children\t{WORDS}"] * 2
    assert jiangfu("objections", "take", "1").out == "1: under_review\n"
    done = jiangfu("objections", "decide", "1", "--uphold", "--reason", REASON)
    assert (done.status, done.out, done.err) == (0, "1: upheld\n", "")
    assert jiangfu("objections", "list").out == ""
    assert jiangfu("objections", "list", "--all").out == f"{LINE.format(state='upheld')}\n"
    assert jiangfu("objections", "show", "1").out.splitlines()[-1] == f"decided\t{REASON}"
    with transaction(sessions) as session:
        assert session.scalars(select(Application.stage)).one() is Stage.REJECTED
        told = session.scalars(select(OutboxRow.contact_id).where(OutboxRow.text_key == "case.entry_upheld")).all()
    assert told == [objected.contact_id]


@pytest.mark.usefixtures("township")
def test_a_note_is_done(jiangfu: Jiangfu, sessions: Sessions, vault: Vault, district: District) -> None:
    """What was told besides objections is closed with what was done; what spans lines is shown in one."""
    with transaction(sessions) as session:
        matter = Matter(CaseKind.DEATH, district.areas["T1V1"], "刘桂香\n5月28日\t过世")
        raise_case(session, vault, matter, b"s" * 32, None, 5, MARCH)
    assert jiangfu("objections", "show", "1").out.splitlines()[-1] == "-\t刘桂香 5月28日 过世"
    assert jiangfu("objections", "list").out.startswith("1\tdeath\t-\tT1V1\tT1\t1 voice\topen\t")
    assert jiangfu("objections", "decide", "1", "--done", "--reason", "已登记。").out == "1: done\n"


@pytest.mark.parametrize("named", [CADRE_PHONE, INSPECTOR_PHONE, ADMIN_PHONE])
@pytest.mark.parametrize(
    "words", [("list",), ("list", "--all"), ("show", "1"), ("take", "1"), ("decide", "1", "--uphold", "--reason", "x")]
)
def test_whoever_is_no_officer_is_refused(
    jiangfu: Jiangfu,
    monkeypatch: pytest.MonkeyPatch,
    sessions: Sessions,
    objected: Objected,
    words: tuple[str, ...],
    named: str,
) -> None:
    """One line, exit 1, nothing changed and nothing told."""
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    done = jiangfu("objections", *words, "--as", named)
    assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
    assert "does not see objections" in done.err
    with transaction(sessions) as session:
        assert session.scalars(select(Case.state)).one() == "open"


def test_the_district_sees_that_there_is_a_case_and_does_not_decide_it(
    jiangfu: Jiangfu, objected: Objected, officer: int
) -> None:
    """It is the township's until it is overdue; the words are for those who decide."""
    assert jiangfu("objections", "list", "--as", OFFICER_PHONE).out.startswith("1\tentry 1\t")
    for words in (("show", "1"), ("take", "1"), ("decide", "1", "--dismiss", "--reason", "x")):
        done = jiangfu("objections", *words)
        assert (done.status, done.out) == (1, "")
        assert "`jiangfu objections list`" in done.err or "another area" in done.err
        assert WORDS not in done.err


@pytest.mark.usefixtures("township")
@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("decide", "1", "--reason", "x"), 2, "--uphold, --dismiss or --done"),
        (("decide", "1", "--uphold"), 2, "--reason"),
        (("decide", "1", "--uphold", "--reason", " "), 1, "--reason"),
        (("decide", "1", "--done", "--reason", "x"), 1, "--uphold or --dismiss"),
        (("take", "7"), 1, "no case 7"),
        (("show", "7"), 1, "`jiangfu objections list`"),
        (("show", "first"), 2, "not a valid integer"),
    ],
)
def test_what_is_refused_says_what_to_do(
    jiangfu: Jiangfu, objected: Objected, words: tuple[str, ...], status: int, said: str
) -> None:
    """Usage is 2, everything else 1."""
    done = jiangfu("objections", *words)
    assert (done.status, done.out) == (status, "")
    assert said in done.err


@pytest.mark.usefixtures("township")
def test_officers_never_see_whose_voice_it_was(jiangfu: Jiangfu, objected: Objected) -> None:
    """Neither phone nor number, before and after the decision."""
    said = [
        jiangfu("objections", *words)
        for words in (
            ("list", "--all"), ("show", "1"), ("take", "1"), ("decide", "1", "--dismiss", "--reason", REASON), ("show", "1"),
        )
    ]  # fmt: skip
    assert {done.status for done in said} == {0}
    printed = "".join(done.out + done.err for done in said)
    assert WORDS in printed
    assert PHONE[3:] not in printed
    assert objected.number not in printed.replace(" ", "")
