"""The desk's own conversations: `chat`, `ask`, `check`, and a spreadsheet that ends in an answer on the phone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.faq import Finding
from tests.core.policy.cases import GOOD, PILOT_DAY
from tests.desk.conftest import Jiangfu

PHONE = "+8613800138000"
AREAS = """编码,名称,级别,上级,农业人口
D,东湖区,district,,64000
T,甲镇,township,D,30000
V,李家村,village,T,
"""
STAFF = "姓名,角色,区域编码,手机号\n周建明,officer,D,13907310002\n"
APPLICANTS = f"""姓名,身份证号,手机号,村编码,阶段,年度
王桂兰,430521195003121230,{PHONE},V,village_listed,2026
"""


@pytest.fixture
def ready(jiangfu: Jiangfu) -> Jiangfu:
    """After `init`."""
    assert jiangfu("init").status == 0
    return jiangfu


def _ask_nobody(monkeypatch: pytest.MonkeyPatch, finding: Finding) -> None:
    # Training the finder takes seconds, and has tests of its own.
    monkeypatch.setattr("core.faq.Finder.find", lambda _self, _query: finding)


def test_a_talk_from_a_file(ready: Jiangfu) -> None:
    """Each line of the input is a message; an empty one ends the talk; buttons are numbered lines."""
    done = ready("chat", stdin="菜单\n0\n\n菜单\n")
    assert (done.status, done.err) == (0, "")
    assert done.out.count("回数字选") == 1
    assert "1 查资格" in done.out
    assert "人工：请打12345" in done.out


@pytest.mark.parametrize("words", [("--phone", PHONE), ("--telegram", "5001")])
def test_a_talk_in_english(ready: Jiangfu, words: tuple[str, ...]) -> None:
    """Also as a Telegram user; the end of the input ends it too, with or without a line's end."""
    done = ready("chat", *words, stdin="ENGLISH\r\nMENU")
    assert done.status == 0
    assert "I will speak English now." in done.out
    assert done.out.count("1 ") >= 2


def test_a_terminal_in_another_encoding(ready: Jiangfu, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a character, or GB18030 where UTF-8 was expected, is answered like any other text."""
    _ask_nobody(monkeypatch, Finding("unknown", None, (), "zh"))
    done = ready("chat", stdin="菜单\n".encode("gb18030") + b"\xe5\xa5\n\x00\n0\n")
    assert (done.status, done.err) == (0, "")
    assert "人工：请打" in done.out


def test_a_talk_while_the_database_is_locked(ready: Jiangfu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person hears that nothing was saved."""
    from core.errors import Unavailable
    from core.line import Line

    def away(_self: Line, _message: object) -> None:
        raise Unavailable

    monkeypatch.setattr(Line, "answer", away)
    assert "没存上" in ready("chat", stdin="2\n").out


@pytest.mark.parametrize(
    ("finding", "topic", "begins"),
    [
        (Finding("answer", "two_children", ("two_children", "age_rule"), "zh"), "two_children", "现有两个都是女儿的"),
        (Finding("offer", None, ("two_children", "age_rule"), "zh"), None, ""),
        (Finding("unknown", None, (), "zh"), None, "这个我不知道"),
        (Finding("unknown", None, (), "en"), None, "I "),
    ],
    ids=["answered", "doubtful", "unknown", "unknown in English"],
)
def test_a_question_is_one_line_of_json(
    jiangfu: Jiangfu, monkeypatch: pytest.MonkeyPatch, finding: Finding, topic: str | None, begins: str
) -> None:
    """Topic or null, candidates best first, and the catalogue's own answer; no database is needed."""
    _ask_nobody(monkeypatch, finding)
    done = jiangfu("ask", "两个女儿可以领吗")
    assert (done.status, done.out.count("\n")) == (0, 1)
    line = json.loads(done.out)
    assert list(line) == ["topic", "candidates", "answer"]
    assert (line["topic"], line["candidates"]) == (topic, list(finding.candidates))
    assert line["answer"].startswith(begins)
    assert line["answer"]


@pytest.mark.parametrize(("cases", "status"), [(1, 0), (2, 1)])
def test_cases_that_cannot_be_read_are_counted(jiangfu: Jiangfu, tmp_path: Path, cases: int, status: int) -> None:
    """Exit 0 where all could be judged, 1 where one could not; the others are judged all the same."""
    lines = [json.dumps({"id": "好", "as_of": PILOT_DAY, "facts": GOOD}), "no case"][:cases]
    (tmp_path / "cases.jsonl").write_text("\n".join(lines), "utf-8-sig")
    done = jiangfu("check", "--cases", "cases.jsonl")
    assert done.status == status
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert len(answers) == cases
    assert list(answers[0]) == ["id", "eligible", "failed", "uncertain"]
    assert answers[0]["eligible"] is True
    assert done.err.count("\n") == status


def test_from_the_spreadsheet_to_the_phone(ready: Jiangfu, tmp_path: Path) -> None:
    """Areas, staff and applicants are imported; the registered phone gets its answer at once; again changes nothing."""
    for kind, table in (("areas", AREAS), ("staff", STAFF), ("applicants", APPLICANTS)):
        (tmp_path / f"{kind}.csv").write_text(table, "utf-8")
        done = ready("import", kind, f"{kind}.csv")
        assert (done.status, done.err) == (0, ""), done.out
    assert "王桂兰" not in done.out
    assert "officer" in ready("staff", "list").out
    answer = ready("chat", "--phone", PHONE, stdin="2\n").out
    assert "公示" in answer
    assert "王桂兰" not in answer
    again = ready("import", "applicants", "applicants.csv", "--dry-run")
    assert again.status == 0
    assert "dry run" in again.out


def test_a_bad_row_is_exit_one_and_the_good_ones_are_kept(ready: Jiangfu, tmp_path: Path) -> None:
    """The row is named by line and column."""
    (tmp_path / "areas.csv").write_text(AREAS + "X,某村,hamlet,T,\n", "utf-8")
    done = ready("import", "areas", "areas.csv")
    assert done.status == 1
    assert any(line.startswith("line 5, column ") for line in done.out.splitlines())
    (tmp_path / "staff.csv").write_text(STAFF, "utf-8")
    assert ready("import", "staff", "staff.csv").status == 0
