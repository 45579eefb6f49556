"""Reading typed values out of a plain JSON object; what is malformed is named by its key, never by its value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from core.errors import JiangfuError

_E = TypeVar("_E", bound=StrEnum)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class MalformedFact(JiangfuError):
    """A fact has a value that it cannot have."""

    def __init__(self, key: str, allowed: str) -> None:
        super().__init__(f"{key} must be {allowed}")
        self.key = key


@dataclass(frozen=True, slots=True)
class PlainObject:
    """A JSON object and the path that leads to it. Every reader gives None where the key is absent or null."""

    values: Mapping[str, Any]
    path: str = ""

    @classmethod
    def of(cls, value: object, path: str = "") -> PlainObject:
        """`value` as an object; MalformedFact where it is anything else."""
        if not isinstance(value, Mapping):
            raise MalformedFact(path or "facts", "an object")
        return cls(value, f"{path}." if path else "")

    def flag(self, key: str) -> bool | None:
        """True or false."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise MalformedFact(self.path + key, "true or false")

    def day(self, key: str) -> date | None:
        """A calendar day written YYYY-MM-DD."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, str) and _ISO_DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise MalformedFact(self.path + key, "a date that exists, written YYYY-MM-DD")

    def choice(self, key: str, kind: type[_E]) -> _E | None:
        """One of the words of `kind`."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                return kind(value)
            except ValueError:
                pass
        raise MalformedFact(self.path + key, "one of " + ", ".join(kind))

    def inner(self, key: str) -> PlainObject | None:
        """The object under `key`."""
        value = self.values.get(key)
        return None if value is None else PlainObject.of(value, self.path + key)

    def rows(self, key: str) -> Iterator[PlainObject] | None:
        """The objects of the list under `key`."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, list):
            raise MalformedFact(self.path + key, "a list")
        return (PlainObject.of(row, f"{self.path}{key}[{number}]") for number, row in enumerate(value))
