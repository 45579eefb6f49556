"""The phones at the other end: a keypad phone that texts through Twilio's webhook, and a Telegram chat with buttons."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any, Protocol

from twilio.request_validator import RequestValidator

from demo.providers import DEMO_AUTH_TOKEN, DEMO_NUMBER
from demo.twilio_emulator.twiml import replies
from tests.conversations.stage import PATIENCE_SECONDS, Stage

_CHOICE_LINE = re.compile(r"^\d (.+)$")


@dataclass(frozen=True)
class Heard:
    """One message on a phone: its text, its buttons where it has some (label and callback data), its id there."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    message_id: int = 0

    def __str__(self) -> str:
        return "\n".join([self.text, *(f"[{label}]" for label, _data in self.buttons)])

    def is_as_written(self, expected: str) -> bool:
        """Whether this is `expected`, in which a choice stands as `1 label` (as a keypad phone has it) or `[label]`."""
        lines = expected.split("\n")
        first = len(lines) - len(self.buttons)
        shown = [*lines[:first], *(_CHOICE_LINE.sub(r"[\1]", line) for line in lines[first:])]
        return str(self) == "\n".join(shown)


def are_as_written(heard: list[Heard], expected: list[str]) -> bool:
    """Whether the messages are those expected, and no other."""
    return len(heard) == len(expected) and all(map(Heard.is_as_written, heard, expected))


class Phone(Protocol):
    """What a person has in hand. Each act gives what came back at once."""

    channel: str
    address: str

    def says(self, text: str) -> list[Heard]:
        """Type a text."""
        ...

    def sends_picture(self) -> list[Heard]:
        """Send something that is no text."""
        ...


class KeypadPhone:
    """Texts the line as Twilio hands texts over: a form, signed, whose answer is TwiML."""

    channel = "sms"

    def __init__(self, stage: Stage, number: str) -> None:
        self.address = number
        self._stage = stage
        self._sign = RequestValidator(DEMO_AUTH_TOKEN).compute_signature

    def says(self, text: str, sid: str = "") -> list[Heard]:
        """Text `text`; the same `sid` again is the provider asking twice."""
        return self._post({"Body": text, "NumMedia": "0", "MessageSid": sid or f"SM{uuid.uuid4().hex}"})

    def sends_picture(self) -> list[Heard]:
        """An MMS without a word."""
        return self._post({"Body": "", "NumMedia": "1", "MessageSid": f"MM{uuid.uuid4().hex}"})

    def _post(self, fields: dict[str, str]) -> list[Heard]:
        url = f"{self._stage.settings.public_url}/sms/inbound"
        form = {"From": self.address, "To": DEMO_NUMBER, **fields}
        headers = {"X-Twilio-Signature": self._sign(url, form)}
        answer = self._stage.http.post(url, data=form, headers=headers)
        answer.raise_for_status()
        return [Heard(reply.text) for reply in replies(answer.text, url)]


class Chat:
    """Chats with the bot. Where the last message shows the digit that is said as a choice, its button is pressed."""

    channel = "telegram"

    def __init__(self, stage: Stage, user_id: int, language: str = "zh") -> None:
        self.address = str(user_id)
        self._user = user_id
        self._stage = stage
        self._people = stage.providers.people
        self._seen = 0
        self._people.name(user_id, "张三", language)
        stage.open_telegram()

    def says(self, text: str) -> list[Heard]:
        """Type `text`."""
        self._people.text(self._user, text)
        return self._answers()

    def sends_picture(self) -> list[Heard]:
        """A sticker."""
        self._people.sticker(self._user)
        return self._answers()

    def edits(self, text: str) -> list[Heard]:
        """Write over the own last message."""
        own = [entry["id"] for entry in self._entries() if entry["direction"] == "sent"]
        self._people.edit(self._user, own[-1], text)
        return self._answers()

    def presses(self, label: str, oldest: bool = False) -> list[Heard]:
        """Press the newest button with that label that is on the screen, or the oldest."""
        heard = self.heard() if oldest else self.heard()[::-1]
        for message in heard:
            for shown, data in message.buttons:
                if shown == label:
                    return self.presses_data(message.message_id, data)
        raise AssertionError(f"no button {label}")

    def presses_data(self, message_id: int, data: str) -> list[Heard]:
        """Press the button with that callback data, even one that no message shows."""
        self._people.press(self._user, message_id, data, stale=True)
        return self._answers()

    def heard(self) -> list[Heard]:
        """All that the bot has said, oldest first."""
        return [_heard(entry) for entry in self._entries() if entry["direction"] == "received"]

    def _entries(self) -> list[dict[str, Any]]:
        return self._people.screen(self._user)["entries"]

    def _answers(self) -> list[Heard]:
        self._stage.open_telegram().handled.get(timeout=PATIENCE_SECONDS)
        heard = self.heard()
        fresh, self._seen = heard[self._seen :], len(heard)
        return fresh


def _heard(entry: dict[str, Any]) -> Heard:
    buttons = tuple((button["text"], button["callback_data"]) for row in entry["buttons"] for button in row)
    return Heard(entry["text"], buttons, entry["id"])
