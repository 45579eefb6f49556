"""`jiangfu bench plan`, in small: what it prints, and which database it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import inspect

from core.db import open_engine
from tests.desk.conftest import Jiangfu
from tests.engines import on_sqlite


def test_a_small_run(jiangfu: Jiangfu, tmp_path: Path) -> None:
    """Ours, the raw statement, their ratio, the memory for few and for all; the database is empty again."""
    done = jiangfu("bench", "plan", "--subscribers", "300", "--fewer", "100")
    assert (done.status, done.err) == (0, "")
    result = json.loads(done.out.splitlines()[-1])
    assert (result["name"], result["subscribers"], result["database"]) == ("plan", 300, "sqlite")
    assert result["ours"] > 0
    assert result["baseline"] > 0
    assert result["ratio"] > 0
    assert set(result["memory_mb"]) == {"100", "300"}
    assert abs(result["memory_grows_mb"]) < 50
    assert inspect(open_engine(f"sqlite:///{tmp_path}/jiangfu.db")).get_table_names() == []


@on_sqlite
@pytest.mark.usefixtures("district")
def test_a_database_in_use_is_refused(jiangfu: Jiangfu, tmp_path: Path) -> None:
    """What stands in it stays."""
    done = jiangfu("bench", "plan", "--subscribers", "300")
    assert (done.status, done.out) == (2, "")
    assert "must be empty" in done.err
    assert "persons" in inspect(open_engine(f"sqlite:///{tmp_path}/jiangfu.db")).get_table_names()
