"""core/migrations: the schema's history ends where the mapped classes are, and can be walked both ways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, inspect, select

from core.confidentiality.vault import Vault
from core.db import open_engine, open_sessions, transaction
from core.migrations import run
from core.schema import Base
from tests.rows import fill


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    """An engine over a database without any table."""
    engine = open_engine(empty_database_url)
    yield engine
    engine.dispose()


def _differences(engine: Engine) -> list[object]:
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))


def _revisions(engine: Engine) -> list[str]:
    """From the newest to the oldest."""
    with engine.begin() as connection:
        script = ScriptDirectory.from_config(run.configuration(connection))
        return [revision.revision for revision in script.walk_revisions()]


def _row_counts(engine: Engine) -> dict[str, int]:
    with engine.begin() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def test_the_head_is_what_the_classes_map(empty: Engine) -> None:
    """After all migrations there is nothing left that autogeneration would change."""
    assert not run.is_at_head(empty)
    run.upgrade(empty)
    assert run.is_at_head(empty)
    assert _differences(empty) == []


def test_the_comparison_sees_a_changed_column(empty: Engine) -> None:
    """A column that is missing, or of another type, would be noticed by the test above."""
    run.upgrade(empty)
    with empty.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE areas DROP COLUMN agricultural_population")
        connection.exec_driver_sql("ALTER TABLE areas ADD COLUMN agricultural_population VARCHAR(5)")
    assert "modify_type" in str(_differences(empty))


def test_upgrading_twice_changes_nothing(engine: Engine, vault: Vault) -> None:
    """`jiangfu init` on a database in use leaves every row where it is."""
    with transaction(open_sessions(engine)) as session:
        fill(session, vault, "x")
    run.upgrade(engine)
    assert set(_row_counts(engine).values()) == {1}


def test_each_step_can_be_undone_and_done_again(engine: Engine, vault: Vault) -> None:
    """Down to nothing with a row in every table, step by step, and up again: the head is whole."""
    with transaction(open_sessions(engine)) as session:
        fill(session, vault, "x")
    for older in [*_revisions(engine)[1:], "base"]:
        run.downgrade(engine, older)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    run.upgrade(engine)
    assert _differences(engine) == []
    assert set(_row_counts(engine).values()) == {0}


# The answers of the last ten minutes are not carried over (0007).
EMPTIED = {"inbox": 0}


def test_the_last_step_undone_and_done_again_keeps_the_data(engine: Engine, vault: Vault) -> None:
    """What the step did not create is still there after it was undone and done again."""
    newest, *older = _revisions(engine)
    if not older:
        assert newest == "0001"
        return
    with transaction(open_sessions(engine)) as session:
        fill(session, vault, "x")
    run.downgrade(engine, older[0])
    kept = set(inspect(engine).get_table_names())
    run.upgrade(engine)
    assert {name: count for name, count in _row_counts(engine).items() if name in kept and count != 1} == EMPTIED
