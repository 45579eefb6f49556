"""`jiangfu serve`: one parent, four parts that are started again when they die, and one end for all."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import select

from core.clock import machine_now
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow, State, enqueue
from core.domain.stage import Stage
from core.heartbeat import Heartbeat
from demo import providers
from demo.faults import Fault, FaultKind
from demo.loopback import LoopbackServer
from demo.provider_state import ProviderState
from desk.supervisor import LIVED_LONG, LONGEST_WAIT, Child
from tests.core.delivery.letters import PHONE, contact, row
from tests.districts import settle, somebody
from tests.engines import on_sqlite
from tests.lines import eventually
from tests.processes import SECONDS, Program, Running, free_port, program
from tests.stopped_clock import MID_MAY

PERSON, NAME = 987654321, "王桂兰"
COMING = "7月28日"  # until when the next step may take, which is named by the scheme's clock


soon = partial(eventually, seconds=SECONDS)


@pytest.fixture
def web_port() -> int:
    """Where the web part will listen."""
    return free_port()


@pytest.fixture
def emulators(web_port: int) -> Iterator[tuple[str, ProviderState]]:
    """Both providers: their address, and their inside."""
    app = providers.create_app(providers.demo_line(f"http://127.0.0.1:{web_port}"))
    with LoopbackServer(app) as server:
        state: ProviderState = app.extensions["providers"]
        yield server.url, state
        state.carrier._webhooks._http.close()


@pytest.fixture
def installation(
    tmp_path: Path, database_url: str, keys_dir: Path, web_port: int, emulators: tuple[str, ProviderState]
) -> Program:
    """The program with both providers set up, on 12 May 2026."""
    return program(
        tmp_path,
        database_url,
        keys_dir,
        JIANGFU_BIND=f"127.0.0.1:{web_port}",
        JIANGFU_PUBLIC_URL=f"http://127.0.0.1:{web_port}",
        JIANGFU_WEB_WORKERS="2",
        JIANGFU_NOW="2026-05-12T10:00:00",
        TMPDIR=str(tmp_path),
        TWILIO_ACCOUNT_SID=providers.DEMO_ACCOUNT_SID,
        TWILIO_AUTH_TOKEN=providers.DEMO_AUTH_TOKEN,
        TWILIO_FROM=providers.DEMO_NUMBER,
        TWILIO_API_URL=f"{emulators[0]}/twilio",
        TELEGRAM_BOT_TOKEN=providers.DEMO_BOT_TOKEN,
        TELEGRAM_API_URL=f"{emulators[0]}/telegram",
    )


def _part(parent: int, name: str) -> psutil.Process | None:
    """The child of the parent that runs that part."""
    for child in psutil.Process(parent).children():
        with suppress(psutil.Error):  # it may be gone by now
            if child.cmdline()[-3:-1] == ["serve", name]:
                return child
    return None


@on_sqlite
@pytest.mark.timeout(400)
def test_the_whole_line(
    installation: Program, emulators: tuple[str, ProviderState], sessions: Sessions, vault: Vault, web_port: int
) -> None:
    """A text and a chat are answered; what waits goes out and is reported delivered; a part that is killed comes back
    with the same clock; SIGTERM ends all with 0, when what was taken is answered, and leaves nobody behind; and at its
    loudest the log names nobody."""
    _url, state = emulators
    state.people.name(PERSON, NAME, "zh")
    row_id = _message_that_waits(sessions, vault)
    with installation.started("serve") as running:
        parent = running.process.pid
        soon(lambda: _beats(sessions) >= {"scheduler", "sender", "bot"}, "not all parts live")
        running.lives_until(web_port)
        killed, clock = _kill(parent, "scheduler")
        state.people.text(PERSON, "0")
        _web_answers(state, f"http://127.0.0.1:{web_port}")
        soon(lambda: row(sessions, row_id).state is State.DELIVERED, "the message was not delivered")
        soon(lambda: "人工：" in str(state.people.screen(PERSON)), "the chat was not answered")
        soon(lambda: (_part(parent, "scheduler") or killed).pid != killed.pid, "it was not started again")
        again = _part(parent, "scheduler")
        assert again is not None
        assert again.cmdline()[-1] == clock
        _ends_in_the_middle(running, state)
        printed = running.printed()
    assert printed.count("The scheme clock starts at 2026-05-12 10:00") == 1
    assert '"part_died"' in printed
    canaries = (PHONE[3:], str(PERSON), NAME, providers.DEMO_AUTH_TOKEN, providers.DEMO_BOT_TOKEN, "Traceback")
    assert [canary for canary in canaries if canary in printed] == []


def _kill(parent: int, name: str) -> tuple[psutil.Process, str]:
    """Kill a part as the kernel would; the process, and the clock that it was given."""
    part = _part(parent, name)
    assert part is not None
    clock = part.cmdline()[-1]
    assert clock.startswith("--clock-offset=")
    part.kill()
    return part, clock


def _web_answers(state: ProviderState, url: str) -> None:
    """Texts are answered by the scheme's clock, and counted whichever worker answered; an unsigned one is refused."""
    for _ in range(4):
        said = state.carrier.text_in(PHONE, "2")
        assert any(COMING in text for text in said)
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
        assert http.post("/sms/inbound", data={"From": PHONE, "Body": "2"}).status_code == 403
        assert 'jiangfu_inbound_total{channel="sms",outcome="answered"} 4.0' in http.get("/metrics").text
        assert http.get("/healthz").json() == {"status": "ok", "ailing": []}


def _ends_in_the_middle(running: Running, state: ProviderState) -> None:
    """SIGTERM while an answer is held up: it still comes, then all processes are gone, within seconds."""
    family = psutil.Process(running.process.pid).children(recursive=True)
    assert len(family) >= 4
    fault = Fault(provider="telegram", kind=FaultKind.THROTTLE, method="sendMessage", seconds=1, times=1)
    state.faults.add(fault)
    before = str(state.people.screen(PERSON)).count("人工：")
    state.people.text(PERSON, "0")
    soon(lambda: fault.struck)
    began = time.monotonic()
    assert running.ends() == 0
    assert time.monotonic() - began < 20
    assert str(state.people.screen(PERSON)).count("人工：") == before + 1
    assert [process for process in family if process.is_running()] == []


def _message_that_waits(sessions: Sessions, vault: Vault) -> int:
    whom = contact(sessions, vault)
    with transaction(sessions) as session:
        village = settle(session, vault).areas["T1V1"]
        somebody(session, vault, village, stage=Stage.DISTRICT_LISTED, phone=PHONE)
        later = MID_MAY.replace(year=2099)
        fields = {"phone": "12345", "hours": "9:00-17:00"}
        enqueue(session, vault, contact_id=whom, text_key="help", fields=fields, now=MID_MAY, expires_at=later)
        session.flush()
        return session.scalars(select(OutboxRow.id)).one()


def _beats(sessions: Sessions) -> set[str]:
    with transaction(sessions) as session:
        return {part for part, at in session.execute(select(Heartbeat.part, Heartbeat.beat_at)) if at <= machine_now()}


@on_sqlite
def test_the_scheduler_alone(tmp_path: Path, database_url: str, keys_dir: Path, sessions: Sessions) -> None:
    """It needs no provider, beats, and ends with 0."""
    with program(tmp_path, database_url, keys_dir).started("serve", "scheduler") as running:
        soon(lambda: _beats(sessions) == {"scheduler"}, "it does not beat")
        assert running.ends() == 0
        assert '"tidied"' in running.printed()


@on_sqlite
def test_parts_end_when_their_parent_is_killed(
    tmp_path: Path, database_url: str, keys_dir: Path, sessions: Sessions, web_port: int
) -> None:
    """As the kernel would, without a word: nobody sends or answers on beside the next start."""
    settings = {"JIANGFU_BIND": f"127.0.0.1:{web_port}", "TWILIO_AUTH_TOKEN": providers.DEMO_AUTH_TOKEN}
    with program(tmp_path, database_url, keys_dir, **settings).started("serve", "scheduler", "web") as running:
        running.lives_until(web_port)
        soon(lambda: _beats(sessions) >= {"scheduler"}, "the scheduler does not live")
        parent = psutil.Process(running.process.pid)
        soon(lambda: len(parent.children(recursive=True)) >= 3, "the web process has no worker")
        family = parent.children(recursive=True)
        running.process.kill()
        soon(lambda: not any(map(_lives, family)), "parts live on without a parent")


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE  # who adopts orphans may be slow to bury them
    except psutil.NoSuchProcess:
        return False


def _dies(child: Child) -> None:
    assert child.process is not None
    child.process.wait()


def test_a_part_that_keeps_dying_is_started_ever_less_often() -> None:
    """At once the first time; then after waits that double up to a minute."""
    child, now, waits = Child("sick", ["false"]), 1000.0, []
    child.look_after(now)
    for _ in range(8):
        _dies(child)
        child.look_after(now)
        assert child.process is None
        wait = next(s for s in range(1, 100) if child.look_after(now + s) or child.process is not None)
        waits.append(wait)
        now += wait
    _dies(child)
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    assert waits[-1] == LONGEST_WAIT


def test_a_part_that_lived_long_is_started_again_soon() -> None:
    """Its old troubles are forgotten."""
    child = Child("well", ["false"])
    child.look_after(0.0)
    _dies(child)
    child.look_after(0.0)
    child.look_after(2.0)
    _dies(child)
    child.look_after(2.0 + LIVED_LONG + 1)
    child.look_after(2.0 + LIVED_LONG + 1.5)
    assert child.process is None
    child.look_after(2.0 + LIVED_LONG + 2)
    assert child.process is not None
    _dies(child)


def test_a_part_that_lives_is_left_alone() -> None:
    """However often one looks."""
    child = Child("well", [sys.executable, "-c", "input()"])
    child.look_after(0.0)
    process = child.process
    for now in (0.5, 100.0):
        child.look_after(now)
        assert child.process is process
    assert process is not None
    process.kill()
    process.wait()
