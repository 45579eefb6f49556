"""Sealing for inspectors: what is sealed opens with the private key of one of those whom it was sealed to, and tells
neither how many they are nor how long it is. Composed of libsodium's sealed boxes, secret boxes and padding alone."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from core.errors import KeysError

# Whatever is sealed carries so many copies of its key; those that nobody needs are sealed to keys thrown away.
SLOTS = 8
_COPY = SecretBox.KEY_SIZE + 48  # a sealed box adds a fresh public key and a tag
OVERHEAD = SLOTS * _COPY + SecretBox.NONCE_SIZE + SecretBox.MACBYTES


def pad(content: bytes, block: int) -> bytes:
    """`content` padded to the next multiple of `block` bytes; at least one byte is added."""
    return bytes(sodium_pad(content, block))


def unpad(padded: bytes, block: int) -> bytes:
    """What was padded. Raises KeysError where it was not."""
    try:
        return bytes(sodium_unpad(padded, block))
    except CryptoError:
        raise KeysError("A sealed record is damaged.") from None


def seal(content: bytes, public_keys: Sequence[bytes]) -> bytes:
    """`content` sealed to each of `public_keys` (X25519, 32 bytes each; one to eight), `OVERHEAD` bytes longer.

    Nothing in it says to which keys, or to how many. Raises ValueError for none or too many.
    """
    if not 0 < len(public_keys) <= SLOTS:
        raise ValueError(f"sealed to {len(public_keys)} keys instead of 1 to {SLOTS}")
    key = secrets.token_bytes(SecretBox.KEY_SIZE)
    nobody = [bytes(PrivateKey.generate().public_key) for _ in range(SLOTS - len(public_keys))]
    recipients = [*public_keys, *nobody]
    secrets.SystemRandom().shuffle(recipients)
    copies = (SealedBox(PublicKey(recipient)).encrypt(key) for recipient in recipients)
    return b"".join(copies) + bytes(SecretBox(key).encrypt(content))


def unseal(sealed: bytes, private_key: PrivateKey) -> bytes:
    """What was sealed to the public half of `private_key`. Raises KeysError where it was not, or was damaged."""
    copies = (sealed[start : start + _COPY] for start in range(0, SLOTS * _COPY, _COPY))
    box = SealedBox(private_key)
    for copy in copies:
        try:
            return bytes(SecretBox(box.decrypt(copy)).decrypt(sealed[SLOTS * _COPY :]))
        except (CryptoError, ValueError, TypeError):
            continue
    raise KeysError("This key does not open it.")


def seal_to_reporter(content: bytes, public_key: bytes) -> bytes:
    """`content` sealed to the one key that a receipt gives back."""
    return bytes(SealedBox(PublicKey(public_key)).encrypt(content))


def unseal_for_reporter(sealed: bytes, private_key: PrivateKey) -> bytes:
    """What was sealed to the public half of `private_key`. Raises KeysError where it was not, or was damaged."""
    try:
        return bytes(SealedBox(private_key).decrypt(sealed))
    except (CryptoError, ValueError, TypeError):
        raise KeysError("This key does not open it.") from None
