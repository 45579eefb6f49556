"""A full disk: who writes hears that nothing was saved, what is there can be read, and room heals all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import count as count_up
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, text

from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, transaction
from core.delivery.inbox import InboxRow
from core.delivery.loop import Loop
from core.delivery.outbox import State
from core.domain.contact import Contact
from core.errors import Unavailable
from core.heartbeat import Heartbeat
from core.settings import Settings
from demo.loopback import LoopbackServer
from sms.app import create_app
from tests.core.delivery.letters import OTHER, PHONE, ScriptedSender, contact, reminder, row, words
from tests.lines import count, eventually, make_line
from tests.rows import NOON
from tests.sms.conftest import PUBLIC, TOKEN, Twilio, said
from tests.stopped_clock import StoppedClock
from tests.torture.small_disk import SmallDisk, small_disk

NOT_SAVED = "没存上，请过几分钟再发一次。Not saved, try again later."


@pytest.fixture
def disk(tmp_path: Path, record_property: Callable[[str, object], None]) -> Iterator[SmallDisk]:
    """A disk of the test's own."""
    with small_disk(tmp_path / "disk") as small:
        record_property("disk", "tmpfs" if small.mounted else "max_page_count")
        yield small


@pytest.fixture
def database_url(disk: SmallDisk, _sqlite_template: Path) -> str:
    """An empty database on it."""
    return f"sqlite:///{shutil.copyfile(_sqlite_template, disk.folder / 'jiangfu.db')}"


@pytest.fixture
def twilio(
    engine: Engine, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings]
) -> Iterator[Twilio]:
    """Twilio, in front of a line whose database lies there."""
    line = make_line(sessions, vault, scheme_clock, settings(twilio_auth_token=TOKEN, public_url=PUBLIC))
    with LoopbackServer(create_app(line)) as server, httpx.Client(base_url=server.url, trust_env=False) as http:
        yield Twilio(http)


def test_a_full_disk(twilio: Twilio, disk: SmallDisk, engine: Engine, sessions: Sessions, database_url: str) -> None:
    """On a full disk every sender is told that nothing was saved, and may try again; what was there is read by the line
    and by a command that starts just then, and is whole; when there is room, the same message gets its true answer."""
    assert said(twilio.text("菜单", "SM1")) != [NOT_SAVED]
    kept = count(sessions, InboxRow, Contact)
    disk.fill(engine)
    # The write-ahead log is used again from its start, so the first messages may still find room there.
    refused = next((sid for sid in range(2, 400) if said(twilio.text("2", f"SM{sid}")) == [NOT_SAVED]), None)
    assert refused is not None
    for sid in range(refused, refused + 20):
        assert said(twilio.text("2", f"SM{sid}")) == [NOT_SAVED]
    rows = count(sessions, InboxRow, Contact)
    assert rows == [kept[0] + refused - 2, kept[1]]
    assert _read_by_another(database_url) == rows
    disk.clear(engine)
    assert said(twilio.text("2", f"SM{refused}")) != [NOT_SAVED]
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def test_the_disk_fills_while_a_message_is_with_the_provider(
    disk: SmallDisk, engine: Engine, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock,
    settings: Callable[..., Settings],
) -> None:  # fmt: skip
    """What the provider took is kept in mind until it can be noted, and nothing more is begun; then it is noted, once
    sent."""
    if not disk.mounted:
        pytest.skip("a disk of its own can't be mounted here; SQLite's limit on pages lets updates through")
    written = [reminder(sessions, vault, contact(sessions, vault, phone)) for phone in (PHONE, OTHER)]
    sender = ScriptedSender(script=[lambda _message: _fill_to_the_end(disk, engine, sessions)])
    loop = Loop(sessions, vault, scheme_clock, settings(), [sender], words(vault), at_once=0)
    loop.step()
    for _ in range(5):
        with pytest.raises(Unavailable):
            loop.step()
    assert [row(sessions, row_id).state for row_id in written] == [State.SENDING, State.QUEUED]
    disk.clear(engine)
    eventually(lambda: not loop.step() and len(sender.sent) == len(written))
    assert [message.row_id for message in sender.sent] == written
    assert {row(sessions, row_id).state for row_id in written} == {State.SENT}


def _fill_to_the_end(disk: SmallDisk, engine: Engine, sessions: Sessions) -> None:
    """Fill the disk, and what room the database had kept for itself."""
    disk.fill(engine)
    for part in count_up():
        try:
            with transaction(sessions) as session:
                session.add(Heartbeat(part=str(part), beat_at=NOON))
        except Unavailable:
            return


def _read_by_another(database_url: str) -> list[int]:
    """What another process would count."""
    other = open_engine(database_url)
    with other.connect() as connection:
        rows = [
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in ("inbox", "contacts")
        ]
    other.dispose()
    return rows
