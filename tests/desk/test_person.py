"""`jiangfu person`: requests under the personal-information law."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from core.audit import entries
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from tests.desk.conftest import Jiangfu
from tests.districts import District, somebody
from tests.engines import on_sqlite

pytestmark = on_sqlite
PHONE = "+8613800138000"


@pytest.fixture
def ref(sessions: Sessions, vault: Vault, district: District, officer: int) -> str:
    """Somebody with a phone, of a village of the officer's; the reference."""
    with transaction(sessions) as session:
        return somebody(session, vault, district.areas["T1V1"], phone=PHONE)


def test_everything_in_one_file(jiangfu: Jiangfu, sessions: Sessions, ref: str) -> None:
    """By reference or phone, in clear, for its owner alone; who looked stands in the trail."""
    shown = jiangfu("person", "show", ref)
    assert (shown.status, shown.err) == (0, "")
    for word in (ref, "王桂兰", "43052119500312123X", PHONE, "declared"):
        assert word in shown.out
    done = jiangfu("person", "export", "13800138000", "copy.txt")
    assert (done.status, Path("copy.txt").stat().st_mode & 0o077) == (0, 0)
    assert shown.out.splitlines()[0] == Path("copy.txt").read_text("utf-8").splitlines()[0]
    assert "staff 2: show" in Path("copy.txt").read_text("utf-8")
    with transaction(sessions) as session:
        assert [entry.action for entry in entries(session, ref, 9)] == ["show", "export"]
    assert jiangfu("person", "export", ref, "copy.txt").status == 1


def test_erased_when_it_has_ended(jiangfu: Jiangfu, sessions: Sessions, ref: str) -> None:
    """Not while an application is under way; afterwards nothing is found any more."""
    refused = jiangfu("person", "erase", ref)
    assert (refused.status, "jiangfu advance" in refused.err) == (1, True)
    assert jiangfu("advance", ref, "--to", "withdrawn").status == 0
    done = jiangfu("person", "erase", ref)
    assert (done.status, done.err) == (0, "")
    assert "1 persons" in done.out
    assert jiangfu("person", "show", ref).status == 1
    with transaction(sessions) as session:
        assert entries(session, ref, 1)[0].action == "erase"


def test_a_clerk_corrects(jiangfu: Jiangfu, sessions: Sessions, ref: str) -> None:
    """Name, village and death, one command each, and each in the trail."""
    assert (
        jiangfu("person", "correct", ref, "--name", "王桂芳", "--reason", "户口本为准").out
        == f"{ref}: corrected: name\n"
    )
    assert "王桂芳" in jiangfu("person", "show", ref).out
    assert jiangfu("person", "move", ref, "T2V1", "--reason", "迁居").out == f"{ref}: lives in T2V1 now\n"
    assert jiangfu("person", "died", ref, "--reason", "去世").out.startswith(f"{ref}: has ceased")
    with transaction(sessions) as session:
        acts = [entry.action for entry in entries(session, ref, 9)]
    assert [act for act in acts if act.startswith("correct")] == ["correct_name", "correct_moved", "correct_died"]
    assert jiangfu("person", "correct", ref, "--reason", "x").status == 2
    assert jiangfu("person", "merge", ref, ref, "--reason", "x").status == 1


def test_one_file_a_person(jiangfu: Jiangfu, sessions: Sessions, ref: str) -> None:
    """History, decisions, papers and corrections on one page; a village as one archive; who printed it is noted."""
    jiangfu("person", "correct", ref, "--name", "王<桂芳", "--reason", "户口本为准")
    jiangfu("person", "correct", ref, "--name", "王桂芳", "--reason", "<户口本>为准")
    jiangfu("record", "papers", ref, "--on", "2026-03-31")
    jiangfu("advance", ref, "--to", "rejected", "--reason", "不满六十岁")
    done = jiangfu("person", "file", ref, "-o", "one.html")
    assert (done.status, done.err) == (0, "")
    page = Path("one.html").read_text("utf-8")
    for word in (ref, "王桂芳", "不满六十岁", "材料", "2026-03-31", "&lt;户口本&gt;为准"):
        assert word in page
    assert jiangfu("person", "file", "--village", "T1V1", "-o", "all.zip").status == 0
    with zipfile.ZipFile("all.zip") as archive:
        assert archive.namelist() == [f"{ref}.html"]
    for words, status in (((), 2), ((ref,), 1)):
        assert jiangfu("person", "file", *words, "-o", "one.html").status == status
    with transaction(sessions) as session:
        assert [entry.action for entry in entries(session, ref, 2)] == ["file", "file"]
