"""kill -9 at random points while providers fail, the database goes away and the clock jumps: by the providers' own
count nothing is lost, and nothing is sent twice that may not be."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind
from core.errors import Unavailable
from demo.stepped_clock import SteppedClock
from tests.processes import program
from tests.stopped_clock import MID_MAY, SHANGHAI
from tests.torture import letters
from tests.torture.conftest import SHORT, Run
from tests.torture.emulators import Emulators, emulators
from tests.torture.judgement import copies, judge_asked, judge_unasked
from tests.torture.patience import patiently
from tests.torture.workers import Crew

SEED = 20_260_512
LONGEST_LIFE = 0.5  # seconds that a worker still has when it is to be killed
SPREAD = 0.6  # of the messages have gone by the last kill; more than a quarter may never go, being in doubt
A_DAY = timedelta(days=1)

pytestmark = pytest.mark.timeout(300)


def test_each_message_once(
    run: Run, tmp_path: Path, request: pytest.FixtureRequest, context: ForkServerContext, database_url: str,
    keys_dir: Path, sessions: Sessions, vault: Vault,
) -> None:  # fmt: skip
    """By SMS exactly one copy of each, whatever happens; by Telegram no reminder twice, each decision at least once,
    and at most once more for each kill and each lost answer."""
    clock = SteppedClock(SHANGHAI, tmp_path / "clock")
    clock.show(MID_MAY)
    with transaction(sessions) as session:
        letters.write(session, vault, run.messages)
    with emulators() as providers:
        _fail(providers, run)
        settings = {
            **providers.settings(),
            "JIANGFU_SMS_GATEWAY": run.gateway,
            "JIANGFU_SMS_RATE": str(run.rate),
            "JIANGFU_TELEGRAM_RATE": str(run.rate),
            "JIANGFU_SENDER_LEASE": str(run.lease),
            "JIANGFU_LOG_LEVEL": "INFO",
        }
        crew = Crew(
            context, program(tmp_path, database_url, keys_dir, **settings), run.workers, SEED,
            "--stepped-clock", str(tmp_path / "clock"),
        )  # fmt: skip
        _torment(crew, run, providers, clock, request)
        patiently(lambda: crew.look_after() or _waiting(sessions) == 0, "messages still wait")
        crew.stop()
        accepted, struck = providers.accepted(), providers.struck()
    _judge(run, sessions, vault, accepted, run.kills + run.lost)
    assert "Traceback" not in crew.printed()
    assert run in SHORT or {kind for kind, times in struck.items() if times} == set(struck)


def _fail(providers: Emulators, run: Run) -> None:
    """Give the providers a bad day."""
    send, ask = ("create", "list") if run.gateway == "twilio" else ("send", "state")
    # Whoever is struck when he asks again and again waits ever longer, for which the short form has no time.
    for method in (send,) if run in SHORT else (send, ask):
        for kind in ("throttle", "error", "drop", "lose"):
            providers.fault(
                provider=run.gateway, kind=kind, method=method, times=run.faults, probability=run.chance, seed=SEED
            )
    providers.fault(provider=run.gateway, kind="stall", times=run.faults // 4, seconds=15)
    # A decision that is broken off before it is taken, and then doubted once more, would be left unsaid for good reason:
    # so what breaks before the work strikes reminders alone, and decisions lose their answers.
    draw = random.Random(SEED)
    for what, kinds in ((MessageKind.REMINDER, ("drop", "lose", "error")), (MessageKind.DECISION, ("lose", "error"))):
        for kind in kinds:
            for chat in draw.sample(letters.chats(run.messages, what), run.lost):
                providers.fault(provider="telegram", kind=kind, recipient=chat, times=1)
    providers.fault(provider="telegram", kind="throttle", probability=0.1, times=run.lost)
    for provider in (run.gateway, "telegram"):
        providers.fault(provider=provider, kind="slow", seconds=0.05)


def _torment(crew: Crew, run: Run, providers: Emulators, clock: SteppedClock, request: pytest.FixtureRequest) -> None:
    """Kill one worker after another, as the messages go out; on the way a day passes, PostgreSQL is restarted, and the
    day is taken back."""
    meanwhile = {
        run.kills // 4: lambda: clock.show(MID_MAY + A_DAY),
        run.kills // 2: lambda: _restart(request, run),
        run.kills * 3 // 4: lambda: clock.show(MID_MAY),
    }
    for kill in range(run.kills):
        gone = run.messages * SPREAD * kill / run.kills
        patiently(lambda least=gone: crew.look_after() or providers.total() >= least, "nothing goes out")
        patiently(lambda: crew.kill_one(LONGEST_LIFE), "nobody sends")
        meanwhile.get(kill, lambda: None)()


def _restart(request: pytest.FixtureRequest, run: Run) -> None:
    if run.dialect == "postgresql":
        request.getfixturevalue("postgres").restart()


def _waiting(sessions: Sessions) -> int | None:
    """How many messages wait; None while the database is away."""
    try:
        with transaction(sessions) as session:
            return letters.waiting(session)
    except Unavailable:
        return None


def _judge(run: Run, sessions: Sessions, vault: Vault, accepted: dict[str, Counter[Any]], doubts: int) -> None:
    with transaction(sessions) as session:
        rows = list(letters.letters(session, vault))
    assert len(rows) == run.messages
    for channel, provider in (("sms", run.gateway), ("telegram", "telegram")):
        mine = [letter for letter in rows if letter.channel == channel]
        counted = copies(mine, accepted[provider])
        if channel == "sms":
            judge_asked(mine, counted)
        else:
            judge_unasked(mine, counted, doubts)
