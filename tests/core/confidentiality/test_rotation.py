"""core/confidentiality/rotation: a new column key takes the old one's place while the line goes on, or is killed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, LargeBinary, delete, func, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.confidentiality import keys, rotation
from core.confidentiality.rotation import rotate, sealed_columns
from core.confidentiality.vault import SealedText, Vault, table_of
from core.db import Sessions, transaction
from core.dialogue.session import DialogueSession
from core.domain.person import Person
from core.errors import KeysError, NotAllowed, Unavailable
from tests.engines import on_postgresql
from tests.rows import NOON, fill

SECRET = "王桂兰 +8613800138000"
TALKS = 25


class Killed(BaseException):
    """The process ends here."""


def nothing(_seconds: float) -> None:
    """A pause that takes no time."""


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of four, so that a few rows take several."""
    monkeypatch.setattr(rotation, "BATCH", 4)


@pytest.fixture
def filled(sessions: Sessions, vault: Vault) -> int:
    """A row in every table, and 25 under a key of bytes; how many sealed values there are."""
    with transaction(sessions) as session:
        fill(session, vault, SECRET)
        for number in range(2, TALKS + 1):
            session.add(
                DialogueSession(
                    address_hash=bytes([number]) * 32,
                    revision=number,
                    state=vault.seal(DialogueSession.state, SECRET),
                    expires_at=NOON,
                )
            )
    return len(_tokens(sessions))


def _tokens(sessions: Sessions) -> list[bytes]:
    with transaction(sessions) as session:
        return [
            token for column in sealed_columns() for token in session.scalars(select(column).where(column.is_not(None)))
        ]


def _opened(sessions: Sessions, vault: Vault) -> list[str]:
    with transaction(sessions) as session:
        return [
            vault.open(column, token)
            for column in sealed_columns()
            for token in session.scalars(select(column).where(column.is_not(None)))
        ]


def test_every_sealed_column_is_known() -> None:
    """The columns that the program seals today are among those that rotation goes over."""
    known = {f"{table_of(column).name}.{column.key}" for column in sealed_columns()}
    assert known >= {"persons.name", "persons.id_number", "staff.phone", "contacts.address", "outbox.fields"}


def test_all_values_are_sealed_anew_and_the_old_key_is_gone(
    sessions: Sessions, keys_dir: Path, vault: Vault, filled: int
) -> None:
    """Afterwards one key is left, another than before; everything opens with it, and hashes find what they found."""
    before = keys.load(keys_dir)
    found = vault.lookup("phone", "1")
    assert rotate(sessions, keys_dir, vault, nothing).rows == filled > 30
    after = keys.load(keys_dir)
    assert list(after.columns) == [2]
    assert after.columns[2] not in before.columns.values()
    assert all(token.startswith(vault.header(2)) for token in _tokens(sessions))
    assert set(_opened(sessions, Vault(keys_dir))) == {SECRET}
    assert Vault(keys_dir).lookup("phone", "1") == found
    assert [path.name for path in keys_dir.iterdir()] == [keys.FILE]


def test_a_second_rotation_starts_over(sessions: Sessions, keys_dir: Path, vault: Vault, filled: int) -> None:
    """Each run brings a key of its own."""
    for number in (2, 3):
        assert rotate(sessions, keys_dir, vault, nothing).rows == filled
        assert list(keys.load(keys_dir).columns) == [number]


def test_an_empty_database_changes_its_key_too(sessions: Sessions, keys_dir: Path, vault: Vault) -> None:
    """There is nothing to seal anew, and the key is another."""
    assert rotate(sessions, keys_dir, vault, nothing).rows == 0
    assert list(keys.load(keys_dir).columns) == [2]


@pytest.mark.parametrize("batches", [0, 1, 3, 8])
def test_killed_in_the_middle_and_run_again(
    sessions: Sessions, keys_dir: Path, vault: Vault, filled: int, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    """Wherever it died, everything stays readable; the next run finishes with the same new key."""
    done = []
    seal_batch = rotation._seal_batch

    def dying(*arguments: object) -> int:
        if len(done) == batches:
            raise Killed
        done.append(seal_batch(*arguments))  # type: ignore[arg-type]
        return done[-1]

    with monkeypatch.context() as patch:
        patch.setattr(rotation, "_seal_batch", dying)
        with pytest.raises(Killed):
            rotate(sessions, keys_dir, vault, nothing)
    half = keys.load(keys_dir)
    assert list(half.columns) == [1, 2]
    assert len(_opened(sessions, Vault(keys_dir))) == filled
    assert rotate(sessions, keys_dir, vault, nothing).rows == filled - sum(done)
    assert keys.load(keys_dir) == half.without_old_column_keys()
    assert len(_opened(sessions, Vault(keys_dir))) == filled


def test_killed_before_the_old_key_goes(sessions: Sessions, keys_dir: Path, vault: Vault, filled: int) -> None:
    """All is sealed anew but the old key still there: the next run only takes it away."""

    def dying(_seconds: float) -> None:
        raise Killed

    with pytest.raises(Killed):
        rotate(sessions, keys_dir, vault, dying)
    assert rotate(sessions, keys_dir, vault, nothing).rows == 0
    assert list(keys.load(keys_dir).columns) == [2]


def test_others_read_and_write_meanwhile(sessions: Sessions, keys_dir: Path, vault: Vault, filled: int) -> None:
    """A process that was there before sees the new key by itself, and what it sealed just before is not lost."""
    other = Vault(keys_dir)
    in_hand = other.seal(DialogueSession.state, "sealed before, written after")

    def write_late(_seconds: float) -> None:
        assert len(_opened(sessions, other)) == filled
        with transaction(sessions) as session:
            session.add(DialogueSession(address_hash=b"late" * 8, revision=1, state=in_hand, expires_at=NOON))

    assert rotate(sessions, keys_dir, vault, write_late).rows == filled + 1
    assert "sealed before, written after" in _opened(sessions, other)
    assert other.seal(Person.name, "x").startswith(other.header(2))


def _rewrite(session: object, new: bytes) -> None:
    session.execute(update(Person).values(name=new))  # type: ignore[attr-defined]


def _delete(session: object, _new: bytes) -> None:
    session.execute(delete(DialogueSession))  # type: ignore[attr-defined]


@pytest.mark.parametrize("change", [_rewrite, _delete])
def test_a_change_between_reading_and_writing_stands(
    sessions: Sessions,
    keys_dir: Path,
    vault: Vault,
    filled: int,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[object, bytes], None],
) -> None:
    """What somebody wrote or deleted while a batch was being sealed is neither undone nor overwritten."""
    seal_batch = rotation._seal_batch

    def interrupted(session: object, *arguments: object) -> int:
        change(session, vault.seal(Person.name, "changed"))
        return seal_batch(session, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(rotation, "_seal_batch", interrupted)
    rotate(sessions, keys_dir, vault, nothing)
    with transaction(sessions) as session:
        names = [vault.open(Person.name, token) for token in session.scalars(select(Person.name))]
        talks = session.scalar(select(func.count()).select_from(DialogueSession))
    assert (names, talks) == ((["changed"], TALKS) if change is _rewrite else ([SECRET], 0))


def test_one_rotation_at_a_time(sessions: Sessions, keys_dir: Path, vault: Vault) -> None:
    """A second one is refused at once, so that no key is ever written over."""

    def start_another(_seconds: float) -> None:
        with pytest.raises(NotAllowed):
            rotate(sessions, keys_dir, vault, nothing)

    rotate(sessions, keys_dir, vault, start_another)
    assert list(keys.load(keys_dir).columns) == [2]


def test_a_value_that_does_not_open_keeps_the_old_key(
    sessions: Sessions, keys_dir: Path, vault: Vault, filled: int
) -> None:
    """A damaged row stops the rotation, names its column and no value, and no key is destroyed."""
    with transaction(sessions) as session:
        session.execute(update(Person).values(id_number=vault.seal(Person.name, SECRET)))
    with pytest.raises(KeysError, match=r"^A value of persons\.id_number does not open; the old keys are kept\.$"):
        rotate(sessions, keys_dir, vault, nothing)
    assert list(keys.load(keys_dir).columns) == [1, 2]


def test_a_table_that_this_program_does_not_know_keeps_the_old_key(
    sessions: Sessions, keys_dir: Path, vault: Vault
) -> None:
    """An older program over a newer database would leave sealed values behind without a key: it refuses."""
    with transaction(sessions) as session:
        session.execute(text("CREATE TABLE from_the_future (id INTEGER PRIMARY KEY)"))
    with pytest.raises(NotAllowed, match="from_the_future"):
        rotate(sessions, keys_dir, vault, nothing)
    assert list(keys.load(keys_dir).columns) == [1]


@on_postgresql
def test_a_transaction_from_before_is_waited_for(
    sessions: Sessions, keys_dir: Path, vault: Vault, filled: int, engine: Engine
) -> None:
    """What a long import sealed under the old key and has not committed yet is not left behind without a key."""
    in_hand = vault.seal(Person.name, "from the long import")
    held, pauses = engine.connect(), []
    held.execute(update(Person).values(name=in_hand))

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            held.commit()

    # The import holds no row that rotation wants yet: the persons have been gone over before it began to write.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rotation, "_seal_all", _without_waiting(rotation._seal_all, held))
        rotate(sessions, keys_dir, vault, pause)
    held.close()
    assert pauses == [rotation.SETTLE, 1.0, 1.0, 1.0]
    assert "from the long import" in _opened(sessions, Vault(keys_dir))


def _without_waiting(seal_all: Callable[..., int], held: object) -> Callable[..., int]:
    def after_commit(*arguments: object) -> int:
        return 0 if held.in_transaction() else seal_all(*arguments)  # type: ignore[attr-defined]

    return after_commit


@on_postgresql
def test_a_transaction_that_never_ends_keeps_the_old_key(
    sessions: Sessions, keys_dir: Path, vault: Vault, engine: Engine
) -> None:
    """After ten minutes rotation gives up and says so; it can be run again."""
    with engine.connect() as held:
        held.execute(text("SELECT 1"))
        with pytest.raises(Unavailable, match="old keys are kept"):
            rotate(sessions, keys_dir, vault, nothing)
    assert list(keys.load(keys_dir).columns) == [1, 2]
    rotate(sessions, keys_dir, vault, nothing)
    assert list(keys.load(keys_dir).columns) == [2]


def test_pages_follow_the_primary_key(sessions: Sessions, vault: Vault) -> None:
    """Each row of a table whose key is a number and bytes is gone over once, page after page, in the key's order."""

    class Apart(DeclarativeBase):
        """Not of the program's schema."""

    class Twofold(Apart):
        __tablename__ = "twofold"
        number: Mapped[int] = mapped_column(primary_key=True)
        name_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
        sealed: Mapped[bytes] = mapped_column(SealedText)

    where = [(number, name_hash) for number in (1, 2, 3) for name_hash in (b"\0", b"\x7f", b"\xff\0")]
    seen, after = [], None
    with transaction(sessions) as session:
        Apart.metadata.create_all(session.connection())
        for number, name_hash in reversed(where):
            session.add(Twofold(number=number, name_hash=name_hash, sealed=vault.seal(Twofold.sealed, SECRET)))
        session.flush()
        while page := rotation._batch(session, Twofold.sealed, vault.header(2), after):
            seen += [tuple(row[1:]) for row in page]
            after = page[-1][1:]
            assert rotation._seal_batch(session, vault, Twofold.sealed, page) == len(page)
    assert seen == where
