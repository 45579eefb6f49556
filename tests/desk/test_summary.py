"""`jiangfu summary`: the invented district's last completed year gives the figures of the seed, in every form."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import Application, StageChange
from core.domain.contact import Language
from core.domain.stage import Stage
from demo.settle import Settler
from desk.summaries.words import Words
from tests.desk.conftest import Jiangfu
from tests.engines import on_sqlite
from tests.stopped_clock import SHANGHAI

pytestmark = on_sqlite

SEED = {"青山乡": 38, "石桥镇": 15, "东门街道": 7, "河西街道": 9, "南塘街道": 0, "北岭街道": 0, "新站街道": 0}


@pytest.fixture(autouse=True)
def demo_district(sessions: Sessions, vault: Vault) -> None:
    """The demo's district on 12 May 2026."""
    with transaction(sessions) as session:
        Settler(session, vault, SHANGHAI).settle(date(2026, 5, 12))


def test_the_text_reads_like_the_seeds_report(jiangfu: Jiangfu) -> None:
    """69 people; 38, 15, 7, 9; 1.07 per mille of 64,000; 100 per cent of people and money by 31 July."""
    done = jiangfu("summary", "2025")
    assert (done.status, done.err) == (0, "")
    head = [" ".join(line.split()) for line in done.out.splitlines()[:9]]
    assert head == [
        "Year-end summary 2025: Qingxi District",
        "As of 2026-05-12.",
        "",
        "69 people confirmed for 2025, 1.07‰ of the agricultural population (69 of 64,000; exactly 1.078125‰):",
        "Qingshan Township 38",
        "Shiqiao Town 15",
        "Dongmen Office 7",
        "Hexi Office 9",
        "Paid by 31 July: 69 of 69 people, 100 per cent; 66,240 of 66,240 yuan, 100 per cent.",
    ]


def test_the_text_in_chinese(jiangfu: Jiangfu) -> None:
    """The same figures, and no English word among them but a channel's name."""
    out = jiangfu("summary", "2025", "--language", "zh").out
    assert "2025年度全区共确认奖励扶助对象69人，占农业人口1.07‰（69/64,000，精确值1.078125‰），其中：" in out
    assert "69人中69人，到位率100%" in out
    assert set(re.findall("[A-Za-z]{3,}", re.sub("[0-9a-f]{64}", "", out))) == set()


def test_json_has_stable_keys(jiangfu: Jiangfu) -> None:
    """Figures by key, and each table as objects."""
    summed = json.loads(jiangfu("summary", "2025", "--format", "json").out)
    figures = {key: value for key, value in summed.items() if not isinstance(value, list) and "audit" not in key}
    assert figures == {
        "year": 2025, "as_of": "2026-05-12", "confirmed": 69, "agricultural_population": 64000, "per_mille": 1.07,
        "per_mille_exact": 1.078125, "people_due": 69, "people_paid_by_31_july": 69, "people_per_cent": 100.0,
        "yuan_due": 66240, "yuan_paid_by_31_july": 66240, "yuan_per_cent": 100.0,
    }  # fmt: skip
    assert {row["name"]: row["confirmed"] for row in summed["confirmed_by_area"]} == SEED
    assert {row["outcome"]: row["cases"] for row in summed["objections"]} == {
        "upheld": 1, "dismissed": 2, "open": 0, "under_review": 0, "late": 0,
    }  # fmt: skip
    assert sum(row["people"] for row in summed["rejections"]) == 4
    assert summed["audit_head_sequence"] == 2


def test_the_workbook_has_a_sheet_a_table_and_charts(jiangfu: Jiangfu, tmp_path: Path) -> None:
    """Numbers are numbers; charts are the spreadsheet's own."""
    path = tmp_path / "2025.xlsx"
    done = jiangfu("summary", "2025", "--format", "xlsx", "-o", str(path))
    assert (done.status, done.out) == (0, "")
    summed = json.loads(jiangfu("summary", "2025", "--format", "json").out)
    book = load_workbook(path)
    assert book.sheetnames == ["figures", *(key for key, value in summed.items() if isinstance(value, list))]
    by_area = book["confirmed_by_area"]
    assert [cell.value for cell in by_area["C"]][1:] == list(SEED.values())
    assert len(by_area._charts) == 1
    assert by_area._charts[0].ser[0].val.numRef.f == "'confirmed_by_area'!$C$2:$C$8"
    assert book["stages"]._charts
    assert dict(book["figures"].values)["People confirmed"] == 69


def test_no_reason_becomes_a_formula(jiangfu: Jiangfu, sessions: Sessions, vault: Vault, tmp_path: Path) -> None:
    """Whatever somebody has written stays text in the workbook, and harmless in the page."""
    evil = '=HYPERLINK("http://evil.example","<script>alert(1)</script>")'
    with transaction(sessions) as session:
        rejected = select(Application.id).where(Application.year == 2025, Application.stage == Stage.REJECTED)
        change = update(StageChange).where(
            StageChange.application_id.in_(rejected), StageChange.to_stage == Stage.REJECTED
        )
        session.execute(change.values(reason=vault.seal(StageChange.reason, evil)))
    path = tmp_path / "2025.xlsx"
    assert jiangfu("summary", "2025", "--format", "xlsx", "-o", str(path)).status == 0
    cell = load_workbook(path)["rejections"]["A2"]
    assert (cell.value, cell.data_type) == (evil, "s")
    assert "<script" not in jiangfu("summary", "2025", "--format", "html").out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_whole_in_itself(jiangfu: Jiangfu, language: str) -> None:
    """Plots as SVG, every table, and nothing that a browser would fetch or run."""
    page = jiangfu("summary", "2025", "--format", "html", "--language", language).out
    assert f'<html lang="{language}">' in page
    assert page.count("<svg") >= 3
    assert page.count("<table>") >= 8
    assert ">38</text>" in page
    for outside in ("http:", "https:", "src=", "href=", "url(", "@import", "<script"):
        assert outside not in page, outside


def test_a_year_under_way(jiangfu: Jiangfu) -> None:
    """Nobody confirmed yet, last year's recipients due, no count of reports; no list hangs in the air after a colon."""
    out = jiangfu("summary", "2026").out
    assert "0 people confirmed for 2026, 0.00‰" in out
    assert "0 of 64,000; exactly 0‰).\n" in out
    assert "Paid by 31 July: 0 of 67 people, 0 per cent" in out
    assert "Reports in confidence" not in out


def test_wrong_usage(jiangfu: Jiangfu, tmp_path: Path) -> None:
    """A workbook without a file and a year before the scheme are usage; a folder that is not there is said in a line."""
    assert jiangfu("summary", "2025", "--format", "xlsx").status == 2
    assert jiangfu("summary", "1999").status == 2
    done = jiangfu("summary", "2025", "-o", str(tmp_path / "none" / "x.txt"))
    assert (done.status, done.err) == (1, "jiangfu: The file for the summary cannot be written.\n")
    assert "Example: jiangfu summary 2025" in jiangfu("summary", "--help").out


def test_every_key_has_words_in_both_languages(jiangfu: Jiangfu) -> None:
    """No stable key is shown to an officer as it is."""
    summed = json.loads(jiangfu("summary", "2025", "--format", "json").out)
    for language in Language:
        words = Words(language)
        for key, value in summed.items():
            said = words.title(key) if isinstance(value, list) else words.figure(key)
            assert said != key
        assert words.title("no such key") == "no such key"
