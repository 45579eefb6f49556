"""The sender's loop over the true client: by Twilio's own count each message is taken once, whatever goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.delivery.loop import Loop
from core.delivery.outbox import MessageKind, State
from core.settings import Settings
from demo.provider_state import ProviderState
from tests.core.delivery.letters import MachineTime, contact, letter, rows, words
from tests.core.delivery.looping import all_of
from tests.engines import on_sqlite
from tests.rows import NOON
from tests.sms.gateways.twilio.conftest import Make, fault
from tests.stopped_clock import MID_MAY, StoppedClock

HOUR = timedelta(hours=1)
MESSAGES = 12


@on_sqlite
@pytest.mark.parametrize("kind", ["throttle", "error", "drop", "lose", "stall"])
@pytest.mark.parametrize("method", ["create", "list"])
def test_each_message_is_taken_once(
    make: Make,
    state: ProviderState,
    sessions: Sessions,
    vault: Vault,
    scheme_clock: StoppedClock,
    settings: Callable[..., Settings],
    kind: str,
    method: str,
) -> None:
    """Answers and reminders, while every third request goes wrong, and after a create that is lost also asking does."""
    for n in range(MESSAGES):
        of_kind = MessageKind.ANSWER if n % 2 else MessageKind.REMINDER
        whom = contact(sessions, vault, f"+86138001380{n:02}")
        letter(sessions, vault, whom, f"第{n}条", kind=of_kind, event="e", expires_at=MID_MAY + 48 * HOUR)
    if method == "list":
        fault(state, kind="lose", method="create", times=4)
    fault(state, kind=kind, method=method, times=3, seconds=30)
    machine = MachineTime(NOON)
    loop = Loop(sessions, vault, scheme_clock, settings(), [make()], words(vault), at_once=4, machine_clock=machine)
    for _ in range(12):
        all_of(loop)
        machine.move(HOUR)
    assert {row.state for row in rows(sessions)} == {State.SENT}
    taken = Counter(message.to for message in state.carrier.store.newest_first(None, lambda _message: True))
    assert taken == Counter({f"+86138001380{n:02}": 1 for n in range(MESSAGES)})
    references = {row.provider_ref for row in rows(sessions)}
    assert all(state.carrier.store.get(str(reference)) for reference in references)
    assert len(references) == MESSAGES
