"""Saying the line's answer through the phone: committed before, under ids that make saying it again harmless."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from core.delivery.sender import Throttled
from sms.gateways.android.api import SmsGate
from sms.gateways.android.events import Received
from sms.gateways.android.message_id import of_answer

# The app waits 5 seconds for us; the line takes its share of them.
PATIENCE_SECONDS = 2.0
# Who waits for an answer comes before notices, and the first part before the second: the phone takes its queue by
# priority, and those of one priority the last first. From 100 on the app's own limits and pauses do not hold it back.
FIRST_PRIORITY = 127
# Later than that an answer would only confuse.
LIFETIME = timedelta(hours=1)


def say(gate: SmsGate, received: Received, texts: Sequence[str]) -> None:
    """Hand all `texts` to the phone that received the message. Raises SendError; what was handed over by then stays
    so, and is not doubled by another try."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    for number, text in enumerate(texts):
        if time.monotonic() > deadline:
            raise Throttled("slow")
        gate.submit(
            of_answer(received.inbound.provider_id, number, text),
            received.inbound.address,
            text,
            priority=max(FIRST_PRIORITY - number, 100),
            lifetime=LIFETIME,
            device=received.device,
        )
