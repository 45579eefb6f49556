"""Fifty reports over the real doors, with processes killed in the middle: then everything is taken and searched."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import func, make_url, select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow
from core.domain.report import Report
from core.settings import Settings
from demo import providers
from demo.loopback import LoopbackServer
from demo.provider_state import ProviderState
from tests.core.services.reports.opening import bundle
from tests.inspectors import Channel, Inspectors, settle_inspectors
from tests.leaks.search import files_in, found_in
from tests.leaks.town import CHATS, MARK, PHONES, Chatter, Texter, texts
from tests.lines import eventually
from tests.postgres_server import PostgresServer
from tests.processes import SECONDS, Program, Running, free_port, program

SMS, CHAT = 40, 10
WORDS = (MARK, PHONES, CHATS)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def web_port() -> int:
    """Where the web part listens."""
    return free_port()


@pytest.fixture
def emulators(web_port: int) -> Iterator[tuple[str, ProviderState]]:
    """Both providers: their address, and their inside."""
    app = providers.create_app(providers.demo_line(f"http://127.0.0.1:{web_port}"))
    with LoopbackServer(app) as server:
        yield server.url, app.extensions["providers"]


@pytest.fixture
def inspectors(sessions: Sessions, vault: Vault, tmp_path: Path) -> Inspectors:
    """The small district with an inspector everywhere."""
    with transaction(sessions) as session:
        return settle_inspectors(session, vault, tmp_path)


@pytest.fixture
def installation(
    tmp_path: Path, database_url: str, keys_dir: Path, web_port: int, emulators: tuple[str, ProviderState]
) -> Program:
    """The program as it runs in the field, with a folder of its own for what is temporary, at DEBUG."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    url = emulators[0]
    return program(
        tmp_path, database_url, keys_dir,
        TMPDIR=str(scratch), JIANGFU_NOW="2026-05-12T10:00:00", JIANGFU_BIND=f"127.0.0.1:{web_port}",
        JIANGFU_PUBLIC_URL=f"http://127.0.0.1:{web_port}", JIANGFU_CITY_INSPECTOR_KEY=str(tmp_path / "city.pub"),
        JIANGFU_RECEIPT_PASSES="1", JIANGFU_RECEIPT_MEMORY="8", JIANGFU_WEB_THREADS="8",
        TWILIO_ACCOUNT_SID=providers.DEMO_ACCOUNT_SID, TWILIO_AUTH_TOKEN=providers.DEMO_AUTH_TOKEN,
        TWILIO_FROM=providers.DEMO_NUMBER, TWILIO_API_URL=f"{url}/twilio",
        TELEGRAM_BOT_TOKEN=providers.DEMO_BOT_TOKEN, TELEGRAM_API_URL=f"{url}/telegram",
    )  # fmt: skip


def kill(running: Running) -> None:
    """As a power cut would: the process and all of its children, at once."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(running.process.pid)
        for each in [*process.children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                each.kill()
    running.process.wait(SECONDS)


def tell_by_sms(installation: Program, port: int) -> tuple[list[str], bytes]:
    """Forty people text, four at a time, and the web part is killed when half of them are through. Their numbers, and
    what the metrics show in the end."""
    url, again = f"http://127.0.0.1:{port}/sms/inbound", threading.Event()
    told, lock = [], threading.Lock()
    with httpx.Client(trust_env=False, timeout=SECONDS) as http, ThreadPoolExecutor(4) as pool:

        def tell(number: int) -> str:
            texter = Texter(number, url, http, lambda: again.wait(0.2) and None)
            texter.tell()
            with lock:
                told.append(number)
            return texter.receipt

        with installation.started("serve", "web") as web:
            web.lives_until(port)
            running = [pool.submit(tell, number) for number in range(SMS)]
            eventually(lambda: len(told) >= SMS // 2, "half of them", SECONDS)
            kill(web)
        with installation.started("serve", "web") as web:
            web.lives_until(port)
            receipts = [each.result(SECONDS) for each in running]
            metrics = http.get(f"http://127.0.0.1:{port}/metrics").content
            assert web.ends() == 0
    return receipts, metrics


def tell_by_chat(installation: Program, state: ProviderState) -> list[str]:
    """Ten people chat, two at a time, and the bot is killed between two of them."""
    people = [Chatter(number, state) for number in range(CHAT)]
    for some in (people[: CHAT // 2], people[CHAT // 2 :]):
        with installation.started("serve", "bot") as bot, ThreadPoolExecutor(2) as pool:
            list(pool.map(Chatter.tell, some))
            kill(bot)
    return [person.receipt for person in people]


def move(installation: Program, sessions: Sessions) -> None:
    """The scheduler runs on the next day."""

    def moved() -> bool:
        with transaction(sessions) as session:
            return session.scalar(select(func.count()).select_from(Report)) == SMS + CHAT

    with installation.started("serve", "scheduler", JIANGFU_NOW="2026-05-13T00:30:00") as scheduler:
        eventually(moved, "the daily move", SECONDS)
        assert scheduler.ends() == 0


def stolen_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Databases, logs, what is temporary, and keys: every file of the installation."""
    yield from ((str(path.relative_to(folder)), path.read_bytes()) for path in files_in(folder))


def stolen_from_server(server: PostgresServer, url: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    """What `pg_dump` writes, and the server's own files after a checkpoint and a vacuum, its log included."""
    name = str(make_url(url).database)
    server.admin.execute("CHECKPOINT")
    dump = folder / "dump.sql"
    tool = next(iter(server.folder.rglob("pg_dump")), None) or Path(shutil.which("pg_dump") or "pg_dump")
    subprocess.run(
        [tool, "-h", server.folder, "-U", "postgres", "--inserts", "-f", dump, name],
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    yield "pg_dump", dump.read_bytes()
    subprocess.run(
        [tool.with_name("vacuumdb"), "-h", server.folder, "-U", "postgres", "-z", name], check=True, capture_output=True
    )
    server.admin.execute("CHECKPOINT")
    for path in files_in(server.folder / "data"):
        with suppress(FileNotFoundError):  # the server removes files of its own
            yield str(path.relative_to(server.folder)), path.read_bytes()
    yield "server log", (server.folder / "log").read_bytes()


def test_nothing_of_fifty_reports_is_found(
    request: pytest.FixtureRequest,
    dialect: str,
    installation: Program,
    inspectors: Inspectors,
    emulators: tuple[str, ProviderState],
    sessions: Sessions,
    vault: Vault,
    settings: object,
    database_url: str,
    tmp_path: Path,
    web_port: int,
) -> None:
    """Neither a word of them, nor a phone or chat of who told it, nor a receipt: in no database file, dump, log, metric,
    temporary file or key file, before the daily move or after. And each is read by the inspector."""
    receipts, metrics = tell_by_sms(installation, web_port)
    receipts += tell_by_chat(installation, emulators[1])
    assert len(set(receipts)) == SMS + CHAT
    words = (*WORDS, *receipts)
    for _ in range(2):
        stolen = [("metrics", metrics), *stolen_files(tmp_path)]
        if dialect == "postgresql":
            stolen += stolen_from_server(request.getfixturevalue("postgres"), database_url, tmp_path)
        assert any(b"inspector_keys" in content for _name, content in stolen)
        assert found_in(stolen, words) == []
        if _ == 0:
            move(installation, sessions)
    with transaction(sessions) as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0
    # The search was for what is there.
    made = Settings(database_url=database_url, keys_dir=tmp_path / "keys")
    channel = Channel(sessions, vault, made, inspectors)
    told = sorted(case.opened.messages for case in bundle(channel, "D").cases)
    assert told == sorted(texts(number) for numbers in (range(SMS), range(CHAT)) for number in numbers)
