"""Sending unasked messages through the phone, each under an id of ours, which the gateway takes once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.delivery.sender import Capabilities, Outgoing
from core.settings import Settings
from sms.gateways.android.api import SmsGate
from sms.gateways.android.message_id import of_message

TIMEOUT_SECONDS = 10


class AndroidSender:
    """Hands messages to the phone; receipts come back to `/sms/android`, by our id."""

    channel = "sms"
    # What passed stays on the phone and with its carrier; nothing outside can erase it.
    capabilities = Capabilities(two_way=True, receipts=True, can_ask=True, can_erase=False, knows_own_id=True)

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError where the account is not set up."""
        self._gate = SmsGate(settings, TIMEOUT_SECONDS)

    def send(self, message: Outgoing) -> str:
        """The id by which the gateway knows the message: ours. Raises SendError."""
        message_id = of_message(message)
        self._gate.submit(message_id, message.address, message.text)
        return message_id

    def find(self, message: Outgoing, since: datetime) -> Sequence[str]:
        """The message's id, where the gateway holds it. Raises SendError."""
        message_id = of_message(message)
        return [message_id] if self._gate.holds(message_id) else []

    def close(self) -> None:
        """Let go of the connections; nothing can be sent after it."""
        self._gate.close()
