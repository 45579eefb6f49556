"""When a notice will have gone out to all: at the allowed rate, in the allowed hours, within the day's money."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal

from core.delivery.quiet_hours import quiet_until
from core.settings import Settings


def done_at(
    begins: datetime, messages: Mapping[str, int], yuan: Decimal, settings: Settings, *, at_night: bool = False
) -> datetime | None:
    """When the last of `messages` (how many by channel, those that wait before them included) has left if the first
    leaves at `begins`; None: never, for a day's money does not pay for one. `at_night`: the quiet hours are no bar."""
    rates = {"sms": settings.sms_rate, "telegram": settings.telegram_rate}
    seconds = max((count / rates.get(channel, settings.sms_rate) for channel, count in messages.items()), default=0.0)
    left = timedelta(seconds=math.ceil(seconds))
    by_rate = begins + left if at_night else _in_open_hours(begins, left, settings)
    if settings.daily_budget is None or not yuan:
        return by_rate
    if settings.daily_budget < settings.sms_price:
        return None
    days = math.ceil(yuan / settings.daily_budget) - 1
    first = by_rate if days == 0 else _in_open_hours(begins + timedelta(days=days), timedelta(), settings)
    return max(by_rate, first)


def begins_at(wanted: datetime | None, now: datetime, settings: Settings, *, at_night: bool = False) -> datetime:
    """When a notice that is `wanted` then (None: at once) begins to go out."""
    begins = max(wanted or now, now)
    return begins if at_night else quiet_until(begins, settings) or begins


def _in_open_hours(begins: datetime, left: timedelta, settings: Settings) -> datetime:
    now = quiet_until(begins, settings) or begins
    while (closes := _next_close(now, settings)) is not None and now + left > closes:
        left -= closes - now
        now = quiet_until(closes, settings) or closes
    return now + left


def _next_close(now: datetime, settings: Settings) -> datetime | None:
    start, end = settings.quiet_hours
    if start == end:
        return None
    local = now.astimezone(settings.timezone)
    today = datetime.combine(local.date(), start, settings.timezone)
    return today if local < today else _at(local, start, settings)


def _at(local: datetime, start: time, settings: Settings) -> datetime:
    return datetime.combine(local.date() + timedelta(days=1), start, settings.timezone)
