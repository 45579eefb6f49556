"""The desk's commands in this process, on a database and keys of their own, with a small district."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.staff import Role
from desk.cli import main
from tests.districts import OFFICER_PHONE, District, settle


@dataclass
class Done:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


class Jiangfu:
    """Runs commands as the console script does."""

    def __init__(self, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self._patch = patch
        self._capture = capture

    def __call__(self, *words: str, stdin: str | bytes = "") -> Done:
        """Run one command to its end. Bytes come in as from a terminal of whatever encoding."""
        typed = stdin.encode() if isinstance(stdin, str) else stdin
        self._patch.setattr(sys, "argv", ["jiangfu", *words])
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
        self._capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = self._capture.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)


@pytest.fixture
def jiangfu(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Jiangfu:
    """The command line, at 10:00 on 12 May 2026, on SQLite in the test's own folder, without any record yet."""
    monkeypatch.setattr("core.logs.configure", lambda *_, **__: None)  # this process logs for pytest
    monkeypatch.setenv("JIANGFU_DATABASE_URL", f"sqlite:///{tmp_path}/jiangfu.db")
    monkeypatch.setenv("JIANGFU_KEYS_DIR", str(tmp_path / "keys"))
    monkeypatch.setenv("JIANGFU_NOW", "2026-05-12T10:00:00")
    return Jiangfu(monkeypatch, capsys)


@pytest.fixture
def district(sessions: Sessions, vault: Vault) -> District:
    """A district with two townships, and staff of every role."""
    with transaction(sessions) as session:
        return settle(session, vault)


@pytest.fixture
def officer(monkeypatch: pytest.MonkeyPatch, district: District) -> int:
    """The district's officer acts, with the right PIN; the staff number."""
    monkeypatch.setenv("JIANGFU_STAFF", OFFICER_PHONE)
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    return district.staff[Role.OFFICER, "D"]
