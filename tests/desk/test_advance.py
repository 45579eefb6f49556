"""`jiangfu advance` for a file and for a whole list, and `--undo`; for single people see test_officers."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import Application
from core.domain.case import Case, CaseKind, CaseState
from core.domain.person import Person
from core.domain.stage import Stage
from tests.desk.conftest import Jiangfu
from tests.districts import District, somebody
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY

pytestmark = on_sqlite


@pytest.fixture
def refs(sessions: Sessions, vault: Vault, district: District) -> list[str]:
    """Three of one village who have declared."""
    with transaction(sessions) as session:
        numbers = (f"4305211950031212{serial}X" for serial in range(3))
        return [somebody(session, vault, district.areas["T1V1"], id_number=number) for number in numbers]


def stages(sessions: Sessions) -> list[Stage]:
    """Where they stand."""
    with transaction(sessions) as session:
        return list(session.scalars(select(Application.stage).order_by(Application.id)))


def test_a_file_of_references(
    jiangfu: Jiangfu, sessions: Sessions, refs: list[str], officer: int, tmp_path: Path
) -> None:
    """Each line is done as if it were typed; those that may not go are named."""
    (tmp_path / "refs.csv").write_text("line,ref\n" + "".join(f"2,{ref}\n" for ref in refs), "utf-8")
    jiangfu("advance", refs[1], "--to", "withdrawn")
    done = jiangfu("advance", "--file", "refs.csv", "--to", "village_listed")
    assert done.status == 1
    assert done.out == "".join(f"{ref}: declared -> village_listed\n" for ref in (refs[0], refs[2]))
    assert done.err.startswith(f"{refs[1]}: from withdrawn the procedure leads to nowhere")
    assert stages(sessions) == [Stage.VILLAGE_LISTED, Stage.WITHDRAWN, Stage.VILLAGE_LISTED]


def test_a_file_of_something_else(
    jiangfu: Jiangfu, sessions: Sessions, refs: list[str], officer: int, tmp_path: Path
) -> None:
    """Nobody is moved."""
    (tmp_path / "refs.csv").write_text(f"{refs[0]}\n王桂兰\n", "utf-8")
    done = jiangfu("advance", "--file", "refs.csv", "--to", "rejected", "--reason", "x")
    assert (done.status, done.out) == (1, "")
    assert done.err == "jiangfu: line 2 holds no reference of this line; nobody was moved.\n"
    assert set(stages(sessions)) == {Stage.DECLARED}


@pytest.fixture
def listed(
    jiangfu: Jiangfu, sessions: Sessions, refs: list[str], officer: int, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """They stand on their village's list, and its window is over."""
    monkeypatch.setenv("JIANGFU_NOW", "2026-03-12T08:00:00")
    assert jiangfu("lists", "show", "T1V1").status == 0
    monkeypatch.setenv("JIANGFU_NOW", "2026-03-22T08:00:00")
    return refs


def test_a_whole_list(jiangfu: Jiangfu, sessions: Sessions, listed: list[str]) -> None:
    """Everybody on it, each printed."""
    done = jiangfu("advance", "--list", "village", "T1V1")
    assert (done.status, done.err) == (0, "")
    moved = [f"{ref}: village_listed -> village_reviewed" for ref in listed]
    assert done.out.splitlines() == [*moved, "moved 3, held back 0"]
    assert set(stages(sessions)) == {Stage.VILLAGE_REVIEWED}


def test_who_is_held_back_is_named(jiangfu: Jiangfu, sessions: Sessions, district: District, listed: list[str]) -> None:
    """The others go, and the exit status says that not all did."""
    with transaction(sessions) as session:
        person = session.scalars(select(Person).where(Person.ref == listed[1])).one()
        application = session.scalars(select(Application).where(Application.person_id == person.id)).one()
        session.add(
            Case(
                kind=CaseKind.ENTRY, state=CaseState.OPEN, area_id=district.areas["T1V1"],
                office_id=district.areas["T1"], application_id=application.id, opened_at=MID_MAY, due_on=MID_MAY.date(),
            )
        )  # fmt: skip
    done = jiangfu("advance", "--list", "village", "T1V1")
    assert done.status == 1
    assert done.out.splitlines()[-1] == "moved 2, held back 1"
    assert done.err == f"{listed[1]}: an objection to it is not decided yet (`jiangfu objections show 1`).\n"
    assert stages(sessions).count(Stage.VILLAGE_REVIEWED) == 2


@pytest.mark.parametrize(
    ("now", "area", "refusal"),
    [
        ("2026-03-21T23:59:00", "T1V1", "hangs from 2026-03-12 to 2026-03-21"),
        ("2026-03-22T00:00:00", "T1", "T1 has no list of the level village"),
        ("2026-03-22T00:00:00", "T9", "T9 is no area's code"),
        ("2026-03-22T00:00:00", "T1V2", "never frozen"),
    ],
)
def test_a_list_that_does_not_go_on(
    jiangfu: Jiangfu, sessions: Sessions, listed: list[str], monkeypatch: pytest.MonkeyPatch,
    now: str, area: str, refusal: str,
) -> None:  # fmt: skip
    """One line says why, and nobody is moved."""
    monkeypatch.setenv("JIANGFU_NOW", now)
    done = jiangfu("advance", "--list", "village", area)
    assert (done.status, done.out) == (1, "")
    assert refusal in done.err
    assert set(stages(sessions)) == {Stage.VILLAGE_LISTED}


def test_a_mistake_is_undone(jiangfu: Jiangfu, sessions: Sessions, refs: list[str], officer: int) -> None:
    """With a reason; once, for then there is nothing left to undo."""
    jiangfu("advance", *refs[:2], "--to", "rejected", "--reason", "现有一儿一女")
    assert "--reason" in jiangfu("advance", refs[0], "--undo").err
    done = jiangfu("advance", *refs, "--undo", "--reason", "看错了人")
    assert done.status == 1
    assert done.out == "".join(f"{ref}: undone, again declared\n" for ref in refs[:2])
    assert done.err == f"{refs[2]}: it stands where it was entered; there is nothing to undo.\n"
    assert set(stages(sessions)) == {Stage.DECLARED}


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("1",),
        ("--to", "confirmed"),
        ("--undo",),
        ("1", "--to", "confirmed", "--undo"),
        ("--list", "village", "T1V1", "--to", "village_reviewed"),
        ("1", "--list", "village", "T1V1"),
        ("--list", "county", "T1V1"),
        ("1", "--file", "refs.csv", "--to", "confirmed"),
    ],
    ids=" ".join,
)
def test_wrong_usage(jiangfu: Jiangfu, officer: int, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Exit 2, before any PIN is asked for."""
    (tmp_path / "refs.csv").write_text("ref\n", "utf-8")
    done = jiangfu("advance", *words)
    assert (done.status, done.out) == (2, "")
    assert "Error: " in done.err
