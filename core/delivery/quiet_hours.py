"""Quiet hours: the part of the day, in the scheme's time zone, in which nobody is woken by what he did not ask for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from core.settings import Settings


def quiet_until(now: datetime, settings: Settings) -> datetime | None:
    """When the quiet hours end in which `now` lies; None outside of them, and where they begin as they end."""
    start, end = settings.quiet_hours
    local = now.astimezone(settings.timezone)
    over_midnight = start > end
    at = local.time()
    is_quiet = (at >= start or at < end) if over_midnight else start <= at < end
    if not is_quiet:
        return None
    tomorrow = over_midnight and at >= start
    return _instant(local.date() + timedelta(days=tomorrow), end, settings)


def next_day(now: datetime, settings: Settings) -> datetime:
    """When the scheme's next day begins."""
    return _instant(now.astimezone(settings.timezone).date() + timedelta(days=1), time(), settings)


def _instant(day: date, at: time, settings: Settings) -> datetime:
    return datetime.combine(day, at, settings.timezone)
