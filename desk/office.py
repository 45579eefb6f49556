"""What a command works with, built when it is first asked for, so that `--help` builds nothing."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from core.clock import SchemeClock
    from core.confidentiality.vault import Vault
    from core.db import Sessions
    from core.line import Line
    from core.settings import Settings


class Office:
    """Settings, clock, database, keys, and the line made of them. Each property raises a JiangfuError that says what
    is missing."""

    def __init__(self, clock: SchemeClock | None = None) -> None:
        """With `clock`, the scheme's time is that of the process which made it."""
        self._clock = clock

    @cached_property
    def settings(self) -> Settings:
        """The settings; with them the log is set up, before anything else can speak."""
        from core.errors import SettingsError
        from core.logs import configure
        from core.policy.amounts import AmountError, check_own
        from core.settings import Settings

        settings = Settings.read()
        try:
            check_own(settings.amounts)
        except AmountError as error:
            raise SettingsError(f"JIANGFU_AMOUNTS: {error}") from None
        configure(settings.log_level)
        return settings

    @cached_property
    def clock(self) -> SchemeClock:
        """The scheme clock, starting at JIANGFU_NOW where that is set."""
        from core.clock import SchemeClock

        return self._clock or SchemeClock.starting_at(self.settings.now, self.settings.timezone)

    @cached_property
    def engine(self) -> Engine:
        """The database, at this program's schema."""
        from core.db import open_engine, outages_named
        from core.errors import NotAllowed
        from core.migrations.run import Standing, standing

        engine = open_engine(self.settings.database_url)
        with outages_named():
            found = standing(engine)
        if found is Standing.NEWER:
            raise NotAllowed("The database belongs to a newer version of this program: start that version instead.")
        if found is not Standing.CURRENT:
            raise NotAllowed("The database has not the schema of this program; run `jiangfu init`.")
        return engine

    @cached_property
    def sessions(self) -> Sessions:
        """Sessions on the database."""
        from core.audit.journal import keep_journal
        from core.db import open_sessions

        sessions = open_sessions(self.engine)
        if self.settings.audit_journal:
            keep_journal(sessions, self.settings.audit_journal)
        return sessions

    @cached_property
    def vault(self) -> Vault:
        """The keys."""
        from core.confidentiality.vault import Vault

        return Vault(self.settings.keys_dir)

    @cached_property
    def line(self) -> Line:
        """The line, ready to answer."""
        from core.faq import Finder, load_catalogue
        from core.group_commit import GroupCommit
        from core.line import Line

        catalogue = load_catalogue()
        commit = GroupCommit(self.sessions)
        return Line(self.sessions, commit, self.vault, self.clock, self.settings, Finder(catalogue), catalogue)
