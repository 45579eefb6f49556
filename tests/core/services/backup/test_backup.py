"""core/services/backup: a backup made while others write is whole, is for the office alone, and is held to account."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest
from pyrage.x25519 import Identity
from sqlalchemy import text

from core.confidentiality import keys
from core.db import Sessions, transaction
from core.domain.area import Area, Level
from core.errors import NotAllowed, SettingsError
from core.services.backup.archive import DATABASE, ArchiveRefused, make_identity, recipient_of, unpacked
from core.services.backup.verifying import BackupUnfit, verify_backup
from tests.core.services.backup.conftest import Office
from tests.districts import District


def test_a_backup_is_whole_while_others_write(office: Office, sessions: Sessions, district: District) -> None:
    """What is not committed when it is made is not in it; all else is, to the last audit entry."""
    with transaction(sessions) as session:
        session.execute(text("DELETE FROM staff"))
        session.flush()
        archive = office.back_up()
        session.rollback()
    with unpacked(archive, office.identity, office.folder) as folder:
        manifest = verify_backup(office.engine, folder)
    assert (manifest.survey.rows["areas"], manifest.survey.rows["staff"]) == (6, 6)
    assert manifest.survey.head.sequence == 1
    assert [path.name for path in office.folder.iterdir() if path.name.startswith(".")] == []


def test_only_the_offices_identity_opens_it(office: Office, district: District, vault) -> None:
    """Neither the database nor a key can be read from the file; another identity, or a damaged file, is refused."""
    archive = office.back_up()
    content = archive.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert "名T1V1".encode() not in content
    assert archive.stat().st_mode & 0o077 == 0
    with pytest.raises(ArchiveRefused), unpacked(archive, Identity.generate(), office.folder):
        pass
    archive.write_bytes(content[:-1])
    with pytest.raises(ArchiveRefused), unpacked(archive, office.identity, office.folder):
        pass


@pytest.mark.parametrize(
    ("harm", "named"),
    [("DELETE FROM staff", "staff"), ("DELETE FROM audit_entries", "audit_entries")],
)
def test_a_backup_that_lacks_rows_is_named(office: Office, sessions: Sessions, district: District, harm, named) -> None:
    """The copy in the archive is held against the manifest, table by table."""
    archive = office.back_up()
    with unpacked(archive, office.identity, office.folder) as folder:
        good = (folder / DATABASE).read_bytes()
        with transaction(sessions) as session:
            session.execute(text(harm))
        worse = office.back_up()
        with unpacked(worse, office.identity, office.folder) as other:
            (folder / DATABASE).write_bytes((other / DATABASE).read_bytes())
            assert good != (folder / DATABASE).read_bytes()
        with pytest.raises(BackupUnfit, match=named):
            verify_backup(office.engine, folder)


def test_no_rotation_comes_between_the_copy_and_its_keys(office: Office, district: District) -> None:
    """While the keys are being changed no backup is made, and the other way round."""
    with keys.alone(office.keys_dir), pytest.raises(NotAllowed):
        office.back_up()


def test_an_identity_is_never_overwritten(tmp_path: Path) -> None:
    """The file of the key that opens all backups is made once, for its owner alone."""
    public = make_identity(tmp_path / "key.txt")
    assert (tmp_path / "key.txt").stat().st_mode & 0o077 == 0
    with pytest.raises(NotAllowed):
        make_identity(tmp_path / "key.txt")
    assert pyrage.encrypt(b"x", [recipient_of(public)])
    for wrong in ("", "age1nonsense"):
        with pytest.raises(SettingsError, match="JIANGFU_BACKUP_RECIPIENT"):
            recipient_of(wrong)


def test_the_reports_keys_stay_outside(office: Office, sessions: Sessions, district: District) -> None:
    """The archive holds three parts and no more, however many keys lie beside those of the columns."""
    (office.keys_dir / "report-keys.json").write_text("secret")
    with transaction(sessions) as session:
        session.add(Area(code="N", name="新", level=Level.DISTRICT))
    with unpacked(office.back_up(), office.identity, office.folder) as folder:
        assert {path.name for path in folder.iterdir()} == {"database", "data-keys.json", "manifest.json"}
