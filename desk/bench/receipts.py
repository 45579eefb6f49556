"""`bench inbound --with-receipts`: what status questions take while twenty receipts are tried at once."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from core.confidentiality.receipt import draw_receipt
from core.settings import Settings
from desk.bench.inbound import TOKEN, Rival, start
from desk.bench.load import send, signed_request
from desk.bench.register import phone_of

AT_ONCE = 20
# Nobody's, so that no try is somebody's sixth of the day.
STRANGERS = 5_000_000


def run(folder: Path, applicants: int, rounds: int, requests: int, connections: int) -> dict[str, object]:
    """The p95 of status questions (ms) quiet and loud, in turn for `rounds` rounds of `requests` over as many
    connections, and how long whoever tried a receipt waited (s)."""
    quiet: list[float] = []
    loud: list[float] = []
    waits: list[float] = []
    threads = Settings.model_fields["web_threads"].default
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        ours = start(stack, folder, "ours", applicants, threads, connections)
        _ask(ours, requests)  # warms up, and is not counted
        for number in range(rounds):
            quiet += _ask(ours, requests)
            trying = [pool.submit(_try, ours.port, number * AT_ONCE + one) for one in range(AT_ONCE)]
            loud += _ask_while(ours, requests, trying)
            waits += [each.result() for each in trying]
    before, during = (1000 * statistics.quantiles(times, n=20)[-1] for times in (quiet, loud))
    return {
        "name": "inbound_with_receipts",
        "ours": round(during, 2),
        "baseline": round(before, 2),
        "ratio": round(during / before, 3),
        "receipts_at_once": AT_ONCE,
        "longest_wait_s": round(max(waits), 2),
        "questions_quiet": len(quiet),
        "questions_loud": len(loud),
        "applicants": applicants,
        "threads": threads,
        "connections": connections,
        "rounds": rounds,
    }


def _ask(rival: Rival, requests: int) -> list[float]:
    url = f"http://127.0.0.1:{rival.port}/sms/inbound"
    asked = [signed_request(url, TOKEN, phone_of(number % rival.applicants), "2") for number in range(requests)]
    return send(rival.port, rival.connections, asked)[1]


def _ask_while(rival: Rival, requests: int, trying: Sequence[Future[float]]) -> list[float]:
    """Ask as long as receipts are being tried."""
    times: list[float] = []
    while not all(each.done() for each in trying):
        times += _ask(rival, max(requests // 20, rival.connections))
    return times


def _try(port: int, stranger: int) -> float:
    """Try a receipt; the seconds that the answer took."""
    url = f"http://127.0.0.1:{port}/sms/inbound"
    return send(port, 1, [signed_request(url, TOKEN, phone_of(STRANGERS + stranger), draw_receipt())])[1][0]
