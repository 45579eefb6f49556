"""A village with people whom a message reaches in every way, and in none; its cadre, and the officers over him."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow, State
from core.domain.contact import Contact
from core.domain.notice import Notice
from core.domain.person import Person
from core.domain.staff import Role
from core.domain.stage import Stage
from core.domain.visit import Visit
from core.reminders.compose import Composer
from core.services.acting import Actor
from core.services.notices.sending import send
from core.services.notices.writing import Draft, write
from core.settings import Settings
from tests.core.reminders.people import People
from tests.stopped_clock import MID_MAY, StoppedClock

WORDS = "{surname}老人家，{village}明天上午在村部收材料。"
DAY = timedelta(days=1)


@dataclass
class Village:
    """T1V1: `phone` has a phone, `chat` a chat besides, `nothing` neither, `silent` has opted out, `home` a phone and
    service at home, `gone` has died. T1V2: `elsewhere`."""

    sessions: Sessions
    vault: Vault
    settings: Settings
    ids: dict[str, int] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def settle(self) -> Village:
        """Put them there."""
        with transaction(self.sessions) as session:
            people = People(session, self.vault)
            for word in ("phone", "chat", "silent", "home"):
                people.add(word, Stage.DECLARED)
            people.add("nothing", phone="")
            people.add("gone", Stage.CEASED)
            people.add("elsewhere", village="T1V2")
            people.chat("chat")
            people.phone("silent").opted_out_at = MID_MAY
            session.execute(update(Contact).values(introduced_at=MID_MAY))
            session.execute(update(Person).where(Person.id == people.ids["home"]).values(home_visit=True))
            self.ids = people.ids
            district = people.district
        roles = {"cadre": (Role.CADRE, "T1V1"), "officer": (Role.OFFICER, "D"), "township": (Role.OFFICER, "T1"),
                 "inspector": (Role.INSPECTOR, "D")}  # fmt: skip
        self.actors = {
            word: Actor(district.staff[role, area], role, district.areas[area]) for word, (role, area) in roles.items()
        }
        return self

    def write(self, who: str = "cadre", now: datetime = MID_MAY, **said: Any) -> int:
        """A draft; its number."""
        with transaction(self.sessions) as session:
            return write(session, self.vault, self.actors[who], Draft(**{"words": WORDS, **said}), now).id

    def send(self, number: int, who: str = "cadre", now: datetime = MID_MAY, **how: Any) -> Notice:
        """Confirm it as it stands."""
        with transaction(self.sessions) as session:
            revision = session.get_one(Notice, number).revision
            return send(session, self.vault, self.settings, self.actors[who], number, revision, now, **how)

    def sent(self, **said: Any) -> int:
        """A notice on its way; its number."""
        number = self.write(**said)
        self.send(number)
        return number

    def rows(self, text_key: str = "notice") -> dict[tuple[str, int], OutboxRow]:
        """What the outbox holds of that text, by person and turn."""
        words = {person_id: word for word, person_id in self.ids.items()}
        with transaction(self.sessions) as session:
            rows = session.scalars(select(OutboxRow).where(OutboxRow.text_key == text_key).order_by(OutboxRow.id))
            return {(words.get(row.person_id or 0, "?"), row.turn): row for row in rows}

    def settle_row(self, who: str, state: State, at: datetime = MID_MAY, turn: int = 0, **values: Any) -> None:
        """Let that message have gone so far."""
        with transaction(self.sessions) as session:
            whose = OutboxRow.person_id == self.ids[who], OutboxRow.turn == turn, OutboxRow.text_key == "notice"
            session.execute(update(OutboxRow).where(*whose).values(state=state, sent_at=at, code="482913", **values))

    def visits(self) -> dict[str, Visit]:
        """The visits, by person."""
        words = {person_id: word for word, person_id in self.ids.items()}
        with transaction(self.sessions) as session:
            return {words[visit.person_id]: visit for visit in session.scalars(select(Visit))}

    def text(self, row: OutboxRow, now: datetime = MID_MAY) -> str:
        """The words of a message as they would leave now."""
        composer = Composer(self.vault, self.settings, StoppedClock(now))
        with transaction(self.sessions) as session:
            return composer(session, row, session.get_one(Contact, row.contact_id))


def village(sessions: Sessions, vault: Vault, settings: Callable[..., Settings], **how: Any) -> Village:
    """A village over that database."""
    return Village(sessions, vault, settings(**how)).settle()
