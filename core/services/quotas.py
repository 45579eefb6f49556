"""Daily quotas: how often one sender may do something on one calendar day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.services import attempts


def is_used_up(session: Session, vault: Vault, what: str, sender: bytes, most: int, now: datetime) -> bool:
    """Whether `sender` (a keyed hash) has done `what` as often as `most` allows today."""
    return attempts.is_locked(session, _key(vault, what, sender), most, _midnight(now))


def spend(session: Session, vault: Vault, what: str, sender: bytes, now: datetime) -> None:
    """Note that `sender` has done `what` once more today."""
    attempts.count(session, _key(vault, what, sender), True, _midnight(now))


def _key(vault: Vault, what: str, sender: bytes) -> bytes:
    return vault.lookup(f"quota.{what}", sender.hex())


def _midnight(now: datetime) -> datetime:
    # The count bears the day alone: an hour in it would stand beside that of what was filed.
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
