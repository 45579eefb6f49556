"""core/confidentiality/inspector_key: the private half leaves its file only for who knows the passphrase."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.confidentiality.inspector_key import InspectorKey, PublicHalf, public_path, read, read_public, write
from core.errors import KeysError, NotAllowed

PASSPHRASE = "五个 红 柿子 挂 树上 of autumn"
CHEAP = (1, 8192)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the key lies."""
    return tmp_path / "zhou.key"


def test_written_and_read(file: Path) -> None:
    """The pair comes back; the public half lies beside it, for everybody."""
    key = InspectorKey.generate()
    write(file, key, PASSPHRASE, CHEAP)
    assert read(file, PASSPHRASE) == key
    assert read_public(public_path(file)) == key.public_half
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_wrong_passphrase(file: Path) -> None:
    """Says so, and opens nothing."""
    write(file, InspectorKey.generate(), PASSPHRASE, CHEAP)
    with pytest.raises(KeysError, match="passphrase is wrong"):
        read(file, PASSPHRASE + " ")


def test_no_key_is_written_over(file: Path) -> None:
    """The one that is there may be all that opens last year's reports."""
    write(file, InspectorKey.generate(), PASSPHRASE, CHEAP)
    before = file.read_bytes()
    with pytest.raises(NotAllowed, match="never written over"):
        write(file, InspectorKey.generate(), PASSPHRASE, CHEAP)
    assert file.read_bytes() == before


def test_a_short_passphrase_is_refused(file: Path) -> None:
    """Eleven characters are too few; no file is made."""
    with pytest.raises(NotAllowed, match="at least 12"):
        write(file, InspectorKey.generate(), "elf zeichen", CHEAP)
    assert not file.exists()


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"argon2id": {"salt": "", "passes": 1, "memory": 1}, "sealed": ""}', "\xff"]
)
def test_a_file_that_is_no_key(file: Path, content: str) -> None:
    """One line that names the file."""
    file.write_text(content, "latin-1")
    with pytest.raises(KeysError, match=r"zhou\.key is no private key"):
        read(file, PASSPHRASE)


@pytest.mark.parametrize(
    "line", ["", "jiangfu-inspector-key", "jiangfu-inspector-key AAAA", "ssh-rsa AAAA", "jiangfu-inspector-key ä"]
)
def test_a_line_that_is_no_public_key(line: str) -> None:
    """Says how one is made."""
    with pytest.raises(KeysError, match="keygen"):
        PublicHalf.of_line(line)


def test_signatures() -> None:
    """Only what the private half signed is taken for its word."""
    key, other = InspectorKey.generate(), InspectorKey.generate()
    signed = key.sign(b"closed")
    assert key.public_half.has_signed(signed) == b"closed"
    assert other.public_half.has_signed(signed) is None
    assert key.public_half.has_signed(signed[:-1] + b"D") is None
    assert key.public_half.has_signed(b"") is None


def test_the_two_private_halves_differ() -> None:
    """What signs does not open: two keys of one seed."""
    key = InspectorKey.generate()
    assert key.public_half.sealing != key.public_half.signing
    assert key.seed.hex() not in repr(key)
    assert len(key.public_half.fingerprint) == 19
