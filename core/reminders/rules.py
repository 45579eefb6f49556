"""The table of reminders (`rules.yaml`), read and checked: what could not be planned or said is an error at once."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.delivery.outbox import MessageKind
from core.domain.contact import Language
from core.errors import JiangfuError
from core.policy import calendar
from core.reminders.audience import Audience
from core.texts import catalogue


class RuleError(JiangfuError):
    """The table of reminders (core/reminders/rules.yaml) is malformed."""


class Anchor(StrEnum):
    """What a reminder hangs on."""

    OPENS = "opens"
    CLOSES = "closes"
    MOVED = "moved"
    FACT = "fact"


class Rule(BaseModel):
    """One entry of the table; the comments there say what each field means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    anchor: Anchor
    windows: tuple[str, ...] = ()
    days: int = 0
    at: time | None = None
    audience: Audience
    channels: tuple[Literal["sms", "telegram"], ...] = Field(min_length=1)
    text: str
    kind: MessageKind
    until: Literal["opens", "closes"] | int

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        on_a_day = self.anchor in {Anchor.OPENS, Anchor.CLOSES}
        if on_a_day != (self.at is not None):
            raise ValueError("`at` goes with `opens` and `closes`")
        if (self.anchor is Anchor.FACT) != isinstance(self.until, int):
            raise ValueError("`until` is a day of the window, and for a fact a number of days")
        if (self.anchor is Anchor.FACT) == bool(self.windows):
            raise ValueError("`windows` goes with everything but a fact")
        if (self.anchor is Anchor.FACT) != (self.audience is Audience.THE_PERSON):
            raise ValueError("`the_person` goes with a fact")
        if unknown := set(self.windows) - set(calendar.window_names()):
            raise ValueError(f"the calendar has no window {min(unknown)}")
        if any(self.text not in catalogue(language) for language in Language):
            raise ValueError(f"a catalogue has no text {self.text}")
        return self


def read(text: str) -> tuple[Rule, ...]:
    """The rules in `text` (YAML). Raises RuleError naming the first entry that is wrong."""
    rules: list[Rule] = []
    for number, entry in enumerate(yaml.safe_load(text), start=1):
        name = entry.get("name", f"number {number}")
        try:
            rules.append(Rule.model_validate(entry))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise RuleError(f"Reminder {name}: {place} {first['msg']}".replace("  ", " ")) from None
    for what in ("name", "text"):
        values = [getattr(rule, what) for rule in rules]
        if twice := {value for value in values if values.count(value) > 1}:
            raise RuleError(f"Two reminders have the {what} {min(twice)}.")
    return tuple(rules)


@cache
def rules() -> tuple[Rule, ...]:
    """All reminders of the scheme."""
    return read(resources.files("core.reminders").joinpath("rules.yaml").read_text(encoding="utf-8"))


@cache
def rule_of_text(text_key: str) -> Rule | None:
    """The rule that speaks in that text; None where no reminder does."""
    return next((rule for rule in rules() if rule.text == text_key), None)
