"""The texts for people: gettext catalogues under `core/locale`, one key a text, Chinese the first language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from core.domain.contact import Language

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "jiangfu"


def catalogue_file(language: Language) -> Path:
    """Where the catalogue of `language` lies."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def catalogue(language: Language) -> dict[str, str]:
    """Every key of `language` with its text. Read from the .po itself, so that no compiled copy can be out of date."""
    with catalogue_file(language).open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id and message.string}


class Say:
    """Speaks one language: `say("menu.title")`. A text without its fields, or a key without its text, is a bug."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = catalogue(language)

    def __call__(self, key: str, **fields: object) -> str:
        """The text of `key` with `fields` put in. Raises KeyError where the catalogue lacks it."""
        return self._texts[key].format(**fields)


@cache
def speaker(language: Language) -> Say:
    """The one `Say` of `language`."""
    return Say(language)


def _(key: str) -> str:
    """Marks `key` for extraction where it is spoken elsewhere; gives it back unchanged."""
    return key
