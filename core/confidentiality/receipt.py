"""The receipt: sixteen digits that are shown once and kept nowhere, and the two secrets that only they give back."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.public import PrivateKey
from stdnum import damm

from core.confidentiality.vault import Vault
from core.text import as_digits, fold

LENGTH = 16
GROUP = 4

# Digits in groups, as people write long numbers down.
_NUMBERS = re.compile(r"\d+(?:[ .\-]{1,2}\d+)*")


def draw_receipt() -> str:
    """A receipt: fifteen digits at random and a check digit (Damm)."""
    stem = f"{secrets.randbelow(10 ** (LENGTH - 1)):0{LENGTH - 1}}"
    return stem + damm.calc_check_digit(stem)


def is_receipt(number: str) -> bool:
    """Whether `number` could be a receipt. One mistyped digit, or two neighbours swapped, makes it False."""
    return len(number) == LENGTH and number.isascii() and number.isdigit() and damm.is_valid(number)


def in_groups(receipt: str) -> str:
    """The receipt as it is shown and written down: four groups of four digits."""
    return " ".join(receipt[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def holds_receipt(text: str) -> bool:
    """Whether a receipt stands in `text`, in whatever grouping: who reads it could open the answers. An ID number or a
    phone holds none: only whole groups that make sixteen digits together are looked at."""
    if is_receipt(as_digits(text)):
        return True
    runs = (re.findall(r"\d+", run) for run in _NUMBERS.findall(fold(text)))
    return any(
        is_receipt("".join(groups[start:end]))
        for groups in runs
        for start in range(len(groups))
        for end in range(start + 1, min(start + LENGTH, len(groups)) + 1)
    )


@dataclass(frozen=True)
class Cost:
    """What one hardening takes: Argon2id's passes and its memory in bytes, one lane. Kept with each record."""

    passes: int
    memory: int

    def __str__(self) -> str:
        return f"{self.passes}:{self.memory}"

    @classmethod
    def of(cls, text: str) -> Cost:
        """The cost that `str` wrote."""
        passes, memory = text.split(":")
        return cls(int(passes), int(memory))


@dataclass(frozen=True)
class Secrets:
    """What a hardened receipt gives: `lookup` (32 bytes) finds the record, `private_key` opens the answers to it."""

    lookup: bytes = field(repr=False)
    private_key: PrivateKey = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """The half that is kept (X25519, 32 bytes): answers are sealed to it."""
        return bytes(self.private_key.public_key)


def salt_of(vault: Vault) -> bytes:
    """The installation's salt (16 bytes) for hardening."""
    return vault.derived("receipt.salt", 16)


def secrets_of(vault: Vault, hardened: bytes) -> Secrets:
    """The two secrets of a hardened receipt. The pepper lies with the keys: the database alone cannot even be tried."""
    pepper = vault.derived("receipt.pepper", 32)
    lookup, seed = (HKDF(SHA256(), 32, pepper, info).derive(hardened) for info in (b"receipt.find", b"receipt.open"))
    return Secrets(lookup, PrivateKey(seed))
