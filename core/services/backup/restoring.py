"""Restoring a backup: it is verified first, what was there is set aside, and nothing is sent twice afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from core import audit
from core.audit import Head
from core.audit.heads import append_head, read_heads
from core.audit.journal import acts_after
from core.confidentiality import keys
from core.confidentiality.vault import Vault
from core.db import open_sessions, transaction
from core.delivery.sender import Capabilities
from core.errors import JiangfuError, KeysError, NotAllowed
from core.migrations.run import upgrade
from core.services.backup.archive import DATABASE
from core.services.backup.at_work import refuse_company
from core.services.backup.database_copy import SET_ASIDE, copy_in
from core.services.backup.gap import note_gap
from core.services.backup.survey import survey
from core.services.backup.verifying import verify_backup


@dataclass(frozen=True)
class Restored:
    """What a restoration did: the backup's instant, how many waiting messages are now not reached, and the acts since
    the backup as the journal names them (None: there is no journal)."""

    made_at: datetime
    unsure: int
    lost_acts: list[str] | None


@dataclass(frozen=True)
class Places:
    """Where the line keeps what a restoration touches. `journal` and `heads` lie outside the database."""

    keys_dir: Path
    heads: Path
    journal: Path | None


def restore_backup(
    engine: Engine, folder: Path, places: Places, channels: Mapping[str, Capabilities], replace: bool, now: datetime
) -> Restored:
    """Put the unpacked archive in `folder` in the place of database and keys. `channels`: what each channel's gateway
    can do; `now` is the scheme's instant.

    Raises NotAllowed while any part of the line runs, and where records or other keys are there and `replace` is not
    said; what `verify_backup` raises. Then nothing has changed.
    """
    _refuse_to_overwrite(engine, folder, places.keys_dir, replace)
    refuse_company(engine)
    manifest = verify_backup(engine, folder)
    stamp = f"{now:%Y%m%d_%H%M%S}"
    copy_in(engine, folder / DATABASE, stamp)
    _put_keys(folder, places.keys_dir, stamp)
    upgrade(engine)
    sessions, vault = open_sessions(engine), Vault(places.keys_dir)
    with transaction(sessions) as session:
        unsure = note_gap(session, channels, manifest.made_at, now)
        audit.note(session, vault, None, "restore", f"{manifest.made_at:%Y-%m-%dT%H:%M}", now)
    last = manifest.survey.head
    _set_aside_heads(places.heads, last, stamp)
    return Restored(manifest.made_at, unsure, _lost_acts(places.journal, last, stamp))


def _refuse_to_overwrite(engine: Engine, folder: Path, keys_dir: Path, replace: bool) -> None:
    if replace:
        return
    try:
        with engine.begin() as connection:
            has_records = any(count for name, count in survey(connection).rows.items() if name != "alembic_version")
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is there
        has_records = True
    if has_records:
        raise NotAllowed("There are records already: --replace sets them aside and restores the backup.")
    if _keys_in(keys_dir) not in {None, _keys_in(folder)}:
        raise NotAllowed("There are other keys already: --replace sets them aside and restores those of the backup.")


def _keys_in(folder: Path) -> bytes | None:
    try:
        return keys.load(folder).lookup
    except KeysError:
        return None


def _put_keys(folder: Path, keys_dir: Path, stamp: str) -> None:
    keys_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with keys.alone(keys_dir):
        if (old := keys_dir / keys.FILE).exists():
            old.rename(keys_dir / f"{keys.FILE}.{SET_ASIDE}{stamp}")
        keys.save(keys_dir, keys.load(folder))


def _set_aside_heads(path: Path, last: Head | None, stamp: str) -> None:
    """Heads of entries that are lost would make every later verification fail; they are kept beside."""
    if not path.exists():
        return
    heads = read_heads(path)
    path.rename(path.with_name(f"{path.name}.{SET_ASIDE}{stamp}"))
    for head in heads:
        if last is not None and head.sequence <= last.sequence:
            append_head(path, head)


def _lost_acts(journal: Path | None, last: Head | None, stamp: str) -> list[str] | None:
    if journal is None or not journal.exists():
        return None
    try:
        lost = acts_after(journal, last)
        journal.rename(journal.with_name(f"{journal.name}.{SET_ASIDE}{stamp}"))
    except OSError:
        raise JournalUnread from None
    return lost


class JournalUnread(JiangfuError):
    """The backup is restored, but the journal of acts cannot be read: ask every office what it did since."""
