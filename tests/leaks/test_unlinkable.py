"""An attacker with the whole database, the server's keys and the report keys tries to link a day's fifty reports to its
two hundred contacts. Neither who reported nor which report is whose can be told better than by chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Date, DateTime, inspect, select, text

from core.confidentiality.vault import Vault
from core.db import Base, Sessions, transaction
from core.delivery.inbox import InboxRow, forget_answers
from core.dialogue.session import DialogueSession, forget_ended
from core.domain import report
from core.domain.contact import Contact
from core.domain.report import Report
from core.services.contacts import address_hash
from core.services.reports.drafts import forget_silent
from core.services.reports.filing import Filed
from core.settings import Settings
from tests.core.dialogue.reporting.confidant import BEGIN, Confidant, line_over
from tests.inspectors import Channel, open_channel
from tests.stopped_clock import MID_MAY, SHANGHAI, StoppedClock

CONTACTS, REPORTS = 200, 50
# Of fifty guesses at random one is right on average; so many are by chance less often than once in ten million.
LUCKY = 10
# Five times the spread of a guess that knows nothing.
HALF = 0.5
SPREAD = 0.25

pytestmark = pytest.mark.timeout(300)

Row = Mapping[str, Any]


def phone(number: int) -> str:
    """Of that person."""
    return f"+86138{number:08}"


def a_day(channel: Channel, clock: StoppedClock, draw: random.Random) -> list[int]:
    """Two hundred people use the line between eight and eight; fifty of them report something, in pieces, with other
    people's messages in between, and some do other things too. Who reported, in the order in which they did."""
    line = line_over(channel, clock)
    people = list(range(CONTACTS))
    draw.shuffle(people)
    reporting = people[:REPORTS]
    # Each is somebody's next message; a report is nine of them, the last its number typed back.
    agenda = {number: ["菜单"] if draw.random() < HALF else [] for number in people}
    for number in people:
        agenda[number] += draw.choice((["2"], ["菜单"], ["0"], ["5", "菜单"])) if number not in reporting else []
        if number in reporting:
            length = draw.choice((1, 1, 2, 5))
            agenda[number] += [*BEGIN, *(f"第{number}号说的第{piece}句" for piece in range(length)), "完", "receipt"]
            agenda[number] += draw.choice(([], ["2"], ["菜单"]))
    talkers = {number: Confidant(line, phone(number)) for number in people}
    order: list[int] = []
    clock.move(to=datetime.combine(MID_MAY.date(), time(8), SHANGHAI))
    open_now: list[int] = []
    waiting = list(people)
    draw.shuffle(waiting)
    while waiting or open_now:
        while waiting and len(open_now) < 6:
            open_now.append(waiting.pop())
        number = draw.choice(open_now)
        if not agenda[number]:
            open_now.remove(number)
            continue
        said = agenda[number].pop(0)
        if said == "receipt":
            heard = talkers[number].heard[-1]
            assert heard.startswith("编号：")
            talkers[number].says(heard[3:22])
            order.append(number)
        else:
            talkers[number].says(said)
        clock.move(timedelta(seconds=draw.randrange(2, 12)))
    assert sorted(order) == sorted(reporting)
    return order


def night(channel: Channel, clock: StoppedClock) -> None:
    """What the scheduler does until the next morning."""
    clock.move(to=MID_MAY + timedelta(days=1))
    with transaction(channel.sessions) as session:
        forget_answers(session, clock.now() + timedelta(days=4000))
        forget_silent(session, channel.vault, clock.now())
        forget_ended(session, channel.vault, clock.now())
        forget_ended(session, channel.vault, clock.now() + timedelta(days=2))
    assert channel.move(clock.today()) == REPORTS


def all_rows(sessions: Sessions, table: str) -> list[Row]:
    """A table as SQL shows it, in the order in which it is read, with PostgreSQL's own columns."""
    with transaction(sessions) as session:
        dialect = session.connection().dialect.name
        own = ", ctid::text AS ctid, xmin::text AS xmin, (ctid::text::point)[0] AS page, (ctid::text::point)[1] AS slot"
        query = f"SELECT *{own if dialect == 'postgresql' else ''} FROM {table}"
        return [dict(row) for row in session.execute(text(query)).mappings()]


def ranked(rows: Sequence[Row], name_of: Callable[[Row], int]) -> dict[str, list[int]]:
    """Every order that the attacker can put the rows in: by each column, by its size, and as they are read."""
    orders = {"as read": [name_of(row) for row in rows]}
    for column in rows[0]:
        values = [row[column] for row in rows]
        if all(value is not None for value in values) and len({str(value) for value in values}) > 1:
            orders[column] = [
                name_of(row) for row in sorted(rows, key=lambda row, column=column: _sortable(row[column]))
            ]
    return {**orders, **{f"{name} backwards": order[::-1] for name, order in orders.items()}}


def _sortable(value: object) -> tuple[int, Any]:
    if isinstance(value, bytes | memoryview):
        return 0, bytes(value)
    number = str(value)
    return (1, float(number)) if number.replace(".", "", 1).isdigit() else (2, number)


def opened(channel: Channel, rows: Sequence[Row]) -> list[Row]:
    """The reports with all that the server's keys open: under them lie particulars and an envelope that does not."""
    found = []
    for row in rows:
        filed = Filed.of_bytes(channel.report_keys.open(bytes(row["id"]), bytes(row["sealed"])))
        found.append({**row, "size": len(row["sealed"]), "target": filed.target, "answer_key": filed.answer_key})
        assert str(filed.due_on) == str(MID_MAY.date() + timedelta(days=30))
    return found


def whose(channel: Channel, rows: Sequence[Row]) -> dict[bytes, int]:
    """The truth, which only the inspectors' key tells: which person's report each is."""
    from tests.core.services.reports.opening import bundle

    told = {
        case.id: int(case.opened.messages[0].removeprefix("第").split("号")[0]) for case in bundle(channel, "D").cases
    }
    return {bytes(row["id"]): told[bytes(row["id"])] for row in rows}


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float:
    """How often a value of the first stands above one of the second: one half where they tell nothing apart."""
    pairs = [(a > b) + HALF * (a == b) for a in positive for b in negative]
    return sum(pairs) / len(pairs)


def test_nobody_can_tell_who_reported_what(
    sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings], tmp_path: Path
) -> None:
    """By order, times, sizes, transactions, places on the disk, revisions or counters: no better than chance."""
    draw = random.Random(20260512)
    channel = open_channel(sessions, vault, settings, tmp_path)
    reporters = a_day(channel, scheme_clock, draw)
    night(channel, scheme_clock)
    reports = opened(channel, all_rows(sessions, "reports"))
    assert len(reports) == REPORTS
    assert len({row["size"] for row in reports}) == 1
    owner = whose(channel, reports)
    by_hash = {address_hash(vault, "sms", phone(number)): number for number in range(CONTACTS)}
    contacts = [row for row in all_rows(sessions, "contacts") if bytes(row["address_hash"]) in by_hash]
    assert len(contacts) == CONTACTS
    mine = [row for row in contacts if by_hash[bytes(row["address_hash"])] in set(reporters)]
    people = {
        **{
            f"contacts by {name}": order
            for name, order in ranked(mine, lambda row: by_hash[bytes(row["address_hash"])]).items()
        },
        "the day itself": reporters,  # what a neighbour saw from his window
    }
    papers = {
        **{f"reports by {name}": order for name, order in ranked(reports, lambda row: owner[bytes(row["id"])]).items()},
        "the key file": [owner[report_id] for report_id in _key_file(channel)],
    }
    for by_person, persons in people.items():
        for by_report, owners in papers.items():
            right = sum(person == whose_it_is for person, whose_it_is in zip(persons, owners, strict=True))
            assert right < LUCKY, f"{by_person}, {by_report}: {right} of {REPORTS}"
    _tell_apart(contacts, lambda row: by_hash[bytes(row["address_hash"])] in set(reporters))
    with transaction(sessions) as session:
        assert session.scalars(select(DialogueSession)).all() == session.scalars(select(InboxRow)).all() == []


def _key_file(channel: Channel) -> list[bytes]:
    import json

    from core.confidentiality.report_keys import FILE

    held = json.loads((channel.settings.report_keys_dir / FILE).read_text())
    return [bytes.fromhex(report_id) for report_id in held["reports"]]


def _tell_apart(contacts: Sequence[Row], reported: Callable[[Row], bool]) -> None:
    """No column of a contact, and no order, tells those who reported from those who did not."""
    for name, column in ((name, [row[name] for row in contacts]) for name in contacts[0]):
        ranks = {
            value: place
            for place, value in enumerate(sorted({_sortable(value) for value in column if value is not None}))
        }
        scores = [ranks.get(_sortable(value), -1) if value is not None else -1 for value in column]
        those = [score for score, row in zip(scores, contacts, strict=True) if reported(row)]
        others = [score for score, row in zip(scores, contacts, strict=True) if not reported(row)]
        assert abs(area_under_curve(those, others) - HALF) < SPREAD, name


def test_the_attack_would_find_a_link(
    sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings], tmp_path: Path
) -> None:
    """Reports kept in the order in which they came would be found out by the same comparison."""
    draw = random.Random(1)
    reporters = [draw.randrange(10**6) for _ in range(REPORTS)]
    rows = [{"place": place, "number": number} for place, number in enumerate(reporters)]
    orders = ranked(rows, lambda row: row["number"])
    assert sum(a == b for a, b in zip(reporters, orders["place"], strict=True)) == REPORTS
    assert area_under_curve([3, 4, 5], [0, 1, 2]) == 1.0


def test_no_record_of_the_channel_leads_to_a_contact_or_an_hour() -> None:
    """By their columns alone: no reference to a contact or a person, and no time but a date. Inspectors' keys are no
    reports."""
    tables = [mapper.local_table for mapper in Base.registry.mappers if mapper.class_.__module__ == report.__name__]
    assert len(tables) > 8
    for table in tables:
        if table.name == "inspector_keys":
            continue
        named = {key.column.table.name for column in table.columns for key in column.foreign_keys}
        assert named <= {"report_drafts", "reports", "staff"}, table.name
        for column in table.columns:
            kind = getattr(column.type, "impl_instance", column.type)
            assert not isinstance(kind, DateTime) or isinstance(kind, Date), f"{table.name}.{column.name}"
    assert inspect(Report).columns.keys() == ["id", "lookup_hash", "cost", "filed_on", "sealed", "destroy_on"]
    assert Contact.__table__.columns.keys() == [
        "id", "channel", "address", "address_hash", "language", "introduced_at", "opted_out_at", "stopped_at", "stopped_reason",
    ]  # fmt: skip
