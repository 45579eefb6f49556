"""One turn of a conversation: what a flow may use, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from core.confidentiality.receipt import Cost
from core.confidentiality.report_keys import ReportKeys
from core.confidentiality.tries import Tries
from core.confidentiality.vault import Vault
from core.dialogue.choices import as_shown
from core.dialogue.prompt import Awaits, Prompt
from core.dialogue.session import Talk, new_revision
from core.domain.contact import Language
from core.faq import Catalogue, Finding
from core.services.status import Standing
from core.settings import Settings
from core.texts import Say, speaker


@dataclass(frozen=True)
class Hardening:
    """A receipt to be hardened at a cost; an empty one is drawn first."""

    receipt: str = field(repr=False)
    cost: Cost


@dataclass(frozen=True)
class Hardened:
    """A receipt and what it was hardened to."""

    receipt: str = field(repr=False)
    key: bytes = field(repr=False)


class Pondering(Exception):
    """What takes long must be worked out before the turn can be taken: the topic of a policy question, or a receipt."""

    def __init__(self, question: str | Hardening) -> None:
        super().__init__()
        self.question = question


@dataclass(frozen=True)
class Sender:
    """Who is speaking: the address on its channel, what is known of it (no id: it was never heard of before), and where
    the applications of those whom it serves stand. `erasable`: where the message passed it can be deleted."""

    channel: str
    address_hash: bytes
    language: Language
    contact_id: int | None = None
    introduced: bool = False
    opted_out: bool = False
    serves: tuple[Standing, ...] = ()
    erasable: bool = False


@dataclass(frozen=True)
class Turn:
    """What a step of a flow may use. Time is the scheme's; the database session belongs to the door, which commits."""

    session: Session
    vault: Vault
    settings: Settings
    catalogue: Catalogue
    findings: Mapping[str | Hardening, Any]
    sender: Sender
    now: datetime
    tries: Tries = field(default_factory=Tries)

    @property
    def say(self) -> Say:
        """The texts in the sender's language."""
        return speaker(self.sender.language)

    def in_language(self, language: Language) -> Turn:
        """This turn, speaking `language`."""
        return replace(self, sender=replace(self.sender, language=language))

    def find(self, question: str) -> Finding:
        """The topic of a policy question. Raises Pondering where it was not looked up yet: that takes milliseconds,
        in which no transaction may stand open; the turn is then taken again from the beginning."""
        if question not in self.findings:
            raise Pondering(question)
        found: Finding = self.findings[question]
        return found

    def harden(self, receipt: str, cost: Cost) -> Hardened | None:
        """The receipt hardened, or a new one where it is empty; None where too many wait for theirs. Raises Pondering
        as `find` does: it takes part of a second of another process, and the turn is taken again after it."""
        hardening = Hardening(receipt, cost)
        if hardening not in self.findings:
            raise Pondering(hardening)
        hardened: Hardened | None = self.findings[hardening]
        return hardened

    @property
    def report_keys(self) -> ReportKeys:
        """The keys that lie over the inspectors' seal."""
        return ReportKeys(self.settings.report_keys_dir)


@dataclass(frozen=True)
class Answer:
    """What the person said to a prompt: the words, and the id of the choice that they mean, where they mean one."""

    text: str
    choice: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a step says, where the talk stands after it (None: at the main menu), and what it changes about the sender:
    the language from now on, and whether he wants unasked messages (None: as before). `erase`: the message and what is
    said to it are to be deleted wherever they passed."""

    prompts: tuple[Prompt, ...]
    talk: Talk | None = None
    language: Language | None = None
    opted_out: bool | None = None
    erase: bool = False

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
    shown = tuple(map(as_shown, prompt.choices))
    talk = Talk(flow, step, data or {}, shown, new_revision(), answered=prompt.awaits is Awaits.NOTHING)
    return Outcome((prompt,), talk)
