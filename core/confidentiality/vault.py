"""Sealing of personal data and its keyed hashes: AES-256-GCM bound to table and column, HMAC-SHA-256 to find by."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary, Table
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeDecorator

from core.confidentiality import keys as key_file
from core.errors import KeysError

_NONCE = 12
_HEADER = 2
_ANSWER = b"inbox.answer"
_SHUT = "A sealed value does not open with the keys in JIANGFU_KEYS_DIR."


class SealedText(TypeDecorator[bytes]):
    """The type of a column that holds sealed text; rotation and tests find all of them by it."""

    impl = LargeBinary
    cache_ok = True


Column = InstrumentedAttribute[bytes] | InstrumentedAttribute[bytes | None]


@dataclass(frozen=True)
class _Held:
    """What one version of the key file holds, replaced as a whole, so that no thread sees half of two versions."""

    stamp: tuple[int, ...]
    keys: key_file.Keys
    ciphers: dict[int, AESGCM]


class Vault:
    """Seals, opens and hashes with the keys of one folder; sees by itself when another process has rotated them."""

    def __init__(self, folder: Path) -> None:
        """Raises KeysError where `folder` holds no keys."""
        self._file = folder / key_file.FILE
        self._held = self._load(self._stamp())

    def seal(self, column: Column, text: str) -> bytes:
        """`text` sealed for `column`: key number, nonce, ciphertext, tag. Raises KeysError where the keys are gone."""
        held = self._refreshed()
        number = held.keys.current
        return self.header(number) + _seal(held.ciphers[number], text, _context(column))

    def open(self, column: Column, token: bytes) -> str:
        """The text that was sealed for `column`. Raises KeysError where its key is gone or it was tampered with."""
        number = int.from_bytes(token[:_HEADER], "big")
        held = self._held if number in self._held.ciphers else self._refreshed()
        if number not in held.ciphers:
            raise KeysError(_SHUT)
        return _open(held.ciphers[number], token[_HEADER:], _context(column))

    @staticmethod
    def header(number: int) -> bytes:
        """How every token begins that was sealed with column key `number`."""
        return number.to_bytes(_HEADER, "big")

    def lookup(self, kind: str, value: str) -> bytes:
        """The keyed hash (32 bytes) to find `value` by; `kind` keeps equal values of different kinds apart."""
        return hmac.digest(self._held.keys.lookup, f"{kind}\0{value}".encode(), "sha256")

    def derived(self, purpose: str, length: int) -> bytes:
        """A secret of so many bytes that is the installation's own and the same for ever, one for each `purpose`."""
        return HKDF(SHA256(), length, salt=None, info=f"derived\0{purpose}".encode()).derive(self._held.keys.lookup)

    def seal_answer(self, provider_id: str, answer: str) -> bytes:
        """`answer` sealed under a key derived from the provider's id: without the id, which is not kept, it is shut."""
        return _seal(self._answer_cipher(provider_id), answer, _ANSWER)

    def open_answer(self, provider_id: str, token: bytes) -> str:
        """The answer that was given to the message with that id. Raises KeysError where it was tampered with."""
        return _open(self._answer_cipher(provider_id), token, _ANSWER)

    def _answer_cipher(self, provider_id: str) -> AESGCM:
        return AESGCM(HKDF(SHA256(), 32, salt=self._held.keys.answers, info=_ANSWER).derive(provider_id.encode()))

    def _refreshed(self) -> _Held:
        # Looked at before the file is read: what is replaced in between is read again the next time.
        stamp = self._stamp()
        if stamp != self._held.stamp:
            self._held = self._load(stamp)
        return self._held

    def _stamp(self) -> tuple[int, ...]:
        # Two files written within one tick of the file system's clock still differ in their inode or size.
        try:
            status = self._file.stat()
        except OSError:
            raise KeysError from None
        return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino

    def _load(self, stamp: tuple[int, ...]) -> _Held:
        keys = key_file.load(self._file.parent)
        return _Held(stamp, keys, {number: AESGCM(key) for number, key in keys.columns.items()})


def _seal(cipher: AESGCM, text: str, context: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + cipher.encrypt(nonce, text.encode(), context)


def _open(cipher: AESGCM, token: bytes, context: bytes) -> str:
    try:
        return cipher.decrypt(token[:_NONCE], token[_NONCE:], context).decode()
    except (InvalidTag, ValueError):  # ValueError: cut off, so that not even the nonce is whole
        raise KeysError(_SHUT) from None


def table_of(column: Column) -> Table:
    """The table that `column` stands in."""
    return cast("Table", column.parent.local_table)


def _context(column: Column) -> bytes:
    return f"{table_of(column).name}.{column.key}".encode()
