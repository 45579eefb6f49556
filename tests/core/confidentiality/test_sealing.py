"""core/confidentiality/sealing: what is sealed opens for those it was sealed to, and shows nothing to anybody else."""

from __future__ import annotations

import pytest
from nacl.public import PrivateKey

from core.confidentiality.sealing import (
    OVERHEAD,
    SLOTS,
    pad,
    seal,
    seal_to_reporter,
    unpad,
    unseal,
    unseal_for_reporter,
)
from core.errors import KeysError


def publics(keys: list[PrivateKey]) -> list[bytes]:
    """Their public halves."""
    return [bytes(key.public_key) for key in keys]


@pytest.mark.parametrize("recipients", [1, 2, SLOTS])
def test_each_recipient_opens_it_and_nobody_else(recipients: int) -> None:
    """Any of the private keys gives it back; another one does not."""
    keys = [PrivateKey.generate() for _ in range(recipients)]
    sealed = seal("他扣了三百元".encode(), publics(keys))
    assert [unseal(sealed, key).decode() for key in keys] == ["他扣了三百元"] * recipients
    with pytest.raises(KeysError):
        unseal(sealed, PrivateKey.generate())


def test_how_many_can_open_it_does_not_show() -> None:
    """Sealed to one or to eight, it is as long, and no part of it is the same twice."""
    keys = publics([PrivateKey.generate() for _ in range(SLOTS)])
    sealed = [seal(b"x" * 100, keys[:number]) for number in (1, 1, 3, SLOTS)]
    assert {len(each) for each in sealed} == {100 + OVERHEAD}
    blocks = [each[start : start + 16] for each in sealed for start in range(0, len(each) - 16, 16)]
    assert len(set(blocks)) == len(blocks)


@pytest.mark.parametrize("number", [0, SLOTS + 1])
def test_nobody_and_too_many_are_refused(number: int) -> None:
    """Never sealed to nobody by mistake."""
    with pytest.raises(ValueError, match="instead of 1 to 8"):
        seal(b"x", publics([PrivateKey.generate() for _ in range(number)]))


@pytest.mark.parametrize("at", [0, 100, 650, -1])
def test_a_changed_byte_does_not_open(at: int) -> None:
    """In the copies of the key, where only one recipient has one, or in the text: KeysError, never rubbish."""
    key = PrivateKey.generate()
    sealed = bytearray(seal(b"x" * 50, publics([key] * SLOTS)))
    if at in {0, 100}:
        sealed[: SLOTS * 80] = bytes(SLOTS * 80)
    else:
        sealed[at] ^= 1
    with pytest.raises(KeysError):
        unseal(bytes(sealed), key)


@pytest.mark.parametrize("rubbish", [b"", b"x", b"x" * 79, b"\0" * OVERHEAD, b"x" * 5000])
def test_rubbish_does_not_open(rubbish: bytes) -> None:
    """Whatever lies in the table: KeysError."""
    for opens in (unseal, unseal_for_reporter):
        with pytest.raises(KeysError):
            opens(rubbish, PrivateKey.generate())


def test_for_the_reporter_alone() -> None:
    """An answer opens with the receipt's own key only."""
    mine, other = PrivateKey.generate(), PrivateKey.generate()
    sealed = seal_to_reporter(b"answer", bytes(mine.public_key))
    assert unseal_for_reporter(sealed, mine) == b"answer"
    with pytest.raises(KeysError):
        unseal_for_reporter(sealed, other)


@pytest.mark.parametrize(("length", "padded"), [(0, 64), (63, 64), (64, 128), (65, 128)])
def test_padding(length: int, padded: int) -> None:
    """Up to the next multiple, and back."""
    content = b"\x80" * length
    assert len(pad(content, 64)) == padded
    assert unpad(pad(content, 64), 64) == content


def test_what_was_not_padded_is_refused() -> None:
    """Damage shows."""
    with pytest.raises(KeysError):
        unpad(b"\0" * 64, 64)
