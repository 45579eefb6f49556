"""The program in processes of its own, as an installation runs it: what it says, how it ends, what it leaves."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.lines import eventually

OURS = ("JIANGFU_", "TWILIO_", "TELEGRAM_", "ANDROID_GATEWAY_", "PROMETHEUS_")
SECONDS = 120  # several processes start at once, perhaps on a busy machine


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def program(folder: Path, database_url: str, keys_dir: Path, **settings: str) -> Program:
    """The program over a database and keys that are there already, loud in its log."""
    places = {"JIANGFU_DATABASE_URL": database_url, "JIANGFU_KEYS_DIR": str(keys_dir), "JIANGFU_LOG_LEVEL": "DEBUG"}
    return Program(folder, {**places, **settings})


@dataclass
class Running:
    """A process under way; what it prints goes to `file`."""

    process: subprocess.Popen[bytes]
    file: Path

    def printed(self) -> str:
        """All that it has printed so far, on either stream."""
        return self.file.read_text("utf-8")

    def lives_until(self, port: int) -> None:
        """Return when it listens on `port`; fail where it ends before."""
        eventually(lambda: listens(port) or self.process.poll() is not None, "it does not listen", SECONDS)
        assert self.process.poll() is None, self.printed()

    def ends(self, number: signal.Signals | None = signal.SIGTERM) -> int:
        """Its exit status, after that signal."""
        if number is not None:
            self.process.send_signal(number)
        return self.process.wait(SECONDS)


@dataclass
class Program:
    """`jiangfu` in a folder of its own, under these settings and no others."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._runs = count(1)

    def run(self, *words: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command, environment = [sys.executable, "-m", "desk", *words], self._environment(settings)
        return subprocess.run(
            command, cwd=self.folder, env=environment, input=stdin, capture_output=True, text=True, timeout=SECONDS,
            check=False,
        )  # fmt: skip

    @contextmanager
    def started(self, *words: str, **settings: str) -> Iterator[Running]:
        """Start a command; whatever of it still lives at the end of the block is killed."""
        file = self.folder / f"printed-{next(self._runs)}.txt"
        with file.open("wb") as printed:
            process = subprocess.Popen(
                [sys.executable, "-m", "desk", *words], cwd=self.folder, env=self._environment(settings),
                stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        try:
            yield Running(process, file)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return {**inherited, "PYTHONUTF8": "1", **self.settings, **settings}
