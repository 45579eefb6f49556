"""core/audit: every entry is chained, and any change, deletion, reordering or truncation of the trail is found."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.audit import AuditEntry, Broken, Head, check, entries, head, note, verify
from core.audit.heads import HeadsRefused, append_head, is_exported, line_of, read_heads
from core.confidentiality import keys
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY

LENGTH = 6


def write(sessions: Sessions, vault: Vault, length: int = LENGTH) -> list[Head]:
    """A trail of that many entries, each noted in its own transaction; the heads on the way."""
    heads = []
    for number in range(length):
        with transaction(sessions) as session:
            note(
                session,
                vault,
                None,
                "find",
                f"2718364{number}",
                MID_MAY,
                detail="who asked, and why" if number % 2 else "",
            )
            found = head(session)
            assert found is not None
            heads.append(found)
    return heads


def test_a_whole_trail_verifies(sessions: Sessions, vault: Vault) -> None:
    """It ends at the last entry, and has every head on the way; nothing readable of the details is kept."""
    assert verify(sessions, vault) is None
    heads = write(sessions, vault)
    assert [found.sequence for found in heads] == list(range(1, LENGTH + 1))
    assert verify(sessions, vault, heads) == heads[-1]
    with transaction(sessions) as session:
        kept = session.scalars(select(AuditEntry.detail).order_by(AuditEntry.sequence)).all()
    assert [detail and len(detail) for detail in kept] == [None, 32] * (LENGTH // 2)


def change(**values: object) -> Callable[[Session], object]:
    """Tampering: the third entry says something else."""
    return lambda session: session.execute(update(AuditEntry).where(AuditEntry.sequence == 3).values(**values))


def swap(session: Session) -> None:
    """Tampering: the third and the fourth entry change places."""
    for number, place in ((3, 103), (4, 3), (103, 4)):
        session.execute(update(AuditEntry).where(AuditEntry.sequence == number).values(sequence=place))


def close_gap(session: Session) -> None:
    """Tampering: the third entry is taken out, and those after it move up."""
    session.execute(delete(AuditEntry).where(AuditEntry.sequence == 3))
    for number in range(4, LENGTH + 1):
        session.execute(update(AuditEntry).where(AuditEntry.sequence == number).values(sequence=number - 1))


def forge(session: Session) -> None:
    """Tampering: an entry is added by who has no key."""
    session.add(AuditEntry(sequence=LENGTH + 1, at=MID_MAY, action="advance", subject="27183644", link=b"\x01" * 32))


TAMPERED: dict[str, tuple[Callable[[Session], object], str]] = {
    "another act": (change(action="advance"), "Entry 3 .* was changed"),
    "another subject": (change(subject="27183649"), "Entry 3 .* was changed"),
    "another instant": (change(at=datetime.fromisoformat("2026-05-12T10:00:00.000001+08:00")), "Entry 3 .* was changed"),
    "another detail": (change(detail=b"\x00" * 32), "Entry 3 .* was changed"),
    "another link": (change(link=b"\x00" * 32), "Entry 3 .* was changed"),
    "two in each other's place": (swap, "Entry 3 .* was changed, or another"),
    "one deleted": (
        lambda session: session.execute(delete(AuditEntry).where(AuditEntry.sequence == 3)), "Entry 3 .* is missing",
    ),
    "one deleted and the gap closed": (close_gap, "Entry 3 .* was changed, or another"),
    "the first deleted": (
        lambda session: session.execute(delete(AuditEntry).where(AuditEntry.sequence == 1)), "Entry 1 .* is missing",
    ),
    "one added without the key": (forge, f"Entry {LENGTH + 1} .* was changed"),
}  # fmt: skip


@pytest.mark.parametrize(("tamper", "found"), TAMPERED.values(), ids=TAMPERED)
def test_tampering_is_found(sessions: Sessions, vault: Vault, tamper: Callable[[Session], object], found: str) -> None:
    """The first entry that is not what was written is named."""
    write(sessions, vault)
    with transaction(sessions) as session:
        tamper(session)
    with pytest.raises(Broken, match=found):
        verify(sessions, vault)


def test_a_trail_cut_short_is_found_against_an_exported_head(sessions: Sessions, vault: Vault) -> None:
    """Without one it looks whole; with one, what was cut off is named, even when the trail has grown again since."""
    heads = write(sessions, vault)
    with transaction(sessions) as session:
        session.execute(delete(AuditEntry).where(AuditEntry.sequence > 4))
    assert verify(sessions, vault, heads[:4]) == heads[3]
    with pytest.raises(Broken, match="ends at entry 4, but entry 6 was exported"):
        verify(sessions, vault, heads[5:])
    write(sessions, vault, 3)
    with pytest.raises(Broken, match=r"Entry 6 .* is not the one that was exported"):
        verify(sessions, vault, heads[5:])
    with transaction(sessions) as session:
        session.execute(delete(AuditEntry))
    with pytest.raises(Broken, match="is empty, but entry 6 was exported"):
        verify(sessions, vault, heads[5:])


@on_sqlite
def test_another_key_verifies_nothing(sessions: Sessions, vault: Vault, tmp_path: Path) -> None:
    """Who has the database and not the keys can neither write nor check a link."""
    write(sessions, vault)
    keys.ensure(tmp_path / "other")
    with pytest.raises(Broken, match="Entry 1"):
        verify(sessions, Vault(tmp_path / "other"))


@on_sqlite
def test_a_trail_of_several_batches(sessions: Sessions, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read on across batches, and tampering after the first batch is found too."""
    monkeypatch.setattr(check, "BATCH", 2)
    assert verify(sessions, vault, heads := write(sessions, vault, 5)) == heads[-1]
    with transaction(sessions) as session:
        session.execute(update(AuditEntry).where(AuditEntry.sequence == 4).values(action="advance"))
    with pytest.raises(Broken, match="Entry 4"):
        verify(sessions, vault)


def test_writers_at_the_same_time_make_one_chain(sessions: Sessions, vault: Vault) -> None:
    """Whoever comes second waits, and chains to what the first has written."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: write(sessions, vault, 5), range(4)))
    last = verify(sessions, vault)
    assert last is not None
    assert last.sequence == 20


def test_what_is_undone_leaves_no_entry(sessions: Sessions, vault: Vault) -> None:
    """An entry stands or falls with its act."""
    write(sessions, vault, 1)
    with sessions() as session:
        note(session, vault, None, "advance", "27183644", MID_MAY)
        session.rollback()
    write(sessions, vault, 1)
    last = verify(sessions, vault)
    assert last is not None
    assert last.sequence == 2


@on_sqlite
def test_the_newest_entries_about_a_record(sessions: Sessions, vault: Vault) -> None:
    """As many as asked for, the newest last."""
    write(sessions, vault)
    with transaction(sessions) as session:
        assert [entry.sequence for entry in entries(session, None, 2)] == [5, 6]
        assert [entry.sequence for entry in entries(session, "27183643", 9)] == [4]


@on_sqlite
def test_heads_are_kept_in_a_file(sessions: Sessions, vault: Vault, tmp_path: Path) -> None:
    """A line each; what is read again proves as much as what was written."""
    path = tmp_path / "safe" / "heads.txt"
    heads = write(sessions, vault)
    assert not is_exported(path, heads[0])
    for found in heads[:2]:
        append_head(path, found)
    assert path.read_text() == "".join(line_of(found) + "\n" for found in heads[:2])
    assert read_heads(path) == heads[:2]
    assert (is_exported(path, heads[1]), is_exported(path, heads[2])) == (True, False)
    assert verify(sessions, vault, read_heads(path)) == heads[-1]


@pytest.mark.parametrize("text", ["3 xyz 2026-05-12T10:00:00+00:00", "3 00", "什么", "3 00 heute"])
def test_a_file_that_holds_no_heads(tmp_path: Path, text: str) -> None:
    """It is refused in a sentence; so is one that is not there."""
    path = tmp_path / "heads.txt"
    with pytest.raises(HeadsRefused):
        read_heads(path)
    path.write_text(f"1 00 2026-05-12T10:00:00+00:00\n\n{text}\n")
    with pytest.raises(HeadsRefused):
        read_heads(path)
