"""What passes between a channel and the dialogue: one inbound message, and the prompts that answer it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

KEPT_BLOCK = 768


class Kind(StrEnum):
    """What an inbound message is made of; only words and buttons can be answered."""

    WORDS = "words"
    BUTTON = "button"
    EDITED = "edited"
    MEDIA = "media"


class Awaits(StrEnum):
    """What kind of answer a prompt waits for."""

    NOTHING = "nothing"
    CHOICE = "choice"
    DIGITS = "digits"
    DATE = "date"
    WORDS = "words"


@dataclass(frozen=True)
class Inbound:
    """One message from a phone. `provider_id` is the provider's own and never comes twice for two messages.

    A pressed button carries the revision that it was shown with and the id of its choice. `erasable`: our side can have
    the message and the answer to it deleted where they passed.
    """

    channel: str
    address: str
    provider_id: str
    text: str = ""
    kind: Kind = Kind.WORDS
    revision: int = 0
    choice: str = ""
    language: str = ""
    erasable: bool = False


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen; `digit` is what a keypad phone sends for it."""

    id: str
    label: str
    digit: str


@dataclass(frozen=True)
class Prompt:
    """One message to the person: a text, and what may be answered."""

    text: str
    choices: tuple[Choice, ...] = ()
    awaits: Awaits = Awaits.NOTHING


@dataclass(frozen=True)
class Reply:
    """All that is said in answer to one message; it may be nothing. `revision` goes into the buttons. `erase`: message
    and answer are to be deleted wherever they passed."""

    prompts: tuple[Prompt, ...]
    revision: int = 0
    erase: bool = False

    def to_json(self) -> str:
        """As kept in the inbox: padded, so that its length does not tell which answer it is."""
        prompts = [[p.text, [[c.id, c.label, c.digit] for c in p.choices], p.awaits] for p in self.prompts]
        kept = json.dumps([self.revision, prompts, self.erase], ensure_ascii=False)
        return kept + " " * (-len(kept.encode()) % KEPT_BLOCK)

    @classmethod
    def from_json(cls, text: str) -> Reply:
        """The reply that `to_json` wrote."""
        revision, prompts, *erase = json.loads(text)
        return cls(
            tuple(
                Prompt(said, tuple(Choice(*c) for c in choices), Awaits(awaits)) for said, choices, awaits in prompts
            ),
            revision,
            erase == [True],
        )


def numbered(*choices: tuple[str, str]) -> tuple[Choice, ...]:
    """Choices from (id, label) pairs, with the digits 1, 2, 3 …"""
    return tuple(Choice(choice, label, str(number)) for number, (choice, label) in enumerate(choices, 1))
