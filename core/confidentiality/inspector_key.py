"""An inspector's key pair: the private half in a file behind a passphrase, the public half in a line to hand over."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from nacl.encoding import HexEncoder, RawEncoder
from nacl.exceptions import BadSignatureError, CryptoError
from nacl.hash import blake2b
from nacl.public import PrivateKey
from nacl.pwhash import argon2id
from nacl.secret import SecretBox
from nacl.signing import SigningKey, VerifyKey

from core.errors import KeysError, NotAllowed

SHORTEST_PASSPHRASE = 12
# About a second of one core: done once a sitting, on the inspector's own machine.
STRONG = (6, argon2id.MEMLIMIT_MODERATE)
_WORD = "jiangfu-inspector-key"


@dataclass(frozen=True)
class PublicHalf:
    """What is handed over: the key that reports are sealed to, and the one that answers are signed with."""

    sealing: bytes
    signing: bytes

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits in groups of four, to be compared over the telephone."""
        digits = blake2b(self.sealing + self.signing, digest_size=8, encoder=HexEncoder).decode()
        return " ".join(digits[start : start + 4] for start in range(0, 16, 4))

    def to_line(self) -> str:
        """As it is handed over: a line of text."""
        return f"{_WORD} {base64.b64encode(self.sealing + self.signing).decode()}"

    @classmethod
    def of_line(cls, line: str) -> PublicHalf:
        """The keys that `to_line` wrote. Raises KeysError where it is no such line."""
        word, _, text = line.strip().partition(" ")
        try:
            both = base64.b64decode(text, validate=True)
        except ValueError:
            both = b""
        if word != _WORD or len(both) != 64:
            raise KeysError("This is no public key of an inspector; `jiangfu reports keygen` makes one beside FILE.")
        return cls(both[:32], both[32:])

    def has_signed(self, signed: bytes) -> bytes | None:
        """What was signed, if it was signed by the private half; else None."""
        try:
            return VerifyKey(self.signing).verify(signed)
        except (BadSignatureError, ValueError):
            return None


@dataclass(frozen=True)
class InspectorKey:
    """The whole pair, in memory only."""

    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> InspectorKey:
        """A new pair."""
        return cls(secrets.token_bytes(32))

    @property
    def private(self) -> PrivateKey:
        """The half that opens what was sealed."""
        return PrivateKey(self._part(b"seal"))

    @property
    def public_half(self) -> PublicHalf:
        """The half to hand over."""
        return PublicHalf(bytes(self.private.public_key), bytes(self._signing.verify_key))

    def sign(self, message: bytes) -> bytes:
        """`message` with its signature before it."""
        return bytes(self._signing.sign(message))

    @property
    def _signing(self) -> SigningKey:
        return SigningKey(self._part(b"sign"))

    def _part(self, purpose: bytes) -> bytes:
        # Two keys of one seed, so that there is one thing to keep.
        return bytes(blake2b(b"", key=self.seed, digest_size=32, person=purpose, encoder=RawEncoder))


def write(path: Path, key: InspectorKey, passphrase: str, cost: tuple[int, int] = STRONG) -> None:
    """Put the private half into `path` (mode 0600), sealed with the passphrase, and the public half beside it into
    `path`.pub. `cost` is Argon2id's passes and bytes.

    Raises NotAllowed where a file is there already or the passphrase is too short.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise NotAllowed(f"The passphrase must have at least {SHORTEST_PASSPHRASE} characters; several words are best.")
    salt = secrets.token_bytes(argon2id.SALTBYTES)
    box = SecretBox(_stretched(passphrase, salt, cost))
    data = {
        "what": f"{_WORD} private",
        "argon2id": {"passes": cost[0], "memory": cost[1], "salt": _text(salt)},
        "sealed": _text(bytes(box.encrypt(key.seed))),
    }
    _create(path, json.dumps(data, indent=1) + "\n", 0o600)
    _create(public_path(path), key.public_half.to_line() + "\n", 0o644)


def read(path: Path, passphrase: str) -> InspectorKey:
    """The pair in `path`. Raises KeysError where it is none or the passphrase is wrong."""
    try:
        data = json.loads(path.read_text("ascii"))
        hard = data["argon2id"]
        salt, sealed = base64.b64decode(hard["salt"]), base64.b64decode(data["sealed"])
        stretched = _stretched(passphrase, salt, (int(hard["passes"]), int(hard["memory"])))
    except (OSError, ValueError, TypeError, KeyError, CryptoError):
        raise KeysError(f"{path.name} is no private key of an inspector.") from None
    try:
        return InspectorKey(bytes(SecretBox(stretched).decrypt(sealed)))
    except CryptoError:
        raise KeysError("The passphrase is wrong.") from None


def public_path(path: Path) -> Path:
    """Where the public half of the key in `path` lies."""
    return path.with_name(f"{path.name}.pub")


def read_public(path: Path) -> PublicHalf:
    """The public half in `path`. Raises KeysError where there is none."""
    try:
        line = path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise KeysError(f"{path.name} cannot be read as the public key of an inspector.") from None
    return PublicHalf.of_line(line)


def _stretched(passphrase: str, salt: bytes, cost: tuple[int, int]) -> bytes:
    passes, memory = cost
    return argon2id.kdf(SecretBox.KEY_SIZE, passphrase.encode(), salt, opslimit=passes, memlimit=memory)


def _create(path: Path, text: str, mode: int) -> None:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise NotAllowed(f"{path.name} is there already; a key is never written over.") from None
    except OSError:
        raise NotAllowed(f"{path.name} cannot be written there.") from None
    with os.fdopen(file, "w", encoding="ascii") as out:
        out.write(text)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
