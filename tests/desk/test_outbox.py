"""`jiangfu outbox`: where messages stand and what they cost, without a text, an address, or a voice's person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.audit import AuditEntry
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, OutboxRow, State
from core.delivery.usage import Charge, Ledger
from core.domain.contact import Contact
from core.domain.person import Person
from tests.core.delivery.letters import PHONE, letter, row
from tests.desk.conftest import Jiangfu
from tests.districts import CADRE_PHONE, INSPECTOR_PHONE, TOWNSHIP_PHONE, District, somebody
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY

pytestmark = on_sqlite

SAID = "名单明天张榜"


@pytest.fixture
def ref(sessions: Sessions, vault: Vault, district: District) -> str:
    """Somebody in a village, with a phone."""
    with transaction(sessions) as session:
        return somebody(session, vault, district.areas["T1V1"], phone=PHONE)


@pytest.fixture
def failed(sessions: Sessions, vault: Vault, ref: str) -> int:
    """A reminder for him that failed; its number."""
    with transaction(sessions) as session:
        person_id = session.scalars(select(Person.id)).one()
        contact_id = session.scalars(select(Contact.id)).one()
    row_id = letter(
        sessions, vault, contact_id, SAID, kind=MessageKind.REMINDER, event="e", person_id=person_id,
        expires_at=MID_MAY + timedelta(days=2),
    )  # fmt: skip
    change(sessions, row_id, state=State.FAILED, error="30003", attempts=3, code="123456", provider_ref="SM1")
    return row_id


def change(sessions: Sessions, row_id: int, **values: object) -> None:
    """Let a message stand so."""
    with transaction(sessions) as session:
        session.execute(update(OutboxRow).where(OutboxRow.id == row_id).values(**values))


def test_a_list_says_where_messages_stand(
    jiangfu: Jiangfu, sessions: Sessions, vault: Vault, failed: int, ref: str
) -> None:
    """The newest first, or those of one state; nothing in it tells of whom."""
    waiting = letter(sessions, vault, 1, SAID, kind=MessageKind.DECISION, event="e")
    done = jiangfu("outbox", "list")
    assert done.out.splitlines() == [
        f"{waiting}\tqueued\tdecision\thelp\tsms\t0\t2026-05-12 10:00\t-",
        f"{failed}\tfailed\treminder\thelp\tsms\t3\t2026-05-12 10:00\t30003",
    ]
    assert jiangfu("outbox", "list", "--state", "failed").out == done.out.splitlines(keepends=True)[1]
    assert jiangfu("outbox", "list", "--limit", "1").out == done.out.splitlines(keepends=True)[0]
    assert ref not in done.out


def test_one_message_is_shown_with_whom_it_is_for(jiangfu: Jiangfu, failed: int, ref: str) -> None:
    """The reference and the code, no text, no number."""
    done = jiangfu("outbox", "show", str(failed))
    assert f"for\t{ref}" in done.out.splitlines()
    assert "code\t123456" in done.out.splitlines()
    assert "expires\t2026-05-14 10:00" in done.out.splitlines()
    assert not {SAID, PHONE[3:], PHONE[-4:]} & {part for part in (SAID, PHONE[3:], PHONE[-4:]) if part in done.out}


def test_a_number_that_is_none(jiangfu: Jiangfu, district: District) -> None:
    """One line that says what to do."""
    done = jiangfu("outbox", "show", "4711")
    assert (done.status, done.out) == (1, "")
    assert "jiangfu outbox list" in done.err
    assert jiangfu("outbox", "show", "x").status == 2


def test_figures(jiangfu: Jiangfu, sessions: Sessions, vault: Vault, failed: int) -> None:
    """States, what waits longest, the reasons, and each day's segments and money by kind."""
    letter(sessions, vault, 1, now=MID_MAY - timedelta(minutes=90))
    with transaction(sessions) as session:
        ledger = Ledger()
        for days, kind in ((0, "notice"), (0, "notice"), (1, "answer"), (30, "notice")):
            ledger.add(Charge(MID_MAY.date() - timedelta(days=days), "sms", kind, 2, 1000))
        ledger.write(session)
    done = jiangfu("outbox", "stats")
    assert done.out.splitlines() == [
        "state\tfailed\t1",
        "state\tqueued\t1",
        "oldest waiting\t2026-05-12 08:30\t1 h 30 min",
        "reason\tfailed\t30003\t1",
        "day\t2026-05-12\tsms\tnotice\t2\t4\t0.20",
        "day\t2026-05-11\tsms\tanswer\t1\t2\t0.10",
        "7 days\t3 messages\t6 segments\t0.30 yuan",
    ]
    assert (
        jiangfu("outbox", "stats", "--days", "31").out.splitlines()[-1] == "31 days\t4 messages\t8 segments\t0.40 yuan"
    )


@pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN, State.QUEUED])
def test_an_officer_has_a_message_tried_again(
    jiangfu: Jiangfu, sessions: Sessions, failed: int, officer: int, state: State
) -> None:
    """At once, by the same code; who did it stands in the audit trail."""
    change(sessions, failed, state=state, next_try_at=MID_MAY + timedelta(days=1))
    done = jiangfu("outbox", "retry", str(failed))
    assert (done.status, done.out) == (0, f"{failed}: queued\n")
    found = row(sessions, failed)
    assert (found.state, found.next_try_at, found.code) == (State.QUEUED, None, "123456")
    with transaction(sessions) as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor_id, entry.action, entry.subject) == (officer, "resend", f"message {failed}")


@pytest.mark.parametrize(
    ("label", "change_is", "refusal"),
    [
        ("delivered", {"state": State.DELIVERED}, "it is delivered"),
        ("under way", {"state": State.SENDING}, "it is sending"),
        ("cancelled", {"state": State.CANCELLED}, "it is cancelled"),
        ("too late", {"expires_at": MID_MAY - timedelta(days=1)}, "worth sending until 2026-05-11 10:00"),
    ],
)
def test_what_cannot_be_tried_again(
    jiangfu: Jiangfu,
    sessions: Sessions,
    failed: int,
    officer: int,
    label: str,
    change_is: dict[str, object],
    refusal: str,
) -> None:
    """One line that says why; nothing is changed."""
    change(sessions, failed, **change_is)
    before = row(sessions, failed).state
    done = jiangfu("outbox", "retry", str(failed))
    assert (done.status, done.out, refusal in done.err) == (1, "", True)
    assert row(sessions, failed).state is before


def test_a_stopped_contact_is_not_tried_again(jiangfu: Jiangfu, sessions: Sessions, failed: int, officer: int) -> None:
    """The channel itself refuses it; another phone helps."""
    with transaction(sessions) as session:
        session.execute(update(Contact).values(stopped_at=MID_MAY, stopped_reason="21610"))
    done = jiangfu("outbox", "retry", str(failed))
    assert (done.status, "21610" in done.err, "another phone" in done.err) == (1, True, True)


@pytest.mark.parametrize(
    ("named", "status"),
    [(CADRE_PHONE, 1), (INSPECTOR_PHONE, 1), (TOWNSHIP_PHONE, 0)],
    ids=["cadre", "inspector", "officer"],
)
def test_who_may_have_it_tried_again(
    jiangfu: Jiangfu, failed: int, monkeypatch: pytest.MonkeyPatch, named: str, status: int
) -> None:
    """Officers and administrators, for the people of their area."""
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    assert jiangfu("outbox", "retry", str(failed), "--as", named).status == status


def test_not_in_another_area(
    jiangfu: Jiangfu, sessions: Sessions, failed: int, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A township's officer has nothing to say in the other township."""
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    with transaction(sessions) as session:
        session.execute(update(Person).values(area_id=district.areas["T2V1"]))
    done = jiangfu("outbox", "retry", str(failed), "--as", TOWNSHIP_PHONE)
    assert (done.status, "not in your area" in done.err) == (1, True)
