"""The archive: a tar of database, keys and manifest, encrypted with age (https://age-encryption.org/v1) to the office's
public key, so that who finds it, or runs the machine that it lies on, cannot read it."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyrage
from pyrage import x25519

from core.errors import JiangfuError, NotAllowed, SettingsError

DATABASE, KEYS, MANIFEST = "database", "data-keys.json", "manifest.json"
PARTS = (DATABASE, KEYS, MANIFEST)


class ArchiveRefused(JiangfuError):
    """The file is no backup of this program, or is damaged, or was made for another identity."""


def make_identity(path: Path) -> str:
    """Write a new identity to the new file `path` (mode 0600); its public key. Raises NotAllowed where it is there."""
    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NotAllowed("The file is there already: an identity is never overwritten.") from None
    except OSError:
        raise NotAllowed("The file cannot be written.") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"# public key: {public}\n{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    return public


def read_identity(path: Path) -> x25519.Identity:
    """The identity in `path`. Raises NotAllowed where there is none."""
    try:
        lines = path.read_text("ascii").splitlines()
        return x25519.Identity.from_str(next(line for line in lines if line and not line.startswith("#")))
    except (OSError, UnicodeDecodeError, StopIteration, pyrage.IdentityError):
        raise NotAllowed("The identity file holds no key as `jiangfu keys backup-key` makes it.") from None


def recipient_of(public: str) -> x25519.Recipient:
    """The office's public key. Raises SettingsError where it is missing or none."""
    if not public:
        raise SettingsError("JIANGFU_BACKUP_RECIPIENT is missing: `jiangfu keys backup-key FILE` makes a key.")
    try:
        return x25519.Recipient.from_str(public)
    except pyrage.RecipientError:
        raise SettingsError("JIANGFU_BACKUP_RECIPIENT: must be a public key; an example: age1…") from None


def pack(folder: Path, archive: Path, recipient: x25519.Recipient) -> None:
    """Encrypt the parts in `folder` to the file `archive`, which is there as a whole or not at all."""
    plain, draft = folder / "plain.tar", archive.with_name(f".{archive.name}.draft")
    with tarfile.open(plain, "w") as tar:
        for part in PARTS:
            tar.add(folder / part, part)
    try:
        with plain.open("rb") as source, open(draft, "wb", opener=_private) as target:
            pyrage.encrypt_io(source, target, [recipient])
            target.flush()
            os.fsync(target.fileno())
        draft.replace(archive)
    except OSError:
        draft.unlink(missing_ok=True)
        raise NotAllowed("The backup cannot be written there: is the disk full, or the folder missing?") from None


@contextmanager
def unpacked(archive: Path, identity: x25519.Identity, beside: Path) -> Iterator[Path]:
    """A folder with the parts of `archive`, made under `beside`, for the length of the block. Raises ArchiveRefused."""
    with workroom(beside) as folder:
        plain = folder / "plain.tar"
        try:
            with archive.open("rb") as source, plain.open("wb") as target:
                pyrage.decrypt_io(source, target, [identity])
            with tarfile.open(plain) as tar:
                for part in PARTS:
                    tar.extract(part, folder, filter="data")
        except (OSError, pyrage.DecryptError, tarfile.TarError, KeyError):
            raise ArchiveRefused from None
        plain.unlink()
        yield folder


@contextmanager
def workroom(beside: Path) -> Iterator[Path]:
    """A folder that only this user can enter, on the disk that holds the keys anyway; gone with the block."""
    beside.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".backup-", dir=beside) as folder:
        yield Path(folder)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
