"""Messages that are written with their fact: kind and expiry are those of the table of reminders."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import Application, StageChange
from core.domain.payout import PayoutBatch, PayoutStatus
from core.domain.stage import Stage
from core.reminders.rules import Anchor, rule_of_text, rules
from core.services.advancing.step import tell_of
from core.services.payouts import Result, record
from tests.core.reminders.people import People, rows
from tests.stopped_clock import MID_MAY


def as_the_table_says(sessions: Sessions, text: str) -> None:
    """The one row is of that text, and as its rule wants it."""
    (row,) = rows(sessions)
    rule = rule_of_text(text)
    assert rule is not None
    assert (row.text_key, row.kind) == (text, rule.kind)
    assert row.expires_at - row.not_before == timedelta(days=int(rule.until))


@pytest.mark.parametrize(
    ("stage", "text"),
    [
        (Stage.VILLAGE_LISTED, "remind.stage"),
        (Stage.CEASED, "remind.stage"),
        (Stage.REJECTED, "remind.rejected"),
        (Stage.CONFIRMED, "remind.confirmed"),
    ],
)
def test_changes_of_stage(sessions: Sessions, vault: Vault, stage: Stage, text: str) -> None:
    """Each is told as the table says."""
    with transaction(sessions) as session:
        person_id = People(session, vault).add("applies", stage)
        application = session.scalars(select(Application.id)).one()
        session.add(change := StageChange(application_id=application, changed_at=MID_MAY, to_stage=stage))
        session.flush()
        tell_of(session, vault, person_id, change, MID_MAY)
    as_the_table_says(sessions, text)


@pytest.mark.parametrize(
    ("status", "text"), [(PayoutStatus.PAID, "remind.paid"), (PayoutStatus.FAILED, "remind.payment_failed")]
)
def test_payments(sessions: Sessions, vault: Vault, status: PayoutStatus, text: str) -> None:
    """Paid or not, it is told as the table says."""
    with transaction(sessions) as session:
        person_id = People(session, vault).add("recipient", Stage.CONFIRMED)
        session.add(batch := PayoutBatch(imported_at=MID_MAY))
        session.flush()
        result = Result(person_id, 2026, 960, status, MID_MAY.date() if status is PayoutStatus.PAID else None, "")
        record(session, vault, batch.id, [(result, 0)], MID_MAY)
    as_the_table_says(sessions, text)


def test_every_fact_of_the_table_was_told() -> None:
    """The tests above know them all."""
    facts = {rule.text for rule in rules() if rule.anchor is Anchor.FACT}
    assert facts == {"remind.stage", "remind.rejected", "remind.confirmed", "remind.paid", "remind.payment_failed"}
