"""core/confidentiality/vault: what is sealed opens only where it belongs, unchanged, and with the keys at hand."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.confidentiality import keys
from core.confidentiality.rotation import sealed_columns
from core.confidentiality.vault import Vault, table_of
from core.domain.person import Person
from core.domain.staff import Staff
from core.errors import KeysError

NAME = "王桂兰"


def _rotate_file(folder: Path) -> None:
    with keys.alone(folder):
        keys.save(folder, keys.load(folder).with_new_column_key())


@given(text=st.text(max_size=200))
def test_what_is_sealed_opens(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Any text comes back as it was, and no two seals of it look alike."""
    folder = tmp_path_factory.getbasetemp() / "keys-of-all-texts"
    keys.ensure(folder)
    vault = Vault(folder)
    token = vault.seal(Person.name, text)
    assert vault.open(Person.name, token) == text
    assert token != vault.seal(Person.name, text)


def test_a_token_opens_in_its_own_column_alone(vault: Vault) -> None:
    """Copied to another column, of its own table or of another, a sealed value does not open."""
    columns = list(sealed_columns())
    assert len({table_of(column).name for column in columns}) > 3
    for home in columns:
        token = vault.seal(home, NAME)
        for column in columns:
            if column is home:
                assert vault.open(column, token) == NAME
            else:
                with pytest.raises(KeysError):
                    vault.open(column, token)


def test_equal_names_of_columns_are_no_help(vault: Vault) -> None:
    """The name of a member of staff does not open as the name of a person."""
    with pytest.raises(KeysError):
        vault.open(Person.name, vault.seal(Staff.name, NAME))


def test_a_token_that_was_tampered_with_does_not_open(vault: Vault) -> None:
    """One bit anywhere, in key number, nonce, ciphertext or tag, and the value is refused."""
    token = vault.seal(Person.name, NAME)
    for place in range(len(token)):
        wrong = bytearray(token)
        wrong[place] ^= 1
        with pytest.raises(KeysError):
            vault.open(Person.name, bytes(wrong))


def test_a_token_that_was_cut_off_does_not_open(vault: Vault) -> None:
    """Any part of a sealed value is refused by the same error, which shows nothing of it."""
    token = vault.seal(Person.name, NAME)
    for length in range(len(token)):
        with pytest.raises(KeysError, match=r"^A sealed value does not open with the keys in JIANGFU_KEYS_DIR\.$"):
            vault.open(Person.name, token[:length])


def test_a_value_does_not_open_with_another_installations_keys(vault: Vault, tmp_path: Path) -> None:
    """A stolen table is of no use beside other keys."""
    keys.ensure(tmp_path / "others")
    with pytest.raises(KeysError):
        Vault(tmp_path / "others").open(Person.name, vault.seal(Person.name, NAME))


def test_hashes_to_find_by_are_keyed_and_kept_apart(vault: Vault, keys_dir: Path, tmp_path: Path) -> None:
    """Equal values of one kind are found; another kind, or another installation, hashes them otherwise."""
    found = vault.lookup("phone", "+8613800138000")
    assert found == Vault(keys_dir).lookup("phone", "+8613800138000")
    assert len(found) == 32
    assert found != vault.lookup("telegram", "+8613800138000")
    assert vault.lookup("a", "bc") != vault.lookup("ab", "c")
    keys.ensure(tmp_path / "others")
    assert found != Vault(tmp_path / "others").lookup("phone", "+8613800138000")


def test_an_answer_opens_with_its_id_alone(vault: Vault) -> None:
    """Another message's id, or a changed answer, does not open it."""
    token = vault.seal_answer("SM1", NAME)
    assert vault.open_answer("SM1", token) == NAME
    for provider_id, wrong in (("SM2", token), ("SM1", token[:-1]), ("SM1", b""), ("SM1", token[:-1] + b"\0")):
        with pytest.raises(KeysError):
            vault.open_answer(provider_id, wrong)


def test_a_new_key_is_seen_by_a_vault_that_is_open(vault: Vault, keys_dir: Path) -> None:
    """After another process added a key, the next value is sealed with it, and the old ones still open."""
    old = vault.seal(Person.name, NAME)
    _rotate_file(keys_dir)
    new = vault.seal(Person.name, NAME)
    assert old.startswith(vault.header(1))
    assert new.startswith(vault.header(2))
    assert [vault.open(Person.name, token) for token in (old, new)] == [NAME, NAME]


def test_a_key_is_looked_for_when_a_value_needs_it(vault: Vault, keys_dir: Path) -> None:
    """A vault that only reads opens what another process sealed with a key that it has not seen yet."""
    _rotate_file(keys_dir)
    token = Vault(keys_dir).seal(Person.name, NAME)
    assert vault.open(Person.name, token) == NAME


def test_changes_within_one_tick_of_the_file_systems_clock_are_seen(vault: Vault, keys_dir: Path) -> None:
    """Many key files written as fast as can be: none is missed, though their times may be equal."""
    for number in range(2, 60):
        _rotate_file(keys_dir)
        assert vault.seal(Person.name, NAME).startswith(vault.header(number))


def test_threads_share_a_vault_while_its_keys_change(vault: Vault, keys_dir: Path) -> None:
    """No thread ever sees half of two key files."""
    trouble: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(300):
                assert vault.open(Person.name, vault.seal(Person.name, NAME)) == NAME
        except BaseException as error:  # noqa: BLE001 handed to the test
            trouble.append(error)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        _rotate_file(keys_dir)
    assert trouble == []


def test_without_its_keys_a_vault_does_not_start(tmp_path: Path) -> None:
    """It never falls back to plain text; the error says what to do."""
    with pytest.raises(KeysError, match="jiangfu init"):
        Vault(tmp_path)


def test_a_vault_whose_keys_were_taken_away_seals_nothing(vault: Vault, keys_dir: Path) -> None:
    """What could not be opened again after a restart is not sealed."""
    (keys_dir / keys.FILE).unlink()
    with pytest.raises(KeysError):
        vault.seal(Person.name, NAME)
