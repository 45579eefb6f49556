"""`jiangfu bench dispatch`: one JSON line with what the sender does beside bare calls, and what memory it takes."""

from __future__ import annotations

import json

from tests.desk.conftest import Jiangfu


def test_a_small_run(jiangfu: Jiangfu) -> None:
    """Forty messages in two rounds to the loopback provider, and a sender before thirty waiting rows."""
    done = jiangfu(
        "bench", "dispatch", "--recipients", "40", "--rounds", "2", "--latency-ms", "1", "--at-once", "2", "--waiting", "30"
    )  # fmt: skip
    assert (done.status, done.err) == (0, "")
    told = json.loads(done.out.splitlines()[-1])  # this process logs for pytest, to the same place
    assert told["name"] == "dispatch"
    assert told["ratio"] > 0
    assert told["ours"] > 0
    assert told["baseline"] > 0
    assert told["cpu_seconds_a_thousand"] > 0
    assert 20 < told["memory_mb"]["30"] < 1000
