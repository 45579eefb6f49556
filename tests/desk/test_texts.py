"""`jiangfu texts list`: what an officer hands to the carrier."""

from __future__ import annotations

import json

from core.domain.contact import Language
from core.reminders.unasked import unasked_texts
from core.settings import Settings
from tests.desk.conftest import Jiangfu


def test_every_text_in_words(jiangfu: Jiangfu) -> None:
    """The key with its kind and fields, then each language with its segments; no database is needed."""
    done = jiangfu("texts", "list")
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert len(lines) == 3 * len(unasked_texts(Settings()))
    place = lines.index("remind.list_opens  (reminder; fields: level, closes)")
    assert lines[place + 1].startswith("  zh, 1: 【奖扶办】{level}公示到{closes}止。")
    assert lines[place + 2].startswith("  en, 1: [JF Office]The {level} list is posted until {closes}.")
    assert "hello  (reminder; fields: none)" in lines


def test_every_text_as_json(jiangfu: Jiangfu) -> None:
    """A line each, with an example at its longest."""
    done = jiangfu("texts", "list", "--format", "json")
    described = {entry["key"]: entry for entry in map(json.loads, done.out.splitlines())}
    entry = described["remind.rejected"]
    assert (entry["kind"], entry["fields"], entry["segments"]) == (
        "decision",
        ["ref", "reason", "phone"],
        {"zh": 2, "en": 2},
    )
    assert set(entry["texts"]) == set(entry["examples"]) == set(Language)
    assert "27183644" in entry["examples"]["zh"]
