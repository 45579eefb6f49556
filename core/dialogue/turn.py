"""One turn of a conversation: what a flow may use, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.dialogue.prompt import Choice, Prompt
from core.dialogue.session import Talk, new_revision
from core.domain.contact import Language
from core.faq import Catalogue, Finder
from core.settings import Settings
from core.texts import Say, speaker

T = TypeVar("T")


@dataclass(frozen=True)
class Sender:
    """Who is speaking: the address on its channel, and what is known of it (no id: it was never heard of before)."""

    channel: str
    address_hash: bytes
    language: Language
    contact_id: int | None = None
    introduced: bool = False
    opted_out: bool = False


@dataclass(frozen=True)
class Turn:
    """What a step of a flow may use. Time is the scheme's; the database session belongs to the door, which commits."""

    session: Session
    vault: Vault
    settings: Settings
    finder: Finder
    catalogue: Catalogue
    sender: Sender
    now: datetime

    @property
    def say(self) -> Say:
        """The texts in the sender's language."""
        return speaker(self.sender.language)

    def in_language(self, language: Language) -> Turn:
        """This turn, speaking `language`."""
        return replace(self, sender=replace(self.sender, language=language))

    def without_transaction(self, work: Callable[[], T]) -> T:
        """The result of slow `work` that needs no record; the transaction, still only read from, is let go for it."""
        self.session.rollback()
        return work()


@dataclass(frozen=True)
class Answer:
    """What the person said to a prompt: the words, and the id of the choice that they mean, where they mean one."""

    text: str
    choice: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a step says, where the talk stands after it (None: at the main menu), and what it changes about the sender:
    the language from now on, and whether he wants unasked messages (None: as before)."""

    prompts: tuple[Prompt, ...]
    talk: Talk | None = None
    language: Language | None = None
    opted_out: bool | None = None

    def preceded_by(self, *prompts: Prompt) -> Outcome:
        """This outcome with `prompts` said first."""
        return replace(self, prompts=(*prompts, *self.prompts))


class Flow(Protocol):
    """A talk about one thing."""

    name: str

    def start(self, turn: Turn) -> Outcome:
        """Begin."""
        ...

    def resume(self, turn: Turn, talk: Talk, answer: Answer) -> Outcome | None:
        """Take an answer. None: it was none of what was asked, and may be taken as at the main menu."""
        ...

    def back(self, turn: Turn, talk: Talk) -> Outcome | None:
        """Ask the question before again. None: there is none."""
        ...


def asks(flow: str, step: str, prompt: Prompt, data: dict[str, Any] | None = None) -> Outcome:
    """The outcome that asks `prompt` and remembers its choices as shown."""
    shown: tuple[Choice, ...] = prompt.choices
    talk = Talk(flow, step, data or {}, tuple(f"{choice.digit}={choice.id}" for choice in shown), new_revision())
    return Outcome((prompt,), talk)
