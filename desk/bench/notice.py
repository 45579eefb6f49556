"""`bench notice`: a notice from its confirmation to all rows waiting, and its preview, each beside bare statements."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Engine, Table, delete, func, insert, inspect, literal, select, text

from core import logs
from core.confidentiality import keys
from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, open_sessions, transaction
from core.delivery.outbox import PRIORITIES, MessageKind, State
from core.domain.area import Area, Level
from core.domain.contact import Contact, ContactPerson
from core.domain.notice import Notice
from core.domain.person import Person
from core.domain.staff import Role, Staff
from core.migrations.run import upgrade
from core.services.acting import Actor
from core.services.notices.addressing import persons_of
from core.services.notices.preview import preview
from core.services.notices.sending import send
from core.services.notices.wording import FRAME
from core.services.notices.writing import Draft, write
from core.settings import Settings
from desk.bench import plan_raw
from desk.bench.plan import clear
from desk.bench.register import fill

NOON = datetime(2026, 5, 12, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
MONTHS = timedelta(days=90)
WORDS = "{surname}老人家，请到{village}村部交年审材料。"


class Rivals:
    """The seconds that each contestant took, round by round."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Measure the block."""
        began = time.perf_counter()
        yield
        self.seconds.setdefault(name, []).append(time.perf_counter() - began)

    def median(self, name: str) -> float:
        """Of all rounds but the first, which warms up."""
        return statistics.median(self.seconds[name][1:])

    def ratio(self, ours: str, bare: str) -> float:
        """The median of the rounds' own ratios, so that a slow moment of the machine weighs on both sides."""
        pairs = zip(self.seconds[ours][1:], self.seconds[bare][1:], strict=True)
        return statistics.median(mine / other for mine, other in pairs)


def run(folder: Path, recipients: int, rounds: int, url: str) -> dict[str, object]:
    """Send a notice to `recipients` in each of `rounds` rounds on the empty database at `url`, beside the bare
    statements; the database is emptied at the end. Raises UsageError where it is not empty at the beginning."""
    logs.configure("WARNING")
    engine = open_engine(url)
    if inspect(engine).get_table_names():
        raise click.UsageError("The database of `bench notice` must be empty: it is filled, and emptied at the end.")
    try:
        keys.ensure(folder / "keys")
        upgrade(engine)
        return _measured(engine, Vault(folder / "keys"), _settings(folder, url), recipients, rounds)
    finally:
        clear(engine)


def _measured(engine: Engine, vault: Vault, settings: Settings, recipients: int, rounds: int) -> dict[str, object]:
    sessions, rivals = open_sessions(engine), Rivals()
    fill(sessions, vault, recipients)
    actor, raw = _officer(sessions, vault), plan_raw.create(engine)
    rows = 0
    for number in range(rounds):
        with transaction(sessions) as session:
            notice_id = write(session, vault, actor, Draft(f"{WORDS}{number}", ends=NOON + MONTHS), NOON).id
        with rivals.timed("counted"):
            _count(sessions)
        with rivals.timed("previewed"), transaction(sessions) as session:
            preview(session, vault, settings, session.get_one(Notice, notice_id), NOON)
        with rivals.timed("raw"):
            rows = _fill_raw(engine, raw, number)
        with rivals.timed("sent"), transaction(sessions) as session:
            send(session, vault, settings, actor, notice_id, 1, NOON)
        _clear_outbox(engine, raw)
    return {
        "name": "notice",
        "ours": round(rivals.median("sent"), 3),
        "baseline": round(rivals.median("raw"), 3),
        "ratio": round(rivals.ratio("sent", "raw"), 2),
        "preview": round(rivals.median("previewed"), 3),
        "preview_baseline": round(rivals.median("counted"), 3),
        "preview_ratio": round(rivals.ratio("previewed", "counted"), 2),
        "recipients": rows,
        "rounds": rounds,
        "database": engine.dialect.name,
    }


def _count(sessions: Sessions) -> None:
    """A plain count by channel over the same join."""
    with transaction(sessions) as session:
        query = (
            select(Contact.channel, func.count())
            .select_from(Person)
            .join(ContactPerson, ContactPerson.person_id == Person.id, isouter=True)
            .join(Contact, Contact.id == ContactPerson.contact_id, isouter=True)
            .where(persons_of(session.scalars(select(Area.id)).all()))
            .group_by(Contact.channel)
        )
        session.execute(query).all()


def _fill_raw(engine: Engine, raw: Table, number: int) -> int:
    """The same rows by one statement; how many."""
    constants = {
        "kind": MessageKind.NOTICE, "priority": PRIORITIES[MessageKind.NOTICE], "text_key": FRAME,
        "event": f"notice:{number}", "turn": 0, "created_at": NOON, "not_before": NOON, "expires_at": NOON + MONTHS,
        "state": State.QUEUED, "attempts": 0,
    }  # fmt: skip
    values = [literal(value, raw.c[name].type) for name, value in constants.items()]
    rows = select(Contact.id, Person.id, *values).join_from(Person, ContactPerson).join(Contact)
    with engine.begin() as connection:
        areas = connection.scalars(select(Area.id)).all()
        statement = insert(raw).from_select(["contact_id", "person_id", *constants], rows.where(persons_of(areas)))
        return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def _clear_outbox(engine: Engine, raw: Table) -> None:
    """What one round wrote is no burden to the next."""
    with engine.begin() as connection:
        connection.execute(delete(raw))
        connection.execute(delete(plan_raw.OUTBOX))
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))  # as autovacuum does a minute later


def _officer(sessions: Sessions, vault: Vault) -> Actor:
    with transaction(sessions) as session:
        district = session.scalars(select(Area.id).where(Area.level == Level.DISTRICT)).one()
        member = Staff(
            name=vault.seal(Staff.name, "周建明"), role=Role.OFFICER, area_id=district,
            phone=vault.seal(Staff.phone, "+8613900000000"), phone_hash=vault.lookup("staff_phone", "+8613900000000"),
        )  # fmt: skip
        session.add(member)
        session.flush()
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))  # as autovacuum does after an import
        return Actor(member.id, Role.OFFICER, district)


def _settings(folder: Path, url: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": url,
            "keys_dir": folder / "keys",
            "quiet_hours": "00:00-00:00",
            "notice_alone_most": 10_000_000,
            "sms_rate": 1000,
        }
    )
