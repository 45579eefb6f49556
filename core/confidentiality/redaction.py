"""The filter of the log: exceptions lose their words, and what still looks like a person or a token is masked."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

Event = MutableMapping[str, Any]

# What is recognised is kept or masked as one whole, the first alternative that fits deciding.
_PATTERN = re.compile(
    r"""
      (?P<keep>
          (?<![\w-]) [0-9a-f]{8} (?:-[0-9a-f]{4}){3} -[0-9a-f]{12} (?![\w-])           # a UUID
        | (?<!\w) (?:[A-Z]{2})? [0-9a-f]{32} (?!\w)                                    # its digits alone; a Twilio SID
        | (?<![\d-]) (?:19|20)\d\d-[01]\d-[0-3]\d                                      # an ISO date or instant
          (?: [T ] [0-2]\d:[0-5]\d (?: :[0-5]\d (?:[.,]\d{1,9})? )? (?: Z | [+-]\d\d:?\d\d )? )? (?![\d-])
      )
    | (?P<token> (?<!\d) \d{6,12} : [A-Za-z0-9_-]{30,} )                               # a Telegram bot token
    | (?P<number> \+? \d (?: [ .()-]{0,2} \d ){6,} [Xx]? )                             # phone, ID, account, reference
    | (?P<words> [\u3400-\u9fff\uf900-\ufaff]+ )                                       # no log line of ours is Chinese
    """,
    re.VERBOSE,
)
_MASKS = {"token": "[token]", "number": "[number]", "words": "[words]"}
# Row ids do not come near it; phones and chat ids lie above.
_LARGEST_ID = 10**8
_DEEPEST = 8


def redact(_logger: Any, _method: str, event: Event) -> Event:
    """The event with every value made fit for a log (a structlog processor)."""
    return {masked(str(key)): masked(value) for key, value in event.items()}


def masked(value: Any) -> Any:
    """`value` as plain JSON types, without what looks like a phone, an ID number, a token or words of a person.

    Of an object that is none of these types only the name of its type is left: its repr may hold anything.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) < _LARGEST_ID else _MASKS["number"]
    if isinstance(value, str | Path | date | time | timedelta):
        return _PATTERN.sub(_mask, str(value))
    if isinstance(value, Mapping):
        return {masked(str(key)): masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(item) for item in value]
    return f"<{type(value).__name__}>"


def _mask(match: re.Match[str]) -> str:
    return match[0] if match["keep"] else _MASKS[match.lastgroup or "number"]


def stacks_without_values(_logger: Any, _method: str, event: Event) -> Event:
    """Put types and places where `exc_info` asks for an exception (a structlog processor)."""
    asked = event.pop("exc_info", None)
    error = sys.exc_info()[1] if asked is True else asked[1] if isinstance(asked, tuple) else asked
    if isinstance(error, BaseException):
        event["exceptions"] = _chain(error, 0)
    return event


def _chain(error: BaseException, depth: int) -> list[dict[str, Any]]:
    """The exception and what led to it, each as its type and stack; no message, no value, no line of code."""
    links: list[dict[str, Any]] = []
    link: BaseException | None = error
    while link is not None and len(links) < _DEEPEST:
        kind = type(link)
        entry: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}", "stack": _places(link)}
        if isinstance(link, BaseExceptionGroup) and depth < _DEEPEST:
            entry["group"] = [_chain(member, depth + 1) for member in link.exceptions]
        links.append(entry)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return links


def _places(error: BaseException) -> list[str]:
    return [
        f"{frame.f_globals.get('__name__', '?')}:{line}:{frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
