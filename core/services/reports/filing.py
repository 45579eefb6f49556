"""Filing: a draft becomes one sealed row of the day's intake, which nothing leads to but the receipt."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.confidentiality.receipt import Cost, Secrets
from core.confidentiality.report_keys import ReportKeys
from core.confidentiality.sealing import pad, unpad
from core.confidentiality.vault import Vault
from core.domain.report import WaitingReport
from core.services.reports import drafts
from core.services.reports.envelope import Kind, close
from core.settings import Settings

# Larger than all that varies beside the envelope, so that rows differ by its class alone.
_BLOCK = 16384


@dataclass(frozen=True)
class Filed:
    """What lies under the key outside the database: the envelope, and what the server must know of it.

    `keys` are those that it is sealed to, in hexadecimal; `target` is the look-up hash of the report itself, or of the
    one that this adds to; `answer_key` is what answers are sealed to (none for an addition).
    """

    kind: Kind
    office: int | None
    township: int | None
    keys: tuple[str, ...]
    target: str
    answer_key: str | None
    due_on: date
    envelope: bytes

    def to_bytes(self) -> bytes:
        """As kept, padded."""
        data: dict[str, Any] = {
            **asdict(self),
            "due_on": self.due_on.isoformat(),
            "envelope": base64.b64encode(self.envelope).decode("ascii"),
        }
        return pad(json.dumps(data).encode("ascii"), _BLOCK)

    @classmethod
    def of_bytes(cls, packed: bytes) -> Filed:
        """What `to_bytes` wrote."""
        data = json.loads(unpad(packed, _BLOCK))
        data["kind"], data["keys"] = Kind(data["kind"]), tuple(data["keys"])
        data["due_on"] = date.fromisoformat(data["due_on"])
        data["envelope"] = base64.b64decode(data["envelope"])
        return cls(**data)


def file_report(
    session: Session,
    vault: Vault,
    report_keys: ReportKeys,
    settings: Settings,
    draft_id: bytes,
    receipt: Secrets,
    cost: Cost,
    today: date,
) -> date:
    """File the draft under the secrets of its receipt; the day by which an answer is promised.

    Raises Gone, NobodyInCharge; KeysError where the report keys are gone.
    """
    due_on = today + timedelta(days=settings.report_answer_days)
    row_id = intake_id(vault, receipt.lookup)
    target = lookup_hash(vault, receipt.lookup)
    _file(session, report_keys, settings, draft_id, row_id, target, receipt.public_key.hex(), cost, today, due_on)
    return due_on


def file_addition(
    session: Session, report_keys: ReportKeys, settings: Settings, draft_id: bytes, cost: Cost, today: date
) -> None:
    """File the draft as an addition to the report that it was begun for.

    Raises Gone, NobodyInCharge; KeysError where the report keys are gone.
    """
    particulars = drafts.load(session, report_keys, draft_id)
    target = bytes.fromhex(particulars.target or "")
    _file(session, report_keys, settings, draft_id, secrets.token_bytes(32), target, None, cost, today, today)


def intake_id(vault: Vault, lookup: bytes) -> bytes:
    """The id of what a receipt finds in the intake; another one than later among the reports, so that who has seen the
    intake and does not hold our keys cannot tell which report a row has become."""
    return vault.lookup("report.intake", lookup.hex())


def lookup_hash(vault: Vault, lookup: bytes) -> bytes:
    """By what a receipt finds its report."""
    return vault.lookup("report", lookup.hex())


def _file(
    session: Session,
    report_keys: ReportKeys,
    settings: Settings,
    draft_id: bytes,
    row_id: bytes,
    target: bytes,
    answer_key: str | None,
    cost: Cost,
    today: date,
    due_on: date,
) -> None:
    particulars = drafts.load(session, report_keys, draft_id)
    keys = drafts.keys_of_draft(session, settings, particulars)
    filed = Filed(
        particulars.kind,
        particulars.office,
        particulars.township,
        tuple(key.hex() for key in keys),
        target.hex(),
        answer_key,
        due_on,
        close(drafts.pieces_of(session, report_keys, draft_id), keys),
    )
    sealed = report_keys.seal_waiting(filed.to_bytes())
    session.add(WaitingReport(id=row_id, cost=str(cost), filed_on=today, sealed=sealed))
    drafts.abandon(session, draft_id)
    session.flush()
