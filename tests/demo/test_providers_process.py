"""The emulators as a process of their own, as a demo or a torture run starts them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import httpx

from demo.providers import DEMO_BOT_TOKEN


def test_the_process_says_where_it_listens() -> None:
    """`python -m demo.providers --port 0` prints its address on loopback once it serves there."""
    command = [sys.executable, "-m", "demo.providers", "--port", "0", "--line", "http://127.0.0.1:9"]
    command += ["--clock-offset", "-86400"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = process.stdout.readline().removeprefix("providers on ").strip()
            assert address.startswith("http://127.0.0.1:")
            with httpx.Client(base_url=address, trust_env=False) as http:
                assert http.get("/healthz").json() == {"status": "ok"}
                http.post(f"/telegram/bot{DEMO_BOT_TOKEN}/sendMessage", json={"chat_id": 5, "text": "好"})
                counts = {"sms": [], "telegram": [{"to": "5", "text": "好", "count": 1}]}
                assert http.get("/phones/accepted").json() == counts
                shown = datetime.fromisoformat(http.get("/phones/sms/+8613800000001").json()["now"])
                assert timedelta(hours=23) < datetime.now(UTC) - shown < timedelta(hours=25)
                assert http.post("/phones/sms/+8613800000001", json={"text": "2"}).status_code == 502
                http.post("/phones/reset", json={})
                assert http.get("/phones/accepted").json() == {"sms": [], "telegram": []}
        finally:
            process.terminate()
