"""docs/data.md: what is kept of whom, why and how long, is what the tables and settings really are."""

from __future__ import annotations

import re
from pathlib import Path

from core.schema import Base
from core.settings import Settings

DATA = Path(__file__).parents[2] / "docs" / "data.md"
_LINE = re.compile(r"^\| `(\w+)` \| ([\w, ]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_every_table_and_column_is_explained() -> None:
    """Each once, with a reason and a time; none that is no more."""
    lines = _LINE.findall(DATA.read_text("utf-8"))
    said = {name: columns.split(", ") for name, columns, _, _ in lines}
    assert len(lines) == len(said)
    assert said == {name: [column.name for column in table.columns] for name, table in Base.metadata.tables.items()}
    assert all(why.strip() and how_long.strip() for _, _, why, how_long in lines)


def test_every_time_is_a_setting_or_said() -> None:
    """What is named as a setting is one, and each setting of the kind is named."""
    named = set(re.findall(r"`((?:keep|report)_\w+_days)`", DATA.read_text("utf-8")))
    assert named == {
        name for name in Settings.model_fields if name.startswith("keep_") or name.endswith("retention_days")
    }
