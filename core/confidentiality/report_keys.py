"""The keys that lie over the inspectors' seal, one a report, in a folder that is never backed up: a report whose key is
destroyed is destroyed in every backup too."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from core.confidentiality.durable import replace_durably
from core.errors import KeysError

FILE = "report-keys.json"
_NUMBER = 4
_SHUT = "The key of a report in the folder of report keys is missing, or is not the right one."


@dataclass(frozen=True)
class Held:
    """What the file holds: the keys of what waits for the daily move, by number (that of the day; the highest is in
    use), and those of the reports, by the report's id."""

    waiting: Mapping[int, bytes] = field(repr=False)
    reports: Mapping[bytes, bytes] = field(repr=False)

    @property
    def current(self) -> int:
        """The number of the waiting key in use."""
        return max(self.waiting)


class ReportKeys:
    """Seals and opens with the keys of one folder. The folder is shared by all processes of the line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def seal_waiting(self, content: bytes) -> bytes:
        """`content` sealed until the daily move after next. Makes the folder and its first key where there is none."""
        held = self._load() or self._begin()
        return held.current.to_bytes(_NUMBER, "big") + _seal(held.waiting[held.current], content)

    def open_waiting(self, sealed: bytes) -> bytes:
        """What `seal_waiting` sealed. Raises KeysError where its key is gone."""
        held = self._load()
        key = held.waiting.get(int.from_bytes(sealed[:_NUMBER], "big")) if held else None
        return _open(key, sealed[_NUMBER:])

    def seal(self, report_id: bytes, content: bytes) -> bytes:
        """`content` sealed with the report's key. Raises KeysError where that is gone."""
        return _seal(self._of(report_id), content)

    def open(self, report_id: bytes, sealed: bytes) -> bytes:
        """What was sealed with the report's key. Raises KeysError where that is gone."""
        return _open(self._of(report_id), sealed)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Be the only one to change the keys. To be entered before any transaction."""
        if self._load() is None:
            self._begin()
        lock = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def add(self, report_ids: Iterable[bytes]) -> None:
        """Give each of `report_ids` a key, while `changing`. On return they are on the disk."""
        held = self._held()
        fresh = {report_id: secrets.token_bytes(SecretBox.KEY_SIZE) for report_id in report_ids}
        if fresh:
            self._save(replace(held, reports={**held.reports, **fresh}))

    def keep_only(self, report_ids: Collection[bytes]) -> None:
        """Destroy the keys of all other reports, while `changing`, when those are gone from the tables."""
        held = self._held()
        kept = {report_id: key for report_id, key in held.reports.items() if report_id in report_ids}
        if len(kept) != len(held.reports):
            self._save(replace(held, reports=kept))

    def renew_waiting(self, today: date) -> None:
        """Put a new waiting key in use where the one in use is not of `today`, and destroy all but that and the one
        before, while `changing`."""
        held, new = self._held(), today.toordinal()
        if new > held.current:
            waiting = {held.current: held.waiting[held.current], new: secrets.token_bytes(SecretBox.KEY_SIZE)}
            self._save(replace(held, waiting=waiting))

    def _held(self) -> Held:
        held = self._load()
        if held is None:
            raise KeysError(_SHUT)
        return held

    def _of(self, report_id: bytes) -> bytes | None:
        held = self._load()
        return held.reports.get(report_id) if held else None

    def _begin(self) -> Held:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder.chmod(0o700)
        lock = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self._load() or self._save(Held({1: secrets.token_bytes(SecretBox.KEY_SIZE)}, {}))
        finally:
            os.close(lock)

    def _load(self) -> Held | None:
        try:
            data = json.loads((self._folder / FILE).read_text("ascii"))
            waiting = {int(number): base64.b64decode(key) for number, key in data["waiting"].items()}
            reports = {bytes.fromhex(number): base64.b64decode(key) for number, key in data["reports"].items()}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            raise KeysError("The file of report keys cannot be read.") from None
        return Held(waiting, reports)

    def _save(self, held: Held) -> Held:
        # In the order of the ids, which are random: the file does not tell which report came first.
        data = {
            "waiting": {str(number): base64.b64encode(key).decode() for number, key in held.waiting.items()},
            "reports": {
                number.hex(): base64.b64encode(held.reports[number]).decode() for number in sorted(held.reports)
            },
        }
        replace_durably(self._folder / FILE, json.dumps(data))
        return held


def _seal(key: bytes | None, content: bytes) -> bytes:
    if key is None:
        raise KeysError(_SHUT)
    return bytes(SecretBox(key).encrypt(content))


def _open(key: bytes | None, sealed: bytes) -> bytes:
    if key is None:
        raise KeysError(_SHUT)
    try:
        return bytes(SecretBox(key).decrypt(sealed))
    except (CryptoError, ValueError):
        raise KeysError(_SHUT) from None
