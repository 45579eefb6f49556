"""The key file: which keys there are, which is in use, and how a new one is put there; nothing else touches it."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.confidentiality.durable import replace_durably
from core.errors import KeysError, NotAllowed

FILE = "data-keys.json"
KEY_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """The installation's keys: column keys by number (the highest is in use), and one each for look-ups and answers."""

    columns: dict[int, bytes] = field(repr=False)
    lookup: bytes = field(repr=False)
    answers: bytes = field(repr=False)

    @property
    def current(self) -> int:
        """The number of the column key that new values are sealed with."""
        return max(self.columns)

    def with_new_column_key(self) -> Keys:
        """These keys and one more, which becomes the one in use."""
        return replace(self, columns={**self.columns, self.current + 1: secrets.token_bytes(KEY_BYTES)})

    def without_old_column_keys(self) -> Keys:
        """Only the column key in use: what was sealed with another can no longer be read."""
        return replace(self, columns={self.current: self.columns[self.current]})


def ensure(folder: Path) -> Keys:
    """The keys in `folder`, made there (folder mode 0700, file 0600) where it holds none yet."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    if not (folder / FILE).exists():
        with alone(folder):
            if not (folder / FILE).exists():
                fresh = (secrets.token_bytes(KEY_BYTES) for _ in range(3))
                save(folder, Keys({1: next(fresh)}, lookup=next(fresh), answers=next(fresh)))
    return load(folder)


@contextmanager
def alone(folder: Path, wait: bool = True) -> Iterator[None]:
    """Be the only one to change the keys in `folder`; the operating system lets go of it when the process dies.

    Raises NotAllowed at once where another is at it and `wait` is False, KeysError where there is no such folder.
    """
    try:
        lock = os.open(folder, os.O_RDONLY)
    except OSError:
        raise KeysError from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAllowed("The keys are being changed by another process.") from None
        yield
    finally:
        os.close(lock)


def load(folder: Path) -> Keys:
    """The keys in `folder`. Raises KeysError where there are none or they make no sense."""
    try:
        data = json.loads((folder / FILE).read_text("ascii"))
        columns = {int(number): base64.b64decode(key) for number, key in data["columns"].items()}
        keys = Keys(columns, base64.b64decode(data["lookup"]), base64.b64decode(data["answers"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise KeysError from None
    if not columns or any(len(key) != KEY_BYTES for key in (*columns.values(), keys.lookup, keys.answers)):
        raise KeysError
    return keys


def save(folder: Path, keys: Keys) -> None:
    """Write `keys` to `folder`, to be called `alone`: a reader sees the old file or the new one, never a part.

    On return it is on the disk, name and all: nothing may be sealed with a key that a power cut could take away.
    """
    data = {
        "columns": {number: _text(key) for number, key in keys.columns.items()},
        "lookup": _text(keys.lookup),
        "answers": _text(keys.answers),
    }
    replace_durably(folder / FILE, json.dumps(data))


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")
