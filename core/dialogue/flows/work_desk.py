"""What a step of a member of staff's talk works with: who acts, what is proven, and how an act is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.dialogue.prompt import Awaits, Prompt, numbered
from core.dialogue.turn import Answer, Outcome, Turn, asks
from core.domain.staff import Role
from core.services.acting import Actor
from core.texts import _

FLOW = "work"
PROVEN = "proven"

# What a role may do in chat; all else is done at the office.
_CHOICES = (
    ("notice", _("work.notice")),
    ("reach", _("work.reach")),
    ("visits", _("work.visits")),
    ("enrol", _("work.enrol")),
)
MAY = {Role.CADRE: _CHOICES, Role.OFFICER: _CHOICES, Role.INSPECTOR: (), Role.ADMIN: ()}


@dataclass(frozen=True)
class Desk:
    """`data` is what the talk has kept so far; `acts` are the acts that need proof, by name."""

    turn: Turn
    actor: Actor
    data: Mapping[str, Any]
    acts: Mapping[str, Callable[..., Outcome]]

    @property
    def contact_id(self) -> int:
        """From where the member of staff speaks."""
        return self.turn.sender.contact_id or 0

    def ask(self, step: str, prompt: Prompt, **kept: Any) -> Outcome:
        """Ask, and keep what is said by name; that the PIN was right is kept as long as the talk goes on."""
        if self.data.get(PROVEN):
            kept[PROVEN] = True
        if prompt.awaits is Awaits.WORDS:
            kept["awaits"] = Awaits.WORDS
        return asks(FLOW, step, prompt, kept)

    def menu(self, notice: str = "") -> Outcome:
        """What the role may do, and nothing else, under `notice`."""
        labels = [(choice, self.turn.say(key)) for choice, key in MAY[self.actor.role]]
        if not labels:
            return Outcome((Prompt(self.turn.say("work.none")),))
        outcome = self.ask("menu", Prompt(self.turn.say("work.title"), numbered(*labels), Awaits.CHOICE))
        return outcome.preceded_by(Prompt(notice)) if notice else outcome

    def proven(self) -> Desk:
        """This desk after the PIN was right."""
        return replace(self, data={**self.data, PROVEN: True})


Step = Callable[[Desk, Answer], Outcome | None]
