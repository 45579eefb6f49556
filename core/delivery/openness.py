"""Whether unasked messages may go now: not in the quiet hours, nor once the day's money is spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.delivery.quiet_hours import next_day, quiet_until
from core.delivery.sender import Capabilities
from core.delivery.usage import Ledger, ceiling, price
from core.settings import Settings


@dataclass(frozen=True)
class Openness:
    """`opens_at`: when unasked messages may go again; None: now. `money_left`: what they may still cost today, in
    ten-thousandths of a yuan; None: no ceiling."""

    opens_at: datetime | None = None
    money_left: int | None = None
    is_spent: bool = False


def openness(
    session: Session, ledger: Ledger, settings: Settings, capabilities: Capabilities, now: datetime
) -> Openness:
    """How things stand at `now` for a channel that can do this. What costs nothing knows no ceiling."""
    quiet = quiet_until(now, settings)
    most = ceiling(settings) if capabilities.in_segments else None
    if most is None:
        return Openness(opens_at=quiet)
    left = most - ledger.spent(session, now.astimezone(settings.timezone).date())
    if left < max(price(settings), 1):
        return Openness(opens_at=next_day(now, settings), money_left=0, is_spent=True)
    return Openness(opens_at=quiet, money_left=left)
