"""`jiangfu bench notice`: one JSON line with what a confirmation and a preview take beside bare statements."""

from __future__ import annotations

import json

import pytest

from tests.desk.conftest import Jiangfu


def test_a_small_run(jiangfu: Jiangfu, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On either engine; the database is empty at the end, so that it can be measured again."""
    monkeypatch.setenv("JIANGFU_DATABASE_URL", empty_database_url)
    for _ in range(2):
        done = jiangfu("bench", "notice", "--recipients", "30", "--rounds", "2")
        assert (done.status, done.err) == (0, "")
        told = json.loads(done.out.splitlines()[-1])  # this process logs for pytest, to the same place
        assert (told["name"], told["recipients"]) == ("notice", 30)
        assert min(told[key] for key in ("ours", "baseline", "ratio", "preview", "preview_ratio")) > 0
