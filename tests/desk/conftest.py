"""The desk's commands in this process, on a database and keys of their own, with a small district."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from core.confidentiality import inspector_key
from core.confidentiality.receipt import Secrets
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.staff import Role
from core.services.reports.returning import Found, find
from core.settings import Settings
from desk.cli import main
from tests.districts import ADMIN_PHONE, INSPECTOR_PHONE, OFFICER_PHONE, District, settle
from tests.inspectors import CHEAP_SETTINGS, Channel, settle_inspectors
from tests.stopped_clock import MID_MAY

TEXTS = ("三组的老周，女儿不止两个。", "钱有一半给了村里的人。")


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


@dataclass
class Inspector:
    """The district's inspector with a machine of his own, and the installation that he works with."""

    jiangfu: Jiangfu
    channel: Channel
    folder: Path

    def __call__(self, command: str, *words: str) -> Done:
        """A command on his own machine, on the bundle there."""
        return self.jiangfu("reports", command, str(self.folder / "bundle.jf"), *words, "--key", str(self.key))

    @property
    def key(self) -> Path:
        """His private key."""
        return self.folder / "zhou.key"

    @property
    def answers(self) -> Path:
        """What he brings back."""
        return self.folder / "answers.jf"

    def fetch(self, phone: str = INSPECTOR_PHONE) -> Done:
        """Export the bundle."""
        return self.jiangfu("reports", "export", str(self.folder / "bundle.jf"), "--as", phone)

    def bring(self) -> Done:
        """Import the answers."""
        return self.jiangfu("reports", "import-answers", str(self.answers), "--as", INSPECTOR_PHONE)

    def only_handle(self) -> str:
        """The one report of the bundle."""
        return self("list").out.split("\t")[0]

    def found(self, receipt: Secrets) -> Found | None:
        """What the receipt finds."""
        with transaction(self.channel.sessions) as session:
            return find(session, self.channel.vault, self.channel.report_keys, receipt)


@pytest.fixture
def inspector(
    jiangfu: Jiangfu,
    sessions: Sessions,
    vault: Vault,
    settings: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Inspector:
    """With a key made on his own machine and registered by the administrator; the usual cost would take a second."""
    monkeypatch.setattr(inspector_key.write, "__defaults__", ((1, 8192),))
    for name, value in {
        "PIN": "2468",
        "PASSPHRASE": "five red persimmons",
        "CITY_INSPECTOR_KEY": tmp_path / "city.pub",
    }.items():
        monkeypatch.setenv(f"JIANGFU_{name}", str(value))
    with transaction(sessions) as session:
        inspectors = settle_inspectors(session, vault, tmp_path, "D")
    channel = Channel(sessions, vault, settings(**CHEAP_SETTINGS, city_inspector_key=tmp_path / "city.pub"), inspectors)
    machine = tmp_path / "machine"
    machine.mkdir()
    made = Inspector(jiangfu, channel, machine)
    done = jiangfu("reports", "keygen", str(made.key))
    assert (done.status, done.err) == (0, "")
    fingerprint = done.out.rpartition(": ")[2].strip()
    public = str(inspector_key.public_path(made.key))
    done = jiangfu("reports", "key", "add", public, "--staff", INSPECTOR_PHONE, "--as", ADMIN_PHONE)
    assert done.status == 0
    assert fingerprint in done.out
    return made


@pytest.fixture
def receipt(inspector: Inspector) -> Secrets:
    """Of a report about a village and its township, which waits for the district's inspector since yesterday."""
    from core.domain.area import Level

    found_by = inspector.channel.file(*TEXTS, now=MID_MAY - timedelta(days=1), levels=(Level.VILLAGE, Level.TOWNSHIP))
    inspector.channel.move(MID_MAY.date())
    return found_by
