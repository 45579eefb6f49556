"""core/services/reports: drafts, filing, the daily move and coming back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from core.confidentiality.receipt import Cost, secrets_of
from core.confidentiality.report_keys import FILE
from core.confidentiality.sealing import SLOTS
from core.db import transaction
from core.domain.area import Level
from core.domain.report import (
    InspectorKeyRow,
    Report,
    ReportAddition,
    ReportDraft,
    ReportPiece,
    ReportTally,
    WaitingReport,
)
from core.errors import KeysError
from core.services.reports import drafts, filing
from core.services.reports.envelope import CLASSES, MOST_PIECES, Kind, open_envelope
from core.services.reports.filing import Filed
from core.services.reports.returning import costs_in_use, find
from tests.core.services.reports.opening import opened
from tests.inspectors import CHEAP, Channel
from tests.stopped_clock import MID_MAY

TODAY = MID_MAY.date()
TEXTS = ("三组的老周，女儿不止两个。", "2019年起每年领，钱有一半给了村里的人。", "👵🏻 他家在桥头")
RECORDS = (ReportDraft, ReportPiece, WaitingReport, Report, ReportAddition)


def counts(channel: Channel) -> list[int]:
    """How many rows each table of the channel holds."""
    with transaction(channel.sessions) as session:
        return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in RECORDS]


def test_from_the_first_message_to_the_inspector(channel: Channel) -> None:
    """What was written is read word for word, in order, with area, levels and day, by the one in charge alone."""
    receipt = channel.file(*TEXTS)
    assert counts(channel) == [0, 0, 1, 0, 0]
    assert channel.move() == 1
    assert counts(channel) == [0, 0, 0, 1, 0]
    case = opened(channel, "T1")
    assert case.opened.messages == TEXTS
    heading = case.opened.heading
    assert (heading.kind, heading.filed_on, heading.area, heading.levels) == (
        Kind.REPORT,
        TODAY,
        "T1V1",
        ("village",),
    )
    with transaction(channel.sessions) as session:
        found = find(session, channel.vault, channel.report_keys, receipt)
    assert found is not None
    assert (found.due_on, found.standing, found.level) == (TODAY + timedelta(days=30), None, Level.TOWNSHIP)


def test_before_the_move_the_receipt_finds_it_too(channel: Channel) -> None:
    """Typed back a minute later, or asked for in the afternoon; another receipt finds nothing, then or later."""
    receipt, other = channel.file("甲"), secrets_of(channel.vault, b"o" * 32)
    for _ in range(2):
        with transaction(channel.sessions) as session:
            assert find(session, channel.vault, channel.report_keys, other) is None
            found = find(session, channel.vault, channel.report_keys, receipt)
        assert found is not None
        assert (found.due_on, found.level) == (TODAY + timedelta(days=30), Level.TOWNSHIP)
        channel.move()


def test_each_piece_is_of_one_size(channel: Channel) -> None:
    """A word or a page: what is kept of a message does not tell how long it was."""
    channel.draft("是", "长" * 900, "🀄" * 900)
    with transaction(channel.sessions) as session:
        sizes = session.scalars(select(func.length(ReportPiece.sealed))).all()
        assert len(sizes) == 4
        assert len(set(sizes)) == 1


def test_a_filed_report_tells_no_number_of_messages(channel: Channel) -> None:
    """One message or seven make a row of the same size, in the intake and after."""
    for number in (1, 3, 6):
        channel.file(*["甲"] * number, receipt=bytes([number]) * 32)
    with transaction(channel.sessions) as session:
        assert len(set(session.scalars(select(func.length(WaitingReport.sealed))))) == 1
    channel.move()
    with transaction(channel.sessions) as session:
        assert len(set(session.scalars(select(func.length(Report.sealed))))) == 1


def test_an_addition_looks_like_a_report(channel: Channel) -> None:
    """In the intake nobody sees which of the two a row is."""
    target = filing.lookup_hash(channel.vault, channel.file("甲").lookup)
    channel.add_to(target, "乙", "丙")
    with transaction(channel.sessions) as session:
        assert len(set(session.scalars(select(func.length(WaitingReport.sealed))))) == 1


def test_an_addition_of_the_same_day_finds_its_report(channel: Channel) -> None:
    """Filed an hour later, or a week later: the inspector reads both together."""
    target = filing.lookup_hash(channel.vault, channel.file("甲").lookup)
    channel.add_to(target, "乙")
    assert channel.move() == 2
    channel.add_to(target, "他找到我家来了", kind=Kind.RETALIATION, now=MID_MAY + timedelta(days=7))
    assert channel.move(TODAY + timedelta(days=8)) == 1
    assert counts(channel) == [0, 0, 0, 1, 2]
    case = opened(channel, "T1")
    assert [added.messages for _day, added in case.additions] == [("乙",), ("他找到我家来了",)]
    assert case.tells_of_retaliation


def test_an_addition_to_a_report_that_is_gone_goes_too(channel: Channel) -> None:
    """There is nobody to read it."""
    channel.add_to(b"t" * 32, "乙")
    channel.move()
    assert counts(channel) == [0] * 5


def test_what_is_filed_today_waits(channel: Channel) -> None:
    """The move takes whole days only, so that when it runs tells nothing; running it again changes nothing."""
    channel.file("甲")
    assert channel.move(TODAY) == 0
    assert [channel.move(), channel.move()] == [1, 0]


def test_a_scheduler_that_was_away_for_a_week_loses_nothing(channel: Channel) -> None:
    """What waited is moved with the day on which it was filed."""
    channel.file(*TEXTS)
    channel.move(TODAY + timedelta(days=9))
    assert opened(channel, "T1").opened.messages == TEXTS
    with transaction(channel.sessions) as session:
        assert session.scalars(select(Report.filed_on)).all() == [TODAY]


def test_a_draft_goes_over_midnight(channel: Channel) -> None:
    """Begun before and filed after the daily move: it is of the day on which it was filed, and opens."""
    night = MID_MAY.replace(hour=23, minute=55)
    draft = channel.draft(*TEXTS, now=night)
    channel.move()
    channel.move(TODAY + timedelta(days=1))
    receipt = secrets_of(channel.vault, b"r" * 32)
    with transaction(channel.sessions) as session:
        filing.file_report(
            session,
            channel.vault,
            channel.report_keys,
            channel.settings,
            draft,
            receipt,
            CHEAP,
            TODAY + timedelta(days=1),
        )
    assert channel.move(TODAY + timedelta(days=2)) == 1
    assert opened(channel, "T1").opened.messages == TEXTS


def test_a_row_that_does_not_open_keeps_nobody_back(channel: Channel) -> None:
    """A damaged one stays where it is; all others are moved."""
    for number in range(3):
        channel.file("甲", receipt=bytes([number]) * 32)
    with transaction(channel.sessions) as session:
        one = session.scalars(select(WaitingReport.id).limit(1)).one()
        session.execute(update(WaitingReport).where(WaitingReport.id == one).values(sealed=b"\0" * 99))
    assert channel.move() == 2


def test_abandoned_nothing_is_left(channel: Channel) -> None:
    """As if it had never been."""
    draft = channel.draft(*TEXTS)
    with transaction(channel.sessions) as session:
        drafts.abandon(session, draft)
    assert counts(channel) == [0] * 5


def test_silence_of_ten_minutes_ends_a_draft(channel: Channel) -> None:
    """Each message begins the ten minutes anew; other drafts go on."""
    silent, going_on = channel.draft("甲"), channel.draft("乙")
    later = MID_MAY + timedelta(minutes=6)
    with transaction(channel.sessions) as session:
        drafts.add(session, channel.vault, channel.report_keys, channel.settings, going_on, "丙", later)
    for minutes, forgotten in ((9, 0), (10, 1), (15, 0), (16, 1)):
        with transaction(channel.sessions) as session:
            assert drafts.forget_silent(session, channel.vault, MID_MAY + timedelta(minutes=minutes)) == forgotten
    assert counts(channel) == [0] * 5
    with transaction(channel.sessions) as session, pytest.raises(drafts.Gone):
        drafts.add(session, channel.vault, channel.report_keys, channel.settings, silent, "丁", MID_MAY)


def test_many_and_long_messages(channel: Channel) -> None:
    """Sixty messages, or one of fifteen thousand characters: all of it is read; a bit more is refused, not cut."""
    many = [f"第{number}条" for number in range(MOST_PIECES - 1)]
    draft = channel.draft(*many)
    with transaction(channel.sessions) as session, pytest.raises(drafts.Full):
        drafts.add(session, channel.vault, channel.report_keys, channel.settings, draft, "再来一条", MID_MAY)
    channel.file("长" * 15_000, receipt=b"l" * 32)
    channel.file(*many, receipt=b"m" * 32)
    channel.move()
    texts = {"".join(case.opened.messages) for case in opened_all(channel)}
    assert texts == {"长" * 15_000, "".join(many)}


def opened_all(channel: Channel) -> list:
    """Every report of the township."""
    from tests.core.services.reports.opening import bundle

    return list(bundle(channel, "T1").cases)


def test_a_key_revoked_in_the_middle_gets_no_copy(channel: Channel) -> None:
    """Nobody is left whom it could be sealed to: nothing is filed."""
    draft = channel.draft(*TEXTS)
    with transaction(channel.sessions) as session:
        session.execute(update(InspectorKeyRow).values(revoked_at=MID_MAY))
        with pytest.raises(drafts.NobodyInCharge):
            drafts.add(session, channel.vault, channel.report_keys, channel.settings, draft, "x", MID_MAY)
    with transaction(channel.sessions) as session, pytest.raises(drafts.NobodyInCharge):
        receipt = secrets_of(channel.vault, b"r" * 32)
        filing.file_report(session, channel.vault, channel.report_keys, channel.settings, draft, receipt, CHEAP, TODAY)


def test_without_the_report_keys_even_the_inspector_reads_nothing(channel: Channel) -> None:
    """The database and every inspector's key, but not the folder that is never backed up: shut."""
    channel.file(*TEXTS)
    channel.move()
    (channel.settings.report_keys_dir / FILE).unlink()
    with transaction(channel.sessions) as session:
        sealed = session.scalars(select(Report.sealed)).one()
    for key in channel.inspectors.keys.values():
        with pytest.raises(KeysError):
            open_envelope(sealed[24:], key.private)
    assert channel.inspectors.who_opens(sealed) == set()


def test_nothing_that_lay_in_the_tables_before_lies_there_after(channel: Channel) -> None:
    """Neither ids nor any sealed bytes are carried over, under our keys or without them: what leaked of a draft while
    it was written cannot be compared with the reports of later."""
    draft = channel.draft(*TEXTS)
    with transaction(channel.sessions) as session:
        drafted = drafts.pieces_of(session, channel.report_keys, draft)
    receipt = secrets_of(channel.vault, b"r" * 32)
    with transaction(channel.sessions) as session:
        filing.file_report(session, channel.vault, channel.report_keys, channel.settings, draft, receipt, CHEAP, TODAY)
        waiting = session.scalars(select(WaitingReport)).one()
        before = {waiting.id, draft}
        envelope = Filed.of_bytes(channel.report_keys.open_waiting(waiting.sealed)).envelope
    for piece in drafted:
        blocks = (piece[start : start + 32] for start in range(0, len(piece) - 32, 32))
        assert not any(block in envelope for block in blocks)
    channel.move()
    with transaction(channel.sessions) as session:
        report = session.scalars(select(Report)).one()
    assert not before & {report.id, report.lookup_hash}
    assert waiting.sealed[100:132] not in report.sealed


def test_reports_are_counted_for_the_year_of_their_day(channel: Channel) -> None:
    """By township, sealed; when the move came does not matter, and an addition is no report."""
    new_years_eve = MID_MAY.replace(month=12, day=31)
    channel.file("甲", receipt=b"1" * 32, now=new_years_eve)
    channel.file("乙", receipt=b"2" * 32, now=new_years_eve + timedelta(days=1), area="T2V1")
    channel.add_to(b"t" * 32, "丙", now=new_years_eve)
    channel.move(date(2027, 1, 5))
    with transaction(channel.sessions) as session:
        tallies = {row.year: channel.vault.open(ReportTally.counts, row.counts) for row in session.query(ReportTally)}
    t1, t2 = (channel.inspectors.areas[area] for area in ("T1", "T2"))
    assert {year: text.strip() for year, text in tallies.items()} == {2026: f'{{"{t1}": 1}}', 2027: f'{{"{t2}": 1}}'}
    assert {len(text) for text in tallies.values()} == {4096}


def test_receipts_of_an_older_cost_are_still_tried(channel: Channel) -> None:
    """What was hardened with another cost is known by it, first of all that in use now."""
    channel.file("甲")
    now = Cost(3, 1 << 20)
    with transaction(channel.sessions) as session:
        assert costs_in_use(session, now) == [now, CHEAP]
        assert costs_in_use(session, CHEAP) == [CHEAP]
    channel.move()
    with transaction(channel.sessions) as session:
        assert costs_in_use(session, now) == [now, CHEAP]


def test_the_classes_leave_room() -> None:
    """What the limits promise each other."""
    assert CLASSES[-1] == MOST_PIECES + 1
    assert SLOTS >= 2
