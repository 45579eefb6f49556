"""Import of applicants: what may stand in a cell, what is taken with a warning, and what is rejected and why."""

from __future__ import annotations

import pytest

from core.domain.application import Application, ChildrenGround
from core.domain.person import Person
from tests.core.services.importing.conftest import Desk
from tests.core.services.importing.invented import HEADER, csv_file, id_number, person
from tests.engines import on_sqlite

WITH_GROUP = (*HEADER, "group", "ground")


GOOD = {
    "an ID number with a small x": {"id_number": id_number(4).lower()},
    "an ID number in full width with spaces": {"id_number": " ４３０６０２ " + id_number(4)[6:]},
    "an apostrophe that forces text": {"id_number": "'" + id_number(4)},
    "an invisible mark before the phone": {"phone": "\u202d13912345678\u202c"},
    "a phone with country code and spaces": {"phone": "+86 139-1234-5678"},
    "spaces between the characters of a name": {"name": "王　 芳"},
    "a name with a point": {"name": "阿依古丽•买买提"},
    "a rare character": {"name": "王\U00020bb7"},
    "a year with its word": {"year": "2026年"},
    "the first year of the scheme": {"year": "2004"},
    "next year": {"year": "2027"},
    "no stage: the first": {"stage": ""},
    "a stage in Chinese": {"stage": "区级公示"},
    "a stage in capitals": {"stage": "CONFIRMED"},
    "a county code from before the county was known": {"id_number": id_number(4, "19380101", "430682")},
    "somebody of a hundred years": {"id_number": id_number(4, "19260101")},
}


@on_sqlite
@pytest.mark.parametrize("cells", GOOD.values(), ids=GOOD)
def test_good_cells(desk: Desk, cells: dict[str, str]) -> None:
    """What a clerk may well write is taken without a word."""
    imported = desk.people(person(**cells))
    assert (imported.counts, imported.said) == ((1, 0, 0, 0), [])


WARNED = {
    "an empty phone": ({"phone": ""}, "phone: warning: is empty"),
    "a landline": ({"phone": "0731-88881234"}, "phone: warning: is a landline"),
    "a landline with an extension": ({"phone": "0731-88881234转8001"}, "phone: warning: is a landline"),
    "a landline without area code": ({"phone": "84123456"}, "phone: warning: is a landline"),
    "a service number": ({"phone": "400-800-1234"}, "phone: warning: is a landline"),
    "a province that does not exist": ({"id_number": id_number(4, place="990602")}, "id_number: warning: begins"),
}


@on_sqlite
@pytest.mark.parametrize(("cells", "warning"), WARNED.values(), ids=WARNED)
def test_cells_with_a_warning(desk: Desk, cells: dict[str, str], warning: str) -> None:
    """The person is kept, and the clerk is told."""
    imported = desk.people(person(**cells))
    assert imported.counts == (1, 0, 0, 0)
    assert len(imported.said) == 1
    assert imported.said[0].startswith(f"line 2, column {warning}")


BAD = {
    "no name": ({"name": ""}, "name: is empty"),
    "a name of one character": ({"name": "王"}, "name: must be"),
    "a name of 31 characters": ({"name": "王" * 31}, "name: must be"),
    "a digit in the name": ({"name": "王芳2"}, "name: must be"),
    "a name in Latin letters": ({"name": "Wang Fang"}, "name: must be"),
    "a name that is all points": ({"name": "··"}, "name: must be"),
    "no ID number": ({"id_number": ""}, "id_number: is empty"),
    "a wrong check character": (
        {"id_number": id_number(4)[:-1] + "57"[id_number(4)[-1] == "5"]},
        "id_number: does not agree",
    ),
    "a birth date that does not exist": (
        {"id_number": id_number(4, "19500231")},
        "id_number: holds a birth date that does",
    ),
    "a birth date to come": ({"id_number": id_number(4, "20260513")}, "id_number: holds a birth date that nobody"),
    "a birth date too long ago": ({"id_number": id_number(4, "18990101")}, "id_number: holds a birth date that nobody"),
    "an old number of 15 digits": ({"id_number": "430602500312004"}, "id_number: is an old number of 15 digits"),
    "17 digits": ({"id_number": id_number(4)[:-1]}, "id_number: must be 17 digits and"),
    "an X in the middle": (
        {"id_number": id_number(4)[:9] + "X" + id_number(4)[10:]},
        "id_number: must be 17 digits and",
    ),
    "an ID number that Excel made a number": ({"id_number": "4.30602E+17"}, "id_number: was kept as a number"),
    "a mobile with a digit too few": ({"phone": "1381234567"}, "phone: is no mobile"),
    "a mobile with a digit too many": ({"phone": "138123456789"}, "phone: is no mobile"),
    "a mobile with a letter": ({"phone": "1381234567O"}, "phone: is no mobile"),
    "two mobiles": ({"phone": "13812345678/13912345678"}, "phone: is no mobile"),
    "a prefix that no carrier has": ({"phone": "11012345678"}, "phone: is no mobile"),
    "an unknown area": ({"area": "V9"}, "area: is no area"),
    "an area that is no village": ({"area": "T"}, "area: is of level township"),
    "a year before the scheme": ({"year": "2003"}, "year: must be a whole number from 2004 to 2027"),
    "a year too far ahead": ({"year": "2028"}, "year: must be"),
    "a year that is a date": ({"year": "2026-01-01"}, "year: must be"),
    "no year": ({"year": ""}, "year: is empty"),
    "an unknown stage": ({"stage": "done"}, "stage: must be one of"),
    "rejected without a reason": ({"stage": "rejected"}, "reason: is empty; rejected needs one"),
    "ceased without a reason": ({"stage": "已停止"}, "reason: is empty; ceased needs one"),
    "an unknown language": ({"language": "fr"}, "language: must be one of"),
    "an unclear yes": ({"home_visit": "maybe"}, "home_visit: must be one of"),
    "a reason too long": ({"reason": "长" * 501}, "reason: must be"),
    "a reference that is none": ({"ref": "12345678"}, "ref: is not a reference"),
    "a group too long": ({"group": "组" * 17}, "group: must be up to 16"),
    "an unknown ground": ({"ground": "三个孩子"}, "ground: must be one of"),
    "a formula": ({"name": "=A1"}, "name: holds a formula"),
}


WHAT_MAY_BE_POSTED = {
    "in English": ({"group": "3", "ground": "two_daughters"}, "3", ChildrenGround.TWO_DAUGHTERS),
    "in Chinese": ({"group": "第三 组", "ground": "一个孩子"}, "第三组", ChildrenGround.ONE_CHILD),
    "other": ({"group": "", "ground": "其他"}, None, ChildrenGround.OTHER),
    "nothing": ({}, None, None),
}


@on_sqlite
@pytest.mark.parametrize(("cells", "group", "ground"), WHAT_MAY_BE_POSTED.values(), ids=WHAT_MAY_BE_POSTED)
def test_what_the_lists_need(
    desk: Desk, cells: dict[str, str], group: str | None, ground: ChildrenGround | None
) -> None:
    """The village group stays with the person, the ground with the year's application; both may be left out."""
    assert desk.people(person(1, **cells), header=WITH_GROUP).counts == (1, 0, 0, 0)
    assert [someone.village_group for someone in desk.all(Person)] == [group]
    assert [application.ground for application in desk.all(Application)] == [ground]


@on_sqlite
def test_what_the_lists_need_is_corrected_and_not_forgotten(desk: Desk) -> None:
    """A later file fills or corrects group and ground; an empty cell or a file without the columns leaves them."""
    desk.people(person(1))
    filled = person(1, group="2组", ground="two_daughters")
    assert desk.people(filled, header=WITH_GROUP).counts == (0, 1, 0, 0)
    assert desk.people(filled, header=WITH_GROUP).counts == (0, 0, 1, 0)
    assert desk.people(person(1)).counts == (0, 0, 1, 0)
    assert desk.people(person(1), header=WITH_GROUP).counts == (0, 0, 1, 0)
    assert desk.people(person(1, ground="other"), header=WITH_GROUP).counts == (0, 1, 0, 0)
    (someone,), (application,) = desk.all(Person), desk.all(Application)
    assert (someone.village_group, application.ground) == ("2组", ChildrenGround.OTHER)


@on_sqlite
def test_the_lists_columns_in_chinese(desk: Desk) -> None:
    """As a township heads them."""
    titles = ("姓名", "身份证号", "手机号", "村编码", "年度", "村民小组", "情形")
    header = ("name", "id_number", "phone", "area", "year", "group", "ground")
    path = csv_file(desk.folder / "a.csv", [person(1, group="五组", ground="两个女儿")], header, titles=titles)
    assert desk.applicants(path).counts == (1, 0, 0, 0)
    assert desk.all(Application)[0].ground is ChildrenGround.TWO_DAUGHTERS
    assert desk.all(Person)[0].village_group == "五组"


@on_sqlite
@pytest.mark.parametrize(("cells", "reason"), BAD.values(), ids=BAD)
def test_bad_cells(desk: Desk, cells: dict[str, str], reason: str) -> None:
    """The row is rejected in one line that names line, column and reason; the good rows beside it are kept."""
    imported = desk.people(person(1), person(4) | cells, person(2), header=WITH_GROUP)
    assert imported.counts == (2, 0, 0, 1)
    assert len(imported.said) == 1
    assert imported.said[0].startswith(f"line 3, column {reason}")
    assert len(desk.all(Person)) == 2


@on_sqlite
@pytest.mark.parametrize(("cells", "reason"), BAD.values(), ids=BAD)
def test_a_rejection_repeats_nothing_personal(desk: Desk, cells: dict[str, str], reason: str) -> None:
    """What is printed may be read by many: it holds no name, no number."""
    row = person(4) | cells
    said = " ".join(desk.people(row).said)
    for column in ("name", "id_number", "phone"):
        assert len(str(row[column])) < 6 or str(row[column]) not in said
    assert len(str(row["name"])) < 2 or str(row["name"]) not in said


@on_sqlite
def test_all_that_is_wrong_with_a_row_is_said_at_once(desk: Desk) -> None:
    """Two bad cells: one line, both columns as the file writes them."""
    titles = ("姓 名", "身份证号码", "手机号", "村编码", "年度")
    header = ("name", "id_number", "phone", "area", "year")
    path = csv_file(desk.folder / "a.csv", [person(name="王", phone="138")], header, titles=titles)
    (line,) = desk.applicants(path).said
    assert line.startswith("line 2, column 姓 名: must be")
    assert "; column 手机号: is no mobile" in line
