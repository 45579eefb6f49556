"""A bundle on the inspector's own machine: opened with the private keys there, in memory alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.confidentiality.inspector_key import InspectorKey, PublicHalf
from core.confidentiality.sealing import unpad, unseal
from core.errors import KeysError, NotFound
from core.services.reports.answers import Answer, unpack
from core.services.reports.bundles import BLOCK
from core.services.reports.envelope import Kind, Opened, open_envelope


@dataclass(frozen=True)
class Case:
    """One report, opened: what its author said, first and later, and what was answered."""

    id: bytes
    filed_on: date
    due_on: date
    answer_key: bytes
    is_closed: bool
    opened: Opened
    additions: tuple[tuple[date, Opened], ...]
    answers: tuple[Answer, ...]

    @property
    def handle(self) -> str:
        """How the report is called: the first eight hexadecimal digits of its id."""
        return self.id.hex()[:8]

    @property
    def tells_of_retaliation(self) -> bool:
        """Whether its author is being made to suffer for it."""
        return any(added.heading.kind is Kind.RETALIATION for _day, added in self.additions)


@dataclass(frozen=True)
class Bundle:
    """The reports of a bundle, the oldest first; how many did not open; and the keys that can read the answers."""

    cases: tuple[Case, ...]
    shut: int
    readers: tuple[PublicHalf, ...]

    def find(self, handle: str) -> Case:
        """The report whose id begins so. Raises NotFound."""
        found = [case for case in self.cases if handle and case.id.hex().startswith(handle.lower())]
        if len(found) != 1:
            raise NotFound(f"{handle}: no report of the bundle is called so; `jiangfu reports list` shows them.")
        return found[0]


def open_bundle(bundle: bytes, keys: Sequence[InspectorKey]) -> Bundle:
    """Open a bundle with the inspector's keys, of which the newest opens it and all open reports.

    Raises KeysError where none opens it.
    """
    data = json.loads(unpad(_with_any(bundle, keys), BLOCK))
    cases, shut = [], 0
    for each in data["reports"]:
        try:
            cases.append(_case(each, keys))
        except KeysError:
            shut += 1
    return Bundle(tuple(cases), shut, tuple(PublicHalf.of_line(line) for line in data["keys"]))


def _case(data: dict[str, object], keys: Sequence[InspectorKey]) -> Case:
    additions, answers = data["additions"], data["answers"]
    assert isinstance(additions, list)  # noqa: S101 - as `bundles` wrote it
    assert isinstance(answers, list)  # noqa: S101
    return Case(
        bytes.fromhex(str(data["id"])),
        date.fromisoformat(str(data["filed_on"])),
        date.fromisoformat(str(data["due_on"])),
        bytes.fromhex(str(data["answer_key"])),
        bool(data["closed"]),
        _envelope(data["envelope"], keys),
        tuple((date.fromisoformat(each["added_on"]), _envelope(each["envelope"], keys)) for each in additions),
        tuple(sorted((_answer(each["copy"], keys) for each in answers), key=lambda answer: answer.said_at)),
    )


def _envelope(text: object, keys: Sequence[InspectorKey]) -> Opened:
    envelope = base64.b64decode(str(text))
    for key in keys:
        try:
            return open_envelope(envelope, key.private)
        except KeysError:
            continue
    raise KeysError("None of these keys opens it.")


def _answer(text: object, keys: Sequence[InspectorKey]) -> Answer:
    return unpack(_with_any(base64.b64decode(str(text)), keys))


def _with_any(sealed: bytes, keys: Sequence[InspectorKey]) -> bytes:
    for key in keys:
        try:
            return unseal(sealed, key.private)
        except KeysError:
            continue
    raise KeysError("None of these keys opens it.")
