"""`jiangfu lists`: a list on the screen, and the sheet for the wall with the code that a phone gives too."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import ChildrenGround
from core.domain.published_list import ListEntry, PublishedList
from core.domain.stage import Stage
from tests.desk.conftest import Jiangfu
from tests.districts import District
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY
from tests.walls import Wall

pytestmark = on_sqlite

ID_NUMBERS = ("430521195003120021", "430521194512310015", "43052119600229002X")
PHONE = "+8613800138000"


@pytest.fixture
def wall(sessions: Sessions, vault: Vault, district: District) -> Wall:
    """Three who came to the district's list: two of one village, one of another township's."""
    wall = Wall(sessions, vault, district)
    at = {"stage": Stage.BUREAU_REVIEWED}
    wall.person("T1V1", group="2组", name="欧阳春花", id_number=ID_NUMBERS[0], ground=ChildrenGround.ONE_CHILD, **at)  # type: ignore[arg-type]
    wall.person("T1V1", name="王<国>强", id_number=ID_NUMBERS[1], ground=ChildrenGround.TWO_DAUGHTERS, **at)  # type: ignore[arg-type]
    wall.person("T2V1", name="李桂兰", id_number=ID_NUMBERS[2], **at)  # type: ignore[arg-type]
    return wall


def code_of(sessions: Sessions) -> str:
    """The code of the only list."""
    with transaction(sessions) as session:
        return session.scalars(select(PublishedList.board_code)).one()


def test_an_open_list_is_shown_in_full(jiangfu: Jiangfu, sessions: Sessions, wall: Wall) -> None:
    """Its days, code and count, then its lines; asking froze it."""
    done = jiangfu("lists", "show", "D")
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines() == [
        "district\t2026\t2026-05-08\t2026-05-18\topen",
        f"code {code_of(sessions)}\tentries 3",
        "1\t欧阳春花\tfemale\t名T1V1\t2组\t1950\tone_child",
        "2\t王<国>强\tmale\t名T1V1\t-\t1945\ttwo_daughters",
        "3\t李桂兰\tfemale\t名T2V1\t-\t1960\t-",
    ]


def test_a_village_sees_its_own_lines_of_a_larger_list(jiangfu: Jiangfu, wall: Wall) -> None:
    """With the numbers and the count of the whole."""
    lines = jiangfu("lists", "show", "T2V1", "--level", "district").out.splitlines()
    assert lines[1].endswith("entries 3")
    assert [line.split("\t")[0] for line in lines[2:]] == ["3"]


def test_outside_the_window_the_surname_alone(jiangfu: Jiangfu, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closed, it can be shown and no more be printed."""
    jiangfu("lists", "show", "D")
    monkeypatch.setenv("JIANGFU_NOW", "2026-05-19T00:00:00")
    done = jiangfu("lists", "show", "D")
    assert done.out.splitlines()[0].endswith("closed")
    assert [line.split("\t")[1] for line in done.out.splitlines()[2:]] == ["欧阳某", "王某", "李某"]
    refused = jiangfu("lists", "print", "D")
    assert (refused.status, refused.out) == (1, "")
    assert "hung from 2026-05-08 to 2026-05-18" in refused.err
    monkeypatch.setenv("JIANGFU_NOW", "2027-02-01T00:00:00")
    assert "欧阳某" in jiangfu("lists", "show", "D", "--year", "2026").out


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("T1",), "The township list of T1 is not there: it hangs from 2026-04-06 on"),
        (("T1V1", "--year", "2025"), "it hangs from 2025-03-12 on"),
        (("X",), "X is no area's code"),
        (("T1", "--level", "village"), "no list of the level village"),
    ],
)
def test_what_is_not_there(jiangfu: Jiangfu, wall: Wall, words: tuple[str, ...], refusal: str) -> None:
    """One line says so."""
    done = jiangfu("lists", "show", *words)
    assert (done.status, done.out) == (1, "")
    assert refusal in done.err


class _Page(HTMLParser):
    """What a page says, and whatever it would load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.loads: list[str] = []
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"link", "script", "img", "iframe", "object", "base"}:
            self.loads.append(tag)
        self.loads += [f"{name}={value}" for name, value in attrs if name in {"src", "href", "style"}]
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")
        self._in_cell = tag == "td"

    def handle_data(self, data: str) -> None:
        self.said.append(data.strip())
        if self._in_cell:
            self.rows[-1][-1] += data.strip()

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag != "td"


class TestTheSheet:
    """What hangs on the wall."""

    def test_it_says_what_a_phone_says(
        self, jiangfu: Jiangfu, sessions: Sessions, wall: Wall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Level, year, days, code, count, the lines, the report phone, and how to check it; nothing else of anybody."""
        monkeypatch.setenv("TWILIO_FROM", "+8610690001234")
        monkeypatch.setenv("JIANGFU_REPORT_PHONE", "0731-12388")
        done = jiangfu("lists", "print", "D", "-o", "wall.html")
        assert (done.status, done.err) == (0, "")
        assert done.out == f"wall.html: 3 lines, code {code_of(sessions)}. Open it and print it.\n"
        page = Path("wall.html").read_text("utf-8")
        parsed = _Page(page)
        said = " ".join(filter(None, parsed.said))
        expected = ("名D", "2026年区级公示", "5月8", code_of(sessions), "3", "公示", "+8610690001234", "0731-12388")
        assert [words for words in expected if words not in said] == []
        assert [row for row in parsed.rows if row] == [
            ["1", "欧阳春花", "女", "名T1V1 2组", "1950", "一个孩子"],
            ["2", "王<国>强", "男", "名T1V1", "1945", "两个女儿"],
            ["3", "李桂兰", "女", "名T2V1", "1960", ""],
        ]
        for number in ID_NUMBERS:
            assert number not in page
            assert number[6:14] not in page

    def test_it_loads_nothing_from_elsewhere(self, jiangfu: Jiangfu, wall: Wall) -> None:
        """It can be printed where there is no network."""
        page = jiangfu("lists", "print", "D").out
        assert _Page(page).loads == []
        assert [word for word in ("http", "@import", "url(", "//") if word in page] == []

    def test_it_is_large_and_on_a4(self, jiangfu: Jiangfu, wall: Wall) -> None:
        """No letter smaller than 16 points."""
        page = jiangfu("lists", "print", "D").out
        sizes = [float(part.split("pt")[0]) for part in page.split("font-size: ")[1:]]
        assert "size: A4" in page
        assert min(sizes) >= 16

    def test_a_village_s_part(self, jiangfu: Jiangfu, wall: Wall) -> None:
        """Both counts, so that a phone agrees with it."""
        parsed = _Page(jiangfu("lists", "print", "T2V1", "--level", "district").out)
        said = " ".join(filter(None, parsed.said))
        assert "名T2V1部分" in said
        assert "共 3 人" in said
        assert "本表 1 人" in said
        assert [row[1] for row in parsed.rows if row] == ["李桂兰"]

    def test_who_was_taken_off_keeps_the_line(self, jiangfu: Jiangfu, sessions: Sessions, wall: Wall) -> None:
        """Without the name."""
        jiangfu("lists", "show", "D")
        with transaction(sessions) as session:
            session.get_one(ListEntry, (1, 2)).withdrawn_at = MID_MAY
        page = jiangfu("lists", "print", "D").out
        assert [row for row in _Page(page).rows if row][1] == ["2", "已撤下"]
        assert "国" not in "".join("".join(row) for row in _Page(page).rows)
        assert "2\twithdrawn" in jiangfu("lists", "show", "D").out

    @pytest.mark.parametrize(("area", "says"), [("D", "这张榜上没有人"), ("T1V2", "名T1V2没有人在这张榜上")])
    def test_an_empty_one_says_so(
        self, jiangfu: Jiangfu, sessions: Sessions, vault: Vault, district: District, area: str, says: str
    ) -> None:
        """A name that stands there all the same was written by somebody else."""
        page = jiangfu("lists", "print", area, "--level", "district").out
        assert says in page
        assert code_of(sessions) in page

    def test_without_a_number_of_its_own_it_leaves_room(self, jiangfu: Jiangfu, wall: Wall) -> None:
        """To be written in by hand."""
        assert "＿＿＿" in jiangfu("lists", "print", "D").out

    def test_a_file_that_cannot_be_written(self, jiangfu: Jiangfu, wall: Wall) -> None:
        """One line, and what to do."""
        done = jiangfu("lists", "print", "D", "-o", "no/such/folder.html")
        assert (done.status, done.out) == (1, "")
        assert "name another with -o" in done.err
