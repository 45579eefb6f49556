"""The drill: run, back up, go on, lose the disk, restore, go on. No message twice, no decision lost unnamed."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from core import audit
from core.audit.heads import append_head, read_heads
from core.audit.journal import keep_journal
from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, transaction
from core.delivery.outbox import IN_DOUBT, MessageKind, OutboxRow, State, enqueue
from core.domain.person import Person
from core.domain.stage import Stage
from core.errors import NotAllowed
from core.migrations.run import Standing, standing
from core.reminders.planner import Planner
from core.services.acting import Actor, Role
from core.services.advancing.one import advance
from core.services.backup.archive import unpacked
from core.services.backup.restoring import Places, Restored, restore_backup
from tests.core.delivery.letters import ASKED, MUTE, OWN_ID
from tests.core.reminders.people import People, at, rows, settle_all
from tests.core.services.backup.conftest import Office
from tests.engines import on_sqlite

BACKUP, LOST, BACK = at(2026, 5, 16, 18), at(2026, 5, 17, 12), at(2026, 5, 17, 15)


@pytest.fixture
def people(sessions: Sessions, vault: Vault) -> People:
    """Two villagers with phones, in an open district list; the trail is not empty."""
    with transaction(sessions) as session:
        people = People(session, vault)
        people.add("listed", Stage.DISTRICT_LISTED)
        people.add("neighbour")
        audit.note(session, vault, None, "window", "D", at(2026, 5, 1))
    return people


@pytest.fixture
def places(office: Office) -> Places:
    """Where the keys, the exported heads and the journal lie; the latter two survive."""
    return Places(office.keys_dir, office.folder / "heads.txt", office.folder / "elsewhere" / "journal.txt")


def lose_the_disk(engine: Engine, keys_dir: Path) -> None:
    """Neither database nor keys are there any more."""
    if engine.dialect.name == "sqlite":
        engine.dispose()
        for path in Path(str(engine.url.database)).parent.glob("jiangfu.db*"):
            path.unlink()
    else:
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    shutil.rmtree(keys_dir)


def restore(office: Office, archive: Path, places: Places, channels=None, replace: bool = False, now=BACK) -> Restored:
    """Restore it as the command does."""
    with unpacked(archive, office.identity, office.folder) as folder:
        return restore_backup(office.engine, folder, places, channels or {"sms": ASKED}, replace, now)


def ref_of(sessions: Sessions, people: People, word: str) -> str:
    """That person's reference."""
    with transaction(sessions) as session:
        return session.get(Person, people.ids[word]).ref


def test_the_drill(office: Office, sessions: Sessions, vault: Vault, people: People, places: Places) -> None:
    """What went out in the lost time does not go out again; what was decided in it is named; the year goes on."""
    keep_journal(sessions, places.journal)
    planner, ref = Planner(sessions), ref_of(sessions, people, "listed")
    planner.run(at(2026, 5, 8, 9))
    settle_all(sessions, at(2026, 5, 8, 9))
    opened = [(row.person_id, row.text_key) for row in rows(sessions)]
    archive = office.back_up(BACKUP)

    planner.run(at(2026, 5, 17, 9))  # the list closes tomorrow: everybody is told
    told = Counter((row.person_id, row.text_key, row.event) for row in rows(sessions))
    settle_all(sessions, at(2026, 5, 17, 9))
    actor = Actor(people.district.staff[Role.OFFICER, "D"], Role.OFFICER, people.district.areas["D"])
    with transaction(sessions) as session:
        advance(session, vault, ref, Stage.CONFIRMED, actor, "", LOST)
        append_head(places.heads, audit.head(session))
    lose_the_disk(office.engine, office.keys_dir)

    done = restore(office, archive, places)
    assert [line.split("\t")[2:] for line in done.lost_acts] == [[str(actor.staff_id), "advance", ref]]
    assert [(row.person_id, row.text_key) for row in rows(sessions)] == opened
    Planner(sessions).run(BACK)
    again = {row for row in rows(sessions) if row.text_key == "remind.list_closes"}
    assert {(row.person_id, row.text_key, row.event) for row in again} < set(told)
    assert {row.state for row in again} == {State.UNKNOWN}
    assert [row for row in rows(sessions) if row.state in {State.QUEUED, State.SENDING}] == []
    with transaction(sessions) as session:
        advance(session, vault, ref, Stage.CONFIRMED, actor, "", BACK)
    assert [row.text_key for row in rows(sessions) if row.state is State.QUEUED] == ["remind.confirmed"]
    assert audit.verify(sessions, Vault(office.keys_dir), read_heads(places.heads) if places.heads.exists() else [])


def waiting(sessions: Sessions, vault: Vault, contact_id: int, **more: object) -> None:
    """A message that waits when the backup is made."""
    with transaction(sessions) as session:
        number = session.query(OutboxRow).count()
        common = {"contact_id": contact_id, "text_key": "remind.paid", "event": f"payout:{number}"}
        enqueue(session, vault, kind=MessageKind.DECISION, now=BACKUP, expires_at=at(2026, 6, 1), **common)
        session.flush()
        row = session.query(OutboxRow).order_by(OutboxRow.id.desc()).first()
        for name, value in more.items():
            setattr(row, name, value)


@pytest.mark.parametrize(("channel", "asked_for"), [(ASKED, [1]), (OWN_ID, [0, 1, 2]), (MUTE, [])])
def test_what_waited_is_asked_after_or_given_up(
    office: Office, sessions: Sessions, vault: Vault, people: People, places: Places, channel, asked_for
) -> None:
    """Only where the gateway can tell the message is it tried again, in doubt, so that it is asked after first."""
    with transaction(sessions) as session:
        people.session = session
        contact_id = people.phone("listed").id
    for more in ({}, {"code": "123456"}, {"state": State.SENDING}):
        waiting(sessions, vault, contact_id, **more)
    before = rows(sessions)
    done = restore(office, office.back_up(BACKUP), places, {"sms": channel}, replace=True)
    after = rows(sessions)
    doubted = [number for number, row in enumerate(after) if row.state is State.QUEUED]
    assert doubted == asked_for
    assert {(row.error, row.sent_at) for row in after if row.state is State.QUEUED} <= {(IN_DOUBT, BACKUP)}
    assert done.unsure == 3 - len(asked_for)
    waiting(sessions, vault, contact_id)
    assert rows(sessions)[-1].id > before[-1].id + 1000


@on_sqlite
def test_records_are_never_overwritten_unasked(
    office: Office, sessions: Sessions, people: People, places: Places
) -> None:
    """Without --replace nothing changes; with it what was there is set aside."""
    archive = office.back_up(BACKUP)
    with pytest.raises(NotAllowed, match="--replace"):
        restore(office, archive, places)
    restore(office, archive, places, replace=True)
    assert [path.name for path in office.keys_dir.iterdir()] != ["data-keys.json"]
    assert standing(office.engine) is Standing.CURRENT


@pytest.fixture
def another(database_url: str) -> Iterator[Engine]:
    """Another process's connection."""
    engine = open_engine(database_url)
    with engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM areas"))
        connection.rollback()
        yield engine
    engine.dispose()


def test_nothing_is_replaced_under_a_running_line(
    office: Office, people: People, places: Places, another: Engine
) -> None:
    """Whoever has the database open, idle or not, keeps it."""
    with pytest.raises(NotAllowed, match="running"):
        restore(office, office.back_up(BACKUP), places, replace=True)
    assert not (office.folder / "heads.txt").exists()


@on_sqlite
def test_a_journal_that_began_late_names_what_it_has(
    office: Office, sessions: Sessions, vault: Vault, people, places
) -> None:
    """The acts in it are compared by their instant; a disk that is away stops no act."""
    archive = office.back_up(BACKUP)
    keep_journal(sessions, places.journal)
    with transaction(sessions) as session:
        audit.note(session, vault, None, "set_pin", "staff 1", LOST)
    assert [line.split("\t")[3] for line in restore(office, archive, places, replace=True).lost_acts] == ["set_pin"]
    places.journal.parent.rename(places.journal.parent.with_name("taken"))
    places.journal.parent.write_text("in the way")
    with transaction(sessions) as session:
        audit.note(session, Vault(office.keys_dir), None, "set_pin", "staff 1", BACK)
        assert audit.head(session).sequence == 3
