"""The phone's gateway at the loudest level: no number, no word of anybody, no password gets out."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

from demo.android_emulator import DEMO_ACCOUNT
from tests.sms.gateways.android.loud_phone import LETTER, OTHER, PHONE, WORDS

ROOT = Path(__file__).parents[4]
CREDENTIALS = f"{DEMO_ACCOUNT.login}:{DEMO_ACCOUNT.password}"
CANARIES = (
    PHONE[3:],
    OTHER[3:],
    WORDS,
    LETTER,
    DEMO_ACCOUNT.login,
    DEMO_ACCOUNT.password,
    DEMO_ACCOUNT.signing_key,
    base64.b64encode(CREDENTIALS.encode()).decode(),
)


def test_nothing_of_a_person_gets_out() -> None:
    """Neither in what is logged nor in the errors; and what went wrong is told all the same."""
    command = [sys.executable, "-X", "dev", "-m", "tests.sms.gateways.android.loud_phone"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    plain = done.stdout + done.stderr + "".join(json.dumps(line, ensure_ascii=False) for line in lines)
    assert [canary for canary in CANARIES if canary in plain or json.dumps(canary)[1:-1] in plain] == []
    assert {"answer_not_sent", "webhook_unreadable", "signature_refused"} <= {line["event"] for line in lines}
    said = done.stdout.splitlines()
    assert said[0].startswith("Stopped 400 ")
    assert said[1].startswith("Unanswered ")
    assert said[-1].endswith(" accepted")
