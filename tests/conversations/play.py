"""One story played on one channel, step by step, against the line on the stage."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import update

from core.db import transaction
from core.domain.contact import Contact
from tests.conversations.officers import decide_last
from tests.conversations.phones import Chat, Heard, KeypadPhone, are_as_written
from tests.conversations.picture import counts, picture
from tests.conversations.register import Entry, contact_at, enter
from tests.conversations.script import CHANNELS, Story, span
from tests.conversations.stage import Stage
from tests.scheduler.duties import work
from tests.stopped_clock import SHANGHAI

ADDRESSES = {"sms": "+8613800138000", "telegram": "5001"}
# What is drawn at random: the number of a case, in its groups, and the code of a board.
CASE_NUMBER = re.compile(r"\d{3} \d{3} \d{4}")
BOARD_CODE = re.compile(r"(?<=码)\d{4}|(?<=code )\d{4}")
OTHERS = {"home": ("sms", "+8613900139000"), "chat": ("telegram", "6001")}

Phone = KeypadPhone | Chat


class Play:
    """One story on one channel. With `rewriting`, what comes back is put into the story instead of compared."""

    def __init__(self, stage: Stage, story: Story, channel: str, rewriting: bool) -> None:
        self._stage, self._story, self._rewriting = stage, story, rewriting
        # The first channel of a story writes what all have in common; another one, only where it differs.
        first = story.get("channels", CHANNELS)[0]
        self._mark = "" if channel == first else f" on {channel}"
        self._people = {"me": (channel, ADDRESSES[channel]), **OTHERS}
        self._phones: dict[str, Phone] = {}
        self._heard: list[Heard] = []
        self._in_script: list[str] = []
        self._code = ""
        self._number = ""

    def run(self) -> None:
        """From the register to the database after."""
        if self._rewriting:
            self._forget_differences()
        before = self._prepare()
        for step in self._story["talk"]:
            self._take(step)
        with transaction(self._stage.line.sessions) as session:
            self._compare(self._story, "after", picture(session, self._stage.vault, before, self._people))

    def _prepare(self) -> dict[str, int]:
        if begins := self._story.get("begins"):
            self._stage.clock.move(to=datetime.fromisoformat(str(begins)).replace(tzinfo=SHANGHAI))
        vault = self._stage.vault
        with transaction(self._stage.line.sessions) as session:
            enter(session, vault, [self._entry(known) for known in self._story.get("register", [])])
            if self._story.get("acquainted"):
                contact_at(session, vault, *self._people["me"])
                session.execute(update(Contact).values(introduced_at=self._stage.clock.now()))
            return counts(session)

    def _entry(self, known: dict[str, Any]) -> Entry:
        fields = {name: value for name, value in known.items() if name != "phones"}
        return Entry(**fields, contacts=tuple(self._people[name] for name in known.get("phones", [])))

    def _take(self, step: dict[str, Any]) -> None:
        if "waits" in step:
            self._stage.clock.move(span(step["waits"]))
        elif "restarts" in step:
            self._stage.restart()
        elif "tidies" in step:
            work(self._stage.line, "tidy")
        elif "delivers" in step:
            self._compare(step, "arrives", self._deliver())
        elif "decides" in step:
            self._decide(step["decides"], step.get("reason", ""))
        else:
            heard = self._act(self._phone(step.get("by", "me")), step)
            self._heard = [self._without_chance(message) for message in heard]
            self._listen(step)

    def _decide(self, verdict: str, reason: str) -> None:
        with transaction(self._stage.line.sessions) as session:
            decide_last(session, self._stage.vault, verdict, reason, self._stage.clock.now())

    def _without_chance(self, heard: Heard) -> Heard:
        """The message with `#` for every digit drawn at random; the last number of a case is noted."""
        self._number = "".join(CASE_NUMBER.findall(heard.text)[-1:]) or self._number
        text = CASE_NUMBER.sub("### ### ####", heard.text)
        return replace(heard, text=BOARD_CODE.sub("####", text))

    def _phone(self, name: str) -> Phone:
        if name not in self._phones:
            channel, address = self._people[name]
            chats = channel == "telegram"
            self._phones[name] = Chat(self._stage, int(address)) if chats else KeypadPhone(self._stage, address)
        return self._phones[name]

    def _act(self, phone: Phone, step: dict[str, Any]) -> list[Heard]:
        if "says" in step:
            text = str(step["says"])
            return self._say(phone, text.replace("{code}", self._code).replace("{number}", self._number))
        if "picture" in step:
            return phone.sends_picture()
        assert isinstance(phone, Chat), "only a chat has buttons and edited messages"
        return phone.edits(step["edits"]) if "edits" in step else phone.presses(step["presses"], "oldest" in step)

    def _say(self, phone: Phone, text: str) -> list[Heard]:
        """On a keypad a digit is typed; in a chat its button is pressed where the last message has it."""
        label = self._button_for(text)
        return phone.presses(label) if label and isinstance(phone, Chat) else phone.says(text)

    def _button_for(self, digit: str) -> str:
        lines = (line for text in self._in_script for line in text.split("\n"))
        written = {line.partition(" ")[2] for line in lines if line.startswith(f"{digit} ")}
        return next((label for heard in self._heard for label, _data in heard.buttons if label in written), "")

    def _listen(self, step: dict[str, Any]) -> None:
        self._in_script = _as_list(self._written(step, "hears"))
        if are_as_written(self._heard, self._in_script):
            return
        heard = [str(message) for message in self._heard]
        if not self._rewriting:
            assert heard == self._in_script, f"after {step}"
        self._in_script = heard
        step[f"hears{self._mark}"] = heard[0] if len(heard) == 1 else heard

    def _deliver(self) -> dict[str, str]:
        names = {address: name for name, (_channel, address) in self._people.items()}
        arrived = {names[number]: text for number, text in self._stage.deliver()}
        for text in arrived.values():
            self._code = "".join(re.findall(r"\d{6}", text)) or self._code
        return {name: re.sub(r"\d{6}", "######", text) for name, text in arrived.items()}

    def _compare(self, place: dict[str, Any], key: str, found: Any) -> None:
        written = self._written(place, key)
        if not self._rewriting:
            assert found == written
        elif found != written:
            place[f"{key}{self._mark}"] = found

    def _written(self, place: dict[str, Any], key: str) -> Any:
        return place.get(f"{key}{self._mark}", place.get(key))

    def _forget_differences(self) -> None:
        for place in (self._story, *self._story["talk"]):
            for key in [key for key in place if self._mark and key.endswith(self._mark)]:
                del place[key]


def _as_list(written: str | list[str] | None) -> list[str]:
    return [written] if isinstance(written, str) else list(written or ())
