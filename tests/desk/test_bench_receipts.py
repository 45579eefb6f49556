"""`jiangfu bench inbound --with-receipts`: what it prints."""

from __future__ import annotations

from pathlib import Path

from desk.bench.receipts import AT_ONCE, run


def test_it_measures_both(tmp_path: Path) -> None:
    """Quiet and loud questions of the same server, each answered; and receipts that were truly hardened."""
    measured = run(tmp_path, applicants=50, rounds=1, requests=40, connections=2)
    assert measured["name"] == "inbound_with_receipts"
    assert measured["receipts_at_once"] == AT_ONCE == 20
    assert abs(measured["ratio"] * measured["baseline"] / measured["ours"] - 1) < 0.05  # type: ignore[operator]
    assert measured["questions_quiet"] == 40
    assert measured["questions_loud"] >= 2  # type: ignore[operator]
    assert measured["longest_wait_s"] > 1.0  # type: ignore[operator]
