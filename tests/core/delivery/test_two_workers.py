"""Any number of workers over one PostgreSQL: each message goes once, and every count holds."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, open_sessions
from core.delivery.loop import Loop
from core.delivery.outbox import MessageKind, State
from core.settings import Settings
from tests.core.delivery.letters import CHAT, MUTE, ScriptedSender, contact, letter, rows, words
from tests.core.delivery.looping import all_of
from tests.engines import on_postgresql
from tests.stopped_clock import StoppedClock

WORKERS = 4


def together(work: Callable[[int], object]) -> None:
    """Several threads do it at once."""
    begin = threading.Barrier(WORKERS)
    threads = [threading.Thread(target=lambda n=n: (begin.wait(), work(n))) for n in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def team(
    sessions: Sessions, vault: Vault, clock: StoppedClock, settings: Settings, database_url: str
) -> list[ScriptedSender]:
    """Workers with engines of their own send all that may go; their senders."""
    crews = [(ScriptedSender(), ScriptedSender("telegram", MUTE)) for _ in range(WORKERS)]

    def work(number: int) -> None:
        engine = open_engine(database_url)
        own = open_sessions(engine)
        all_of(Loop(own, vault, clock, settings, crews[number], words(vault), at_once=3))
        engine.dispose()

    together(work)
    return [sender for crew in crews for sender in crew]


@on_postgresql
def test_each_message_goes_once(
    sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings], database_url: str
) -> None:
    """Sixty messages over two channels and four workers."""
    for n in range(30):
        for channel, address in (("sms", f"+86138001380{n:02}"), ("telegram", f"{CHAT}{n}")):
            kind = list(MessageKind)[n % 4]
            letter(sessions, vault, contact(sessions, vault, address, channel), kind=kind, event=f"{n}")
    senders = team(sessions, vault, scheme_clock, settings(), database_url)
    sent = Counter(message.row_id for sender in senders for message in sender.sent)
    assert sent == Counter({r.id: 1 for r in rows(sessions)})
    assert {r.state for r in rows(sessions)} == {State.SENT}


@on_postgresql
def test_the_limits_hold_over_all_workers(
    sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings], database_url: str
) -> None:
    """Four a day to an address, and money for ten: neither is overrun by those who claim at the same moment."""
    for n in range(5):
        whom = contact(sessions, vault, f"+861380013800{n}")
        for event in range(6):
            letter(sessions, vault, whom, kind=MessageKind.NOTICE, event=f"{event}")
    team(sessions, vault, scheme_clock, settings(daily_budget=Decimal("0.50")), database_url)
    sent = [r for r in rows(sessions) if r.state is State.SENT]
    assert 0 < len(sent) <= 10  # money set aside by one and given back may come too late for the other
    assert max(Counter(r.contact_id for r in sent).values()) <= 4
