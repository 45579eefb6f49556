"""Listing Twilio's messages: filters by number and day, newest first, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import dropwhile
from urllib.parse import urlencode

from demo.twilio_emulator.store import Message, MessageStore

LARGEST_PAGE = 1000
USUAL_PAGE = 50
DAY_LENGTH = len("2026-03-01")


def page_of_messages(store: MessageStore, account_sid: str, query: Mapping[str, str]) -> dict[str, object]:
    """The page of the list that `query` (To, From, DateSent, DateSent<, DateSent>, PageSize, PageToken) asks for."""
    size = max(1, min(int(query.get("PageSize") or USUAL_PAGE), LARGEST_PAGE))
    number = int(query.get("Page") or 0)
    found = store.newest_first(query.get("To"), lambda message: _wanted(message, query))
    if token := query.get("PageToken"):
        found = list(dropwhile(lambda message: f"PA{message.sid}" != token, found))[1:]
    shown, more = found[:size], len(found) > size
    path = f"/2010-04-01/Accounts/{account_sid}/Messages.json"
    following = {**query, "PageSize": str(size), "Page": str(number + 1)}
    if more:
        following["PageToken"] = f"PA{shown[-1].sid}"
    return {
        "messages": [message.as_json() for message in shown],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(0, len(shown) - 1),
        "uri": f"{path}?{urlencode(query)}",
        "first_page_uri": f"{path}?{urlencode({**query, 'Page': '0'})}",
        "previous_page_uri": None,
        "next_page_uri": f"{path}?{urlencode(following)}" if more else None,
    }


def _wanted(message: Message, query: Mapping[str, str]) -> bool:
    if query.get("From") and message.sender != query["From"]:
        return False
    sent = message.sent or message.created
    day, before, after = (_span(query.get(name)) for name in ("DateSent", "DateSent<", "DateSent>"))
    return (
        (day is None or day[0].date() == sent.date())
        and (before is None or sent < before[1])
        and (after is None or sent >= after[0])
    )


def _span(value: str | None) -> tuple[datetime, datetime] | None:
    """The instant or day asked for, as (start, end); both filters take it in."""
    if not value:
        return None
    start = datetime.fromisoformat(value)
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    return start, start + (timedelta(days=1) if len(value) == DAY_LENGTH else timedelta(seconds=1))
