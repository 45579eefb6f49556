"""`bench dispatch`: messages a second through the sender, beside bare calls with the same client."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from core import logs
from core.clock import SchemeClock
from core.confidentiality import keys
from core.confidentiality.vault import Vault
from core.db import open_engine, open_sessions
from core.delivery.loop import Loop
from core.delivery.sender import Outgoing
from core.migrations.run import upgrade
from core.reminders.compose import Composer
from core.settings import Settings
from desk.bench import letters
from desk.bench.memory import peak_bytes
from sms.gateways.twilio.sender import TwilioSender

LOG_LEVEL = "WARNING"
NOON = datetime(2026, 5, 12, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


class RoundClock(SchemeClock):
    """The scheme clock, standing at noon of a day in May, and a minute later for each round."""

    minutes: list[int]

    def __init__(self) -> None:
        super().__init__(cast("ZoneInfo", NOON.tzinfo))
        object.__setattr__(self, "minutes", [0])

    def now(self) -> datetime:
        """The round's instant."""
        return NOON + timedelta(minutes=self.minutes[0])


@dataclass
class Rival:
    """What one way of sending took, round by round."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @contextmanager
    def timed(self, messages: int, counts: bool) -> Iterator[None]:
        """Measure the block, which sends so many."""
        began, cpu = time.perf_counter(), time.process_time()
        yield
        if counts:
            self.rates.append(messages / (time.perf_counter() - began))
            self.cpu.append(1000 * (time.process_time() - cpu) / messages)


def run(
    folder: Path, recipients: int, rounds: int, latency: float, at_once: int, sizes: Sequence[int]
) -> dict[str, object]:
    """Send to `recipients` in `rounds` rounds over a provider of that latency (seconds), each round beside as many bare
    calls; then measure the memory of a sender before which so many rows wait, for each of `sizes`."""
    logs.configure(LOG_LEVEL)
    ours, bare, a_round = Rival(), Rival(), recipients // rounds
    with _provider(latency) as url:
        settings = _settings(folder / "measured", url)
        _prepare(settings, recipients, a_round)
        clock, loop = _worker(settings, TwilioSender(settings), at_once)
        sender = TwilioSender(settings)
        for number in range(rounds):
            # The first round warms up and is not counted.
            messages = [letters.bare(n) for n in range(number * a_round, (number + 1) * a_round)]
            with bare.timed(a_round, counts=number > 0):
                _send_bare(sender, messages, at_once)
            clock.minutes[0] = number
            with ours.timed(a_round, counts=number > 0):
                while loop.step():
                    pass
        memory = {size: _memory_before(folder, url, size, at_once) for size in sizes}
    ratio = statistics.median(mine / other for mine, other in zip(ours.rates, bare.rates, strict=True))
    return {
        "name": "dispatch",
        "ours": round(statistics.median(ours.rates), 1),
        "baseline": round(statistics.median(bare.rates), 1),
        "ratio": round(ratio, 3),
        "cpu_seconds_a_thousand": round(statistics.median(ours.cpu), 2),
        "cpu_seconds_a_thousand_bare": round(statistics.median(bare.cpu), 2),
        "memory_mb": {str(size): round(bytes_ / 2**20, 1) for size, bytes_ in memory.items()},
        "recipients": recipients,
        "rounds": rounds,
        "latency_ms": round(1000 * latency),
        "at_once": at_once,
        "client": "twilio-python over requests, one client for all threads",
        "database": "SQLite, WAL, synchronous=FULL",
    }


class CountingSender(TwilioSender):
    """Counts what it has sent."""

    sent = 0

    def send(self, message: Outgoing) -> str:
        """As ever."""
        reference = super().send(message)
        self.sent += 1
        return reference


def _worker(settings: Settings, sender: TwilioSender, at_once: int) -> tuple[RoundClock, Loop]:
    """The line's own loop over `sender`, with no limit."""
    engine, vault, clock = open_engine(settings.database_url), Vault(settings.keys_dir), RoundClock()
    composer = Composer(vault, settings, clock)
    return clock, Loop(open_sessions(engine), vault, clock, settings, [sender], composer, at_once=at_once)


def _prepare(settings: Settings, recipients: int, a_minute: int) -> None:
    """A database of its own, with a message for each of the recipients."""
    keys.ensure(settings.keys_dir)
    engine = open_engine(settings.database_url)
    upgrade(engine)
    letters.write(open_sessions(engine), Vault(settings.keys_dir), recipients, a_minute, NOON)
    engine.dispose()


def _send_bare(sender: TwilioSender, messages: Sequence[Outgoing], at_once: int) -> None:
    with ThreadPoolExecutor(at_once) as pool:
        for _reference in pool.map(sender.send, messages):
            pass


def _settings(folder: Path, url: str) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{folder / 'jiangfu.db'}",
            "keys_dir": folder / "keys",
            "quiet_hours": "00:00-00:00",
            "twilio_account_sid": "AC" + "0" * 32,
            "twilio_auth_token": "bench-auth-token",
            "twilio_from": "+8673100000000",
            "twilio_api_url": url,
            "daily_budget": None,
        }
    )


@contextmanager
def _provider(latency: float) -> Iterator[str]:
    command = [sys.executable, "-m", "desk", "bench", "provider", "--latency-ms", str(1000 * latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ourselves
        try:
            assert process.stdout is not None  # noqa: S101 - for the type checker
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


def _memory_before(folder: Path, url: str, waiting: int, at_once: int) -> int:
    """The memory, in bytes, that a sender of its own process has needed to send 2,000 of so many waiting messages."""
    place = folder / f"waiting-{waiting}"
    _prepare(_settings(place, url), waiting, waiting)
    command = [sys.executable, "-m", "desk", "bench", "sender", str(place), "--url", url, "--at-once", str(at_once)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    return int(json.loads(ran.stdout)["peak_bytes"])


def send_some(folder: Path, url: str, at_once: int, messages: int = 2000) -> dict[str, object]:
    """Be a sender over the database in `folder` until it has sent so many; the most memory that it held."""
    logs.configure(LOG_LEVEL)
    settings = _settings(folder, url)
    sender = CountingSender(settings)
    loop = _worker(settings, sender, at_once)[1]
    while sender.sent < messages and loop.step():
        pass
    return {"peak_bytes": peak_bytes()}
