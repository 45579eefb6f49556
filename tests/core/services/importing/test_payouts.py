"""Import of payouts: a file is a batch, added to and never changed, and told to each person once."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.audit import AuditEntry
from core.db import transaction
from core.delivery.outbox import OutboxRow
from core.domain.payout import Payout, PayoutBatch, PayoutStatus
from core.domain.person import Person
from core.domain.staff import Role
from core.errors import NotAllowed
from core.services.acting import Actor
from core.services.importing.payout_records import Records
from core.services.payouts import failed_payouts, payout_of
from tests.core.services.importing.conftest import Counter
from tests.engines import on_sqlite


def test_a_batch_is_recorded_and_everybody_told(counter: Counter) -> None:
    """A line each in one batch, the totals of each area and of the batch, and one message to each person."""
    failed = counter.row(2, status="失败", paid_on="", reason="账号错误")
    imported, totals = counter.imports(counter.row(0), counter.row(1, status="已发放", paid_on="2026年7月30日"), failed)
    assert imported.counts == (3, 0, 0, 0)
    assert counter.lines() == [
        (0, "paid", date(2026, 7, 29)), (0, "paid", date(2026, 7, 30)), (0, "failed", None),
    ]  # fmt: skip
    (batch,) = counter.all(PayoutBatch)
    assert list(totals.sentences()) == [
        "T1: paid 2 (1,920 yuan), failed 0 (0 yuan)",
        "T2: paid 0 (0 yuan), failed 1 (960 yuan)",
        f"batch {batch.id}: paid 2 (1,920 yuan), failed 1 (960 yuan)",
    ]
    told = counter.all(OutboxRow)
    assert [(row.text_key, row.kind) for row in told] == [
        ("remind.paid", "decision"), ("remind.paid", "decision"), ("remind.payment_failed", "decision"),
    ]  # fmt: skip
    assert {row.event for row in told} == {f"payout:{payout.id}" for payout in counter.all(Payout)}
    assert {row.expires_at - row.created_at for row in told} == {timedelta(days=14)}
    assert {row.fields for row in told} == {None}  # the text is composed from the line itself, when it is sent


def test_the_same_file_again_changes_nothing(counter: Counter) -> None:
    """No line, no batch, no message and no audit entry more; nothing to total."""
    rows = counter.row(0), counter.row(1, status="failed", reason="账号错误")
    counter.imports(*rows)
    before = [len(counter.all(kind)) for kind in (Payout, PayoutBatch, OutboxRow, AuditEntry)]
    imported, totals = counter.imports(*rows)
    assert imported.counts == (0, 0, 2, 0)
    assert list(totals.sentences()) == []
    assert [len(counter.all(kind)) for kind in (Payout, PayoutBatch, OutboxRow, AuditEntry)] == before == [2, 1, 2, 1]


def test_what_may_follow_a_payment(counter: Counter) -> None:
    """After failed may come failed again, then paid; after paid nothing but a correction, and each line stays."""
    failed = {"status": "failed", "paid_on": "", "reason": "账号错误"}
    counter.imports(counter.row(0, **failed))
    counter.imports(counter.row(0, **failed | {"reason": "户名不符"}))
    counter.imports(counter.row(0))
    imported, _totals = counter.imports(counter.row(0, paid_on="2026-07-30"))
    assert imported.said == ["line 2, column ref: is paid for 2026 already (batch 3): correct it with --correction"]
    assert counter.imports(counter.row(0, **failed))[0].counts == (0, 0, 1, 0)  # an old file again
    assert counter.corrects(counter.row(0, **failed)).counts == (1, 0, 0, 0)
    assert counter.corrects(counter.row(0)).counts == (1, 0, 0, 0)
    assert [status for _turn, status, _day in counter.lines()] == ["failed", "failed", "paid", "failed", "paid"]
    assert [turn for turn, _status, _day in counter.lines()] == [0, 1, 2, 3, 4]
    with transaction(counter.sessions) as session:
        person_id = session.scalar(select(Person.id).where(Person.ref == counter.refs[0]))
        counting = payout_of(session, person_id or 0, 2026)
        assert counting is not None
        assert (counting.turn, counting.status) == (4, PayoutStatus.PAID)
        assert failed_payouts(session, 2026) == []
    reasons = [batch.reason for batch in counter.all(PayoutBatch)]
    assert [reason and counter.vault.open(PayoutBatch.reason, reason) for reason in reasons[-2:]] == ["银行退回"] * 2
    assert reasons[:3] == [None] * 3


def test_failed_payments_wait_for_a_visit(counter: Counter) -> None:
    """Those whose line that counts is a failure, and no others."""
    counter.imports(counter.row(0), counter.row(1, status="failed", reason="账号错误"))
    with transaction(counter.sessions) as session:
        (failed,) = failed_payouts(session, 2026)
        ref = session.scalar(select(Person.ref).where(Person.id == failed.person_id))
    assert ref == counter.refs[1]


@on_sqlite
def test_a_dry_run_saves_nothing(counter: Counter) -> None:
    """It says what the real run would say, totals too, and names no batch."""
    imported, totals = counter.imports(counter.row(0), counter.row(1, amount=1), dry_run=True)
    assert imported.counts == (1, 0, 0, 1)
    assert list(totals.sentences())[-1] == "in all: paid 1 (960 yuan), failed 0 (0 yuan)"
    assert [len(counter.all(kind)) for kind in (Payout, PayoutBatch, OutboxRow, AuditEntry)] == [0, 0, 0, 0]


@on_sqlite
def test_more_rows_than_a_transaction_holds_are_one_batch(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is the file, in however many transactions it is written."""
    monkeypatch.setattr("core.services.importing.payouts.run.__kwdefaults__", {"batch": 1})
    counter.imports(counter.row(0), counter.row(1), counter.row(2))
    assert len(counter.all(PayoutBatch)) == 1
    assert len(counter.all(AuditEntry)) == 3


@on_sqlite
def test_who_imports_stands_in_the_audit_trail(counter: Counter) -> None:
    """The staff number where one was named, the batch, and nobody's data."""
    officer = counter.district.staff[Role.OFFICER, "D"]
    counter.imports(counter.row(0), actor=Actor(officer, Role.OFFICER, counter.district.areas["D"]))
    counter.corrects(counter.row(0, paid_on="2026-07-30"))
    assert [(entry.actor_id, entry.action, entry.subject) for entry in counter.all(AuditEntry)] == [
        (officer, "payouts_import", "batch 1"), (None, "payouts_correct", "batch 2"),
    ]  # fmt: skip


@on_sqlite
@pytest.mark.parametrize("role", [Role.CADRE, Role.INSPECTOR])
def test_who_may_not_import(counter: Counter, role: Role) -> None:
    """Money is the officers' business; nothing is recorded."""
    with pytest.raises(NotAllowed, match=f"A {role} may not import payouts"):
        counter.imports(counter.row(0), actor=Actor(1, role, counter.district.areas["D"]))
    assert counter.all(Payout) == []


def test_two_imports_at_the_same_time(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second, which had looked before the first was through, looks again: nobody is paid, or told, twice."""
    counter.imports(counter.row(0))
    fetch, looks = Records._fetched_payouts, iter([True])

    def too_early(self: Records) -> dict[tuple[int, int], list[Payout]]:
        return defaultdict(list) if next(looks, False) else fetch(self)

    monkeypatch.setattr(Records, "_fetched_payouts", too_early)
    assert counter.imports(counter.row(0))[0].counts == (0, 0, 1, 0)
    assert [len(counter.all(kind)) for kind in (Payout, PayoutBatch, OutboxRow, AuditEntry)] == [1, 1, 1, 1]
