"""GET /healthz and GET /metrics: what whoever keeps the line running sees, and that it is nothing of a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.clock import machine_now
from core.db import transaction
from core.heartbeat import beat
from core.line import Line
from tests.engines import on_sqlite
from tests.sms.conftest import PHONE, Twilio, text

pytestmark = on_sqlite

RECENT, LONG_AGO = timedelta(seconds=60), timedelta(seconds=120)


@pytest.mark.parametrize(
    ("label", "beats", "ailing"),
    [
        ("nothing has ever beaten", {}, []),
        ("all beat", {"scheduler": RECENT, "sender": RECENT, "bot": RECENT}, []),
        ("the scheduler stopped", {"scheduler": LONG_AGO, "sender": RECENT}, ["scheduler"]),
        ("two stopped", {"sender": LONG_AGO, "bot": LONG_AGO, "scheduler": RECENT}, ["bot", "sender"]),
    ],
)
def test_a_part_that_fell_silent_is_named(
    twilio: Twilio, line: Line, label: str, beats: dict[str, timedelta], ailing: list[str]
) -> None:
    """503 and its name, once it has beaten at all; and 200 again when it beats again."""
    with transaction(line.sessions) as session:
        for part, ago in beats.items():
            beat(session, part, machine_now() - ago)
    answer = twilio.http.get("/healthz")
    assert answer.status_code == (503 if ailing else 200)
    assert answer.json() == {"status": "ailing" if ailing else "ok", "ailing": ailing}
    with transaction(line.sessions) as session:
        for part in beats:
            beat(session, part, machine_now())
    assert twilio.http.get("/healthz").json() == {"status": "ok", "ailing": []}


def test_metrics_count_and_name_nobody(twilio: Twilio) -> None:
    """Prometheus can read it; what was answered is counted by channel; no number, no word of anybody is in it."""
    before = _answered(twilio)
    twilio.text("王桂兰的菜单")
    twilio.post("/sms/inbound", text(), signed=None)
    answer = twilio.http.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert _answered(twilio) == before + 1
    assert all(canary not in answer.text for canary in (PHONE, PHONE[3:], "王桂兰", "菜单"))
    labels = {
        label
        for family in text_string_to_metric_families(answer.text)
        if family.name.startswith("jiangfu")
        for sample in family.samples
        for label in sample.labels
    }
    assert labels <= {"channel", "outcome", "kind", "error", "rule"}


def _answered(twilio: Twilio) -> float:
    families = text_string_to_metric_families(twilio.http.get("/metrics").text)
    wanted = {"channel": "sms", "outcome": "answered"}
    return sum(s.value for f in families for s in f.samples if s.name == "jiangfu_inbound_total" and s.labels == wanted)
