"""`jiangfu bench`: each measure beside a baseline in the same run, as one JSON line."""

from __future__ import annotations

import json
import tempfile
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
@click.option("--threads", default=16, show_default=True, help="Threads of the one worker.")
@click.option("--connections", default=16, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Keep the registers here for the next run.")
def inbound(
    applicants: int, fewer: int, rounds: int, requests: int, threads: int, connections: int, folder: Path | None
) -> None:
    """Status questions a second beside a bare signature check; `ratio` and `of_fewer_applicants`: more is better.

    Example: jiangfu bench inbound --applicants 1000000
    """
    from desk.bench.inbound import run

    with tempfile.TemporaryDirectory(prefix="jiangfu-bench-") as scratch:
        where = folder or Path(scratch)
        _print(run(where.absolute(), applicants, fewer, rounds, requests, threads, connections))


@bench.command(hidden=True)
@click.option("--applicants", type=int, required=True)
def server(applicants: int) -> None:
    """Be a server of `bench inbound`."""
    from desk.bench.inbound import serve

    serve(applicants)


def _print(result: dict[str, object]) -> None:
    click.echo(json.dumps(result, ensure_ascii=False))
