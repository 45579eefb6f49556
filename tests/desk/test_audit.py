"""`jiangfu audit`: the trail printed, verified against exported heads, and what officers do and read found in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, update

from core.audit import AuditEntry
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from tests.desk.conftest import Jiangfu
from tests.districts import District, somebody
from tests.engines import on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def ref(sessions: Sessions, vault: Vault, district: District) -> str:
    """Somebody who has declared."""
    with transaction(sessions) as session:
        return somebody(session, vault, district.areas["T1V1"])


def test_what_an_officer_does_and_reads_is_noted(jiangfu: Jiangfu, ref: str, officer: int) -> None:
    """A step along the procedure, and a look at a record; what was refused is not among them."""
    jiangfu("advance", ref, "--to", "village_listed")
    jiangfu("advance", ref, "--to", "confirmed")
    jiangfu("applicants", "find", ref)
    done = jiangfu("audit", "list", "--subject", ref)
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert [(row[0], *row[2:]) for row in rows] == [
        ("1", str(officer), "advance", ref),
        ("2", str(officer), "find", ref),
    ]
    assert all(row[1].startswith("2026-05-12 10:0") for row in rows)
    assert jiangfu("audit", "list", "--subject", "00000000").out == ""


def test_a_whole_trail_and_one_that_was_touched(
    jiangfu: Jiangfu, sessions: Sessions, ref: str, officer: int, tmp_path: Path
) -> None:
    """Exit 0, then 1 with the entry named; a trail cut short only against the exported head."""
    heads = tmp_path / "heads.txt"
    assert jiangfu("audit", "verify").out.splitlines()[1] == "It is empty."
    assert jiangfu("audit", "head").status == 1
    for _ in range(3):
        jiangfu("applicants", "find", ref)
    printed = jiangfu("audit", "head").out
    assert jiangfu("audit", "head", "-o", str(heads)).out == ""
    assert heads.read_text() == printed
    done = jiangfu("audit", "verify", "--heads", str(heads))
    assert (done.status, done.out.splitlines()[1] + "\n") == (0, printed)
    with transaction(sessions) as session:
        session.execute(delete(AuditEntry).where(AuditEntry.sequence == 3))
    assert jiangfu("audit", "verify").status == 0
    cut = jiangfu("audit", "verify", "--heads", str(heads))
    assert (cut.status, cut.err) == (
        1, "jiangfu: The audit trail ends at entry 2, but entry 3 was exported: entries were cut off.\n",
    )  # fmt: skip
    with transaction(sessions) as session:
        session.execute(update(AuditEntry).where(AuditEntry.sequence == 1).values(subject="27183644"))
    touched = jiangfu("audit", "verify")
    assert (touched.status, "Entry 1 of the audit trail was changed" in touched.err) == (1, True)


def test_the_offices_own_file_of_heads_is_used(jiangfu: Jiangfu, ref: str, officer: int, tmp_path: Path) -> None:
    """Where the daily export has written one; one that is named and missing is said in a line."""
    jiangfu("applicants", "find", ref)
    jiangfu("audit", "head", "-o", "var/audit-heads.txt")
    assert "has the 1 heads" in jiangfu("audit", "verify").out
    done = jiangfu("audit", "verify", "--heads", str(tmp_path / "none.txt"))
    assert (done.status, done.err) == (1, "jiangfu: The file of exported heads cannot be read.\n")


@pytest.mark.parametrize("words", [["audit"], ["audit", "verify"], ["audit", "head"], ["audit", "list"]], ids=" ".join)
def test_help_has_an_example(jiangfu: Jiangfu, sessions: Sessions, words: list[str]) -> None:
    """Every command shows one."""
    assert "Example: jiangfu audit" in jiangfu(*words, "--help").out
