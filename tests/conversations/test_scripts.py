"""Every conversation of `scripts/`, played over true HTTP through each of its channels."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversations.play import Play
from tests.conversations.script import everything, find, label, rewrite
from tests.conversations.stage import Stage
from tests.engines import on_sqlite

# Only these need the finder of policy questions, which takes seconds to learn: one process is to play them all.
ASKING = "ask"
PLAYS = [
    pytest.param(*play, marks=pytest.mark.xdist_group("finder") if play[0].stem == ASKING else (), id=label(*play))
    for play in everything()
]


@on_sqlite
@pytest.mark.parametrize(("path", "name", "channel"), PLAYS)
def test_the_conversation_goes_as_written(stage: Stage, rewriting: bool, path: Path, name: str, channel: str) -> None:
    """What comes back, and what the database holds after, is what the script says; on each channel the same."""
    story = find(path, name)
    Play(stage, story, channel, rewriting).run()
    if rewriting:
        rewrite(path, story)
