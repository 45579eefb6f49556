"""docs/settings.md: whoever goes live finds every setting there, and none that does nothing."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import AliasChoices

from core.settings import Settings

DOCUMENT = Path(__file__).parents[1] / "docs" / "settings.md"


def names() -> set[str]:
    """What each setting is called in the environment."""
    found = set()
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias or f"JIANGFU_{name.upper()}"]
        found |= {str(choice) for choice in choices}
    return found


def test_the_document_names_each_setting_and_no_other() -> None:
    """By the name in the environment."""
    told = set(re.findall(r"\b(?:JIANGFU|TWILIO|TELEGRAM|ANDROID)_[A-Z_]+", DOCUMENT.read_text("utf-8")))
    assert told == names()
