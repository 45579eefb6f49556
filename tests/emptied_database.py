"""A PostgreSQL database that one test after another uses: emptied in between, which is ten times as quick as another
copy, and replaced by a copy where a test has changed its schema or cannot be parted from it."""

from __future__ import annotations

import psycopg

from tests.postgres_server import PostgresServer

_SCHEMA = """
    SELECT string_agg(relname, ',' ORDER BY relname) || (SELECT version_num FROM alembic_version)
        || (SELECT count(*) FROM pg_namespace WHERE nspname NOT LIKE 'pg@_%' ESCAPE '@')
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
_TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
"""
_NUMBERS_FROM_ONE = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""


class EmptiedDatabase:
    """Hands out the address of an empty database at the schema's head, to one user at a time."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self.server, self._template = server, template
        self._name = ""
        self._schema: object = None

    def take(self) -> str:
        """The database's name: no row is in it, and every number begins with one."""
        if not self._name or not self._emptied():
            if self._name:
                self.server.drop(self._name)
            self._name = self.server.create(self._template)
            with psycopg.connect(self._address()) as connection:
                self._schema = connection.execute(_SCHEMA).fetchone()
        return self._name

    def _address(self) -> str:
        return f"postgresql://postgres@/{self._name}?host={self.server.folder}"

    def _emptied(self) -> bool:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        self.server.admin.execute(others, [self._name])
        try:
            with psycopg.connect(self._address()) as connection:
                connection.execute("SET lock_timeout = '3s'")
                if connection.execute(_SCHEMA).fetchone() != self._schema:
                    return False
                connection.execute("SET session_replication_role = replica")  # foreign keys in no order of their own
                tables = connection.execute(_TABLES).fetchall()
                connection.execute("; ".join(f'DELETE FROM "{table}"' for (table,) in tables))
                connection.execute(_NUMBERS_FROM_ONE)
        except psycopg.Error:
            return False
        return True
