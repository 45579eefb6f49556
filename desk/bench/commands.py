"""`jiangfu bench`: each measure beside a baseline in the same run, as one JSON line."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path

import click


@click.group()
def bench() -> None:
    """Measure, beside a baseline in the same run; each prints one JSON line.

    Example: jiangfu bench faq --queries queries.jsonl
    """


@bench.command()
@click.option("--queries", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def faq(queries: Path) -> None:
    """Policy questions against a BM25 over jieba words; `ratio` is ours over its hit@1, more is better.

    Example: jiangfu bench faq --queries queries.jsonl
    """
    from desk.bench.faq import run

    _print(run(queries))


@bench.command()
@click.option("--applicants", default=1_000_000, show_default=True, help="Size of the register.")
@click.option("--fewer", default=10_000, show_default=True, help="Size of the register that it is also compared with.")
@click.option("--rounds", default=10, show_default=True)
@click.option("--requests", default=2_000, show_default=True, help="Status questions a round and server.")
@click.option("--threads", default=48, show_default=True, help="Threads of the one worker.")
@click.option("--connections", default=48, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Keep the registers here for the next run.")
@click.option("--with-receipts", is_flag=True, help="Measure how long they take while twenty receipts are tried.")
def inbound(
    applicants: int,
    fewer: int,
    rounds: int,
    requests: int,
    threads: int,
    connections: int,
    folder: Path | None,
    with_receipts: bool,
) -> None:
    """Status questions a second beside a bare signature check; `ratio` and `of_fewer_applicants`: more is better.

    With receipts: the p95 of their answers (ms) while twenty receipts are tried at once, beside the quiet one; `ratio`:
    less is better. The server then has as many threads as an installation.

    Example: jiangfu bench inbound --applicants 1000000
    """
    from desk.bench import inbound, receipts

    with tempfile.TemporaryDirectory(prefix="jiangfu-bench-") as scratch:
        where = (folder or Path(scratch)).absolute()
        if with_receipts:
            _print(receipts.run(where, fewer, rounds, requests, connections))
        else:
            _print(inbound.run(where, applicants, fewer, rounds, requests, threads, connections))


@bench.command(hidden=True)
@click.option("--applicants", type=int, required=True)
def server(applicants: int) -> None:
    """Be a server of `bench inbound`."""
    from desk.bench.inbound import serve

    serve(applicants)


@bench.command()
@click.option("--recipients", default=20_000, show_default=True)
@click.option("--rounds", default=10, show_default=True, help="The first warms up and is not counted.")
@click.option("--latency-ms", default=100.0, show_default=True, help="What the provider takes to answer.")
@click.option("--at-once", default=16, show_default=True, help="Requests under way, ours and bare.")
@click.option("--waiting", multiple=True, type=int, help="Also the sender's memory before so many rows; repeatable.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Put the databases here, each into a folder of its own."
)
def dispatch(
    recipients: int, rounds: int, latency_ms: float, at_once: int, waiting: tuple[int, ...], folder: Path | None
) -> None:
    """Messages a second through the sender beside bare calls with the same client; `ratio`: more is better.

    Example: jiangfu bench dispatch --recipients 20000 --waiting 20000 --waiting 200000
    """
    from desk.bench.dispatch import run

    with tempfile.TemporaryDirectory(prefix="jiangfu-bench-") as scratch:
        where = folder or Path(scratch)
        _print(run(where.absolute(), recipients, rounds, latency_ms / 1000, at_once, waiting))


@bench.command(hidden=True)
@click.option("--latency-ms", type=float, required=True)
def provider(latency_ms: float) -> None:
    """Be the provider of `bench dispatch`."""
    from desk.bench.provider import serve

    serve(latency_ms / 1000)


@bench.command(hidden=True)
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option("--url", required=True)
@click.option("--at-once", type=int, required=True)
def sender(folder: Path, url: str, at_once: int) -> None:
    """Be a sender of `bench dispatch` whose memory is measured."""
    from desk.bench.dispatch import send_some

    _print(send_some(folder, url, at_once))


@bench.command()
@click.option("--subscribers", default=100_000, show_default=True, help="Who all are to hear of one list.")
@click.option("--fewer", default=10_000, show_default=True, help="How many it is also planned for, for the memory.")
@click.option("--url", envvar="JIANGFU_DATABASE_URL", help="An empty database, emptied at the end; else SQLite.")
def plan(subscribers: int, fewer: int, url: str | None) -> None:
    """Seconds to write one reminder's rows, beside one raw INSERT … SELECT of the same rows into a twin of the outbox;
    `ratio` and `memory_grows_mb`: less is better.

    Example: jiangfu bench plan --subscribers 1000000 --url postgresql+psycopg://me@/bench
    """
    from desk.bench.plan import run

    with tempfile.TemporaryDirectory(prefix="jiangfu-bench-") as scratch:
        folder = Path(scratch)
        _print(run(folder, subscribers, fewer, url or f"sqlite:///{folder / 'jiangfu.db'}"))


@bench.command(hidden=True)
@click.argument("now", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]))
@click.option("--url", envvar="JIANGFU_DATABASE_URL", required=True)
def planner(now: datetime, url: str) -> None:
    """Be a planner of `bench plan` whose memory is measured."""
    from desk.bench.plan import plan_once

    _print(plan_once(url, now))


@bench.command()
@click.option("--recipients", default=100_000, show_default=True)
@click.option("--rounds", default=4, show_default=True, help="The first warms up and is not counted.")
@click.option("--url", envvar="JIANGFU_DATABASE_URL", help="An empty database, emptied at the end; else SQLite.")
def notice(recipients: int, rounds: int, url: str | None) -> None:
    """Seconds from a notice's confirmation to all rows waiting, beside one raw INSERT … SELECT into a twin of the
    outbox; and of its preview beside a plain COUNT … GROUP BY. `ratio` and `preview_ratio`: less is better.

    Example: jiangfu bench notice --recipients 100000
    """
    from desk.bench.notice import run

    with tempfile.TemporaryDirectory(prefix="jiangfu-bench-") as scratch:
        folder = Path(scratch)
        _print(run(folder, recipients, rounds, url or f"sqlite:///{folder / 'jiangfu.db'}"))


def _print(result: dict[str, object]) -> None:
    click.echo(json.dumps(result, ensure_ascii=False))
