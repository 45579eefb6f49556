"""`bench inbound`: status questions a second, beside a bare application that only checks the signature."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from gunicorn import __version__ as gunicorn_version

from desk.bench.load import send, signed_request
from desk.free_port import free_port

TOKEN = "bench-auth-token"  # noqa: S105 - opens nothing but this bench's own servers
LOG_LEVEL = "WARNING"


@dataclass
class Rival:
    """One server under test and what it took so far."""

    name: str
    applicants: int
    port: int
    connections: int
    rates: list[float]
    times: list[float]


def run(
    folder: Path, applicants: int, fewer: int, rounds: int, requests: int, threads: int, connections: int
) -> dict[str, object]:
    """Ours on a register of `applicants`, ours on one of `fewer`, and the bare application: one worker each, asked in
    turn for `rounds` rounds of `requests` status questions over as many connections."""
    with ExitStack() as stack:
        rivals = [
            start(stack, folder, name, size, threads, connections)
            for name, size in (("ours", applicants), ("fewer", fewer), ("bare", 0))
        ]
        draw = random.Random(applicants)  # noqa: S311
        for number in range(-1, rounds):  # the first round warms up and is not counted
            for rival in rivals:
                _ask(rival, [draw.randrange(rival.applicants or applicants) for _ in range(requests)], number >= 0)
    ours, few, bare = (statistics.median(rival.rates) for rival in rivals)
    return {
        "name": "inbound",
        "ours": round(ours, 1),
        "baseline": round(bare, 1),
        "ratio": round(ours / bare, 3),
        "of_fewer_applicants": round(ours / few, 3),
        "p50_ms": round(1000 * statistics.median(rivals[0].times), 2),
        "p95_ms": round(1000 * statistics.quantiles(rivals[0].times, n=20)[-1], 2),
        "applicants": applicants,
        "fewer_applicants": fewer,
        "server": f"gunicorn {gunicorn_version}, 1 gthread worker, {threads} threads, log level {LOG_LEVEL}",
        "connections": connections,
        "rounds": rounds,
        "requests_a_round": requests,
        "database": "SQLite, WAL, synchronous=FULL",
    }


def _ask(rival: Rival, applicants: list[int], counts: bool) -> None:
    from core.domain.contact import Language
    from core.texts import _, speaker
    from desk.bench.register import phone_of

    url = f"http://127.0.0.1:{rival.port}/sms/inbound"
    failure = speaker(Language.CHINESE)(_("not_saved")).encode()
    requests = [signed_request(url, TOKEN, phone_of(number), "2") for number in applicants]
    seconds, times = send(rival.port, rival.connections, requests, failure)
    if counts:
        rival.rates.append(len(requests) / seconds)
        rival.times += times


def start(stack: ExitStack, folder: Path, name: str, applicants: int, threads: int, connections: int) -> Rival:
    port = free_port()
    here = folder / f"{name}-{applicants}"
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("JIANGFU_", "TWILIO_"))},
        "JIANGFU_DATABASE_URL": f"sqlite:///{here / 'jiangfu.db'}",
        "JIANGFU_KEYS_DIR": str(here / "keys"),
        "JIANGFU_BIND": f"127.0.0.1:{port}",
        "JIANGFU_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "JIANGFU_WEB_THREADS": str(threads),
        "JIANGFU_LOG_LEVEL": LOG_LEVEL,
        "JIANGFU_NOW": "2026-05-12T10:00:00",
        "TWILIO_ACCOUNT_SID": "ACbench",  # without it no receipt is taken
        "TWILIO_AUTH_TOKEN": TOKEN,
    }
    command = [sys.executable, "-m", "desk", "bench", "server", "--applicants", str(applicants)]
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - ourselves
    stack.callback(process.wait)
    stack.callback(process.terminate)
    _wait_until_it_listens(port, process)
    return Rival(name, applicants, port, connections, [], [])


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                return
        except OSError:
            pass
        else:
            return
        time.sleep(0.2)
    raise RuntimeError("a server of the bench did not start")


def serve(applicants: int) -> None:
    """Be one of the servers, on the settings of the environment: the bare one where there are no applicants."""
    from core.confidentiality import keys
    from core.db import open_engine
    from core.migrations.run import upgrade
    from desk.bench import bare
    from desk.bench.register import fill
    from desk.office import Office
    from desk.web import run as run_web

    office = Office()
    settings = office.settings
    is_new = not (settings.keys_dir / "data-keys.json").exists()
    keys.ensure(settings.keys_dir)
    upgrade(open_engine(settings.database_url))
    if is_new and applicants:
        fill(office.sessions, office.vault, applicants)
    if applicants:
        run_web(office)
    else:
        run_web(office, lambda _line: bare.create_app(settings.public_url, TOKEN))
