"""core/confidentiality/receipt: sixteen digits that forgive no slip, and two secrets that only they and our keys give."""

from __future__ import annotations

from pathlib import Path

import pytest
from nacl.public import PublicKey, SealedBox

from core.confidentiality import keys
from core.confidentiality.receipt import (
    LENGTH,
    Cost,
    draw_receipt,
    holds_receipt,
    in_groups,
    is_receipt,
    salt_of,
    secrets_of,
)
from core.confidentiality.vault import Vault
from core.domain.case_number import LENGTH as CASE_LENGTH
from core.domain.reference import LENGTH as REFERENCE_LENGTH


def test_a_receipt_is_sixteen_digits_drawn_at_random() -> None:
    """No two are alike, and the first digit may be a nought: fifteen are random."""
    drawn = [draw_receipt() for _ in range(500)]
    assert len(set(drawn)) == 500
    assert {len(receipt) for receipt in drawn} == {LENGTH}
    assert all(map(is_receipt, drawn))
    assert {receipt[0] for receipt in drawn} == set("0123456789")
    assert LENGTH not in {CASE_LENGTH, REFERENCE_LENGTH}


@pytest.mark.parametrize("place", range(LENGTH))
def test_every_single_slip_is_seen(place: int) -> None:
    """One digit mistyped, wherever it stands, never makes another receipt; nor do two neighbours changed over."""
    receipt = draw_receipt()
    for digit in "0123456789":
        slipped = receipt[:place] + digit + receipt[place + 1 :]
        assert is_receipt(slipped) == (slipped == receipt)
    changed = receipt[:place] + receipt[place : place + 2][::-1] + receipt[place + 2 :]
    assert is_receipt(changed) == (changed == receipt)


@pytest.mark.parametrize("number", ["", "1" * 15, "1" * 17, "１" * 16, "12345678901234五5", "٣" * 16])
def test_what_is_no_receipt(number: str) -> None:
    """Of another length, or not of plain digits."""
    assert not is_receipt(number)


def test_shown_in_groups_of_four() -> None:
    """As it is copied to paper."""
    assert in_groups("1234567890123456") == "1234 5678 9012 3456"


def test_a_receipt_inside_a_text_is_seen() -> None:
    """However it is grouped, and whatever stands around it."""
    receipt = draw_receipt()
    spaced = in_groups(receipt)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in receipt)
    for text in (receipt, spaced, f"编号{receipt}。", f"我的号 {spaced} 请查", wide, spaced.replace(" ", "-"),
                 f"13800138000 {spaced}", f"{receipt} 2019"):  # fmt: skip
        assert holds_receipt(text), text


@pytest.mark.parametrize(
    "text",
    ["", "他2019年3月拿了3000元", "43052119500312123X", "430521195003121236", "13800138000 13900139000", "12388"],
)
def test_other_numbers_in_a_text_are_let_pass(text: str) -> None:
    """Phones, ID numbers, sums and years are what reports are made of."""
    assert not holds_receipt(text)


def test_the_secrets_are_the_same_each_time_and_apart(vault: Vault) -> None:
    """One finds the record, the other opens the answers; neither gives away the other, nor the hardened receipt."""
    first, again = secrets_of(vault, b"h" * 32), secrets_of(vault, b"h" * 32)
    assert (first.lookup, first.public_key) == (again.lookup, again.public_key)
    assert len({first.lookup, bytes(first.private_key), first.public_key, b"h" * 32}) == 4
    sealed = SealedBox(PublicKey(first.public_key)).encrypt(b"hello")
    assert SealedBox(again.private_key).decrypt(sealed) == b"hello"
    assert secrets_of(vault, b"i" * 32).lookup != first.lookup


def test_without_the_pepper_a_right_receipt_finds_nothing(vault: Vault, tmp_path: Path) -> None:
    """With other key files neither salt nor secrets are the same: the database alone cannot be tried against."""
    keys.ensure(tmp_path / "others")
    other = Vault(tmp_path / "others")
    assert salt_of(other) != salt_of(vault)
    assert len(salt_of(vault)) == 16
    assert secrets_of(other, b"h" * 32).lookup != secrets_of(vault, b"h" * 32).lookup


def test_rotation_changes_neither_salt_nor_secrets(vault: Vault, keys_dir: Path) -> None:
    """Receipts given out before a rotation of the column key still find their reports."""
    before = salt_of(vault), secrets_of(vault, b"h" * 32).lookup
    keys.save(keys_dir, keys.load(keys_dir).with_new_column_key().without_old_column_keys())
    after = Vault(keys_dir)
    assert (salt_of(after), secrets_of(after, b"h" * 32).lookup) == before


def test_nothing_secret_is_in_a_representation(vault: Vault) -> None:
    """A secret that ends up in a text by accident shows nothing."""
    assert secrets_of(vault, b"h" * 32).lookup.hex() not in repr(secrets_of(vault, b"h" * 32))
    assert "private" not in repr(secrets_of(vault, b"h" * 32))


def test_the_cost_is_kept_as_text() -> None:
    """What is kept with a record gives back what it was hardened with."""
    assert Cost.of(str(Cost(3, 1 << 27))) == Cost(3, 1 << 27)
