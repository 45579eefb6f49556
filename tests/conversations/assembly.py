"""A line put together as the desk does it, over a test's own database, keys and clock."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.faq import Catalogue, Finder, Finding, load_catalogue
from core.group_commit import GroupCommit
from core.line import Line
from core.settings import Settings
from tests.stopped_clock import StoppedClock


@cache
def finder() -> Finder:
    """The finder of all conversations: without the sentence encoder, so that every machine finds the same."""
    return Finder(load_catalogue(), encoder=None)


def assemble(
    sessions: Sessions, vault: Vault, clock: StoppedClock, settings: Settings, asked: Finder | None = None
) -> Line:
    """The line; `asked` stands in for the finder of policy questions."""
    catalogue: Catalogue = load_catalogue()
    return Line(sessions, GroupCommit(sessions), vault, clock, settings, asked or finder(), catalogue)


class CannedFinder(Finder):
    """Finds what the test put in, and knows nothing else; it learns nothing, so that it costs nothing."""

    def __init__(self, findings: Mapping[str, Finding] | None = None) -> None:
        super().__init__(load_catalogue(), encoder=None)
        self._canned = findings or {}

    def find(self, query: str) -> Finding:
        """What was put in for `query`."""
        return self._canned.get(query, Finding("unknown", None, (), "zh"))
