"""`jiangfu serve web` as it runs in earnest: gunicorn with several workers, its log, its metrics, its end."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.engines import on_sqlite
from tests.processes import free_port, program
from tests.sms.conftest import PHONE, PUBLIC, TOKEN, Twilio, said, text


@on_sqlite
def test_the_web_part(tmp_path: Path, database_url: str, keys_dir: Path) -> None:
    """It answers what is signed and refuses the rest; the workers' counts are added up; at its loudest the log names
    nobody; SIGTERM ends it with 0."""
    port = free_port()
    web = program(
        tmp_path,
        database_url,
        keys_dir,
        JIANGFU_BIND=f"127.0.0.1:{port}",
        JIANGFU_PUBLIC_URL=PUBLIC,
        JIANGFU_WEB_WORKERS="2",
        JIANGFU_NOW="2026-05-12T10:00:00",
        TWILIO_AUTH_TOKEN=TOKEN,
        TMPDIR=str(tmp_path),
    )
    with web.started("serve", "web") as running:
        running.lives_until(port)
        url = f"http://127.0.0.1:{port}"
        for _ in range(4):  # each on a connection of its own, so that both workers get some
            with httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
                twilio = Twilio(http)
                assert "5月18日" in said(twilio.text("3"))[-1]  # by the scheme's clock the third posting is open
                assert twilio.post("/sms/inbound", text(), signed=None).status_code == 403
        with httpx.Client(base_url=url, trust_env=False) as http:
            assert http.get("/healthz").json() == {"status": "ok", "ailing": []}
            assert 'jiangfu_inbound_total{channel="sms",outcome="answered"} 4.0' in http.get("/metrics").text
        assert running.ends() == 0
        printed = running.printed()
    assert "The scheme clock starts at 2026-05-12 10:00" in printed
    assert printed.count("signature_refused") == 4
    assert all(secret not in printed for secret in (PHONE[3:], TOKEN, "Traceback"))
