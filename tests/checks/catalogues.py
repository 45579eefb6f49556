"""Are the catalogues complete: every key that the code speaks, in both languages, with the same fields, and no other."""

from __future__ import annotations

import sys
from pathlib import Path
from string import Formatter

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from core.domain.contact import Language
from core.texts import catalogue_file

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "sms", "core", "scheduler", "desk", "demo")
SPOKEN_BY = {"say": None, "_": None}


def spoken() -> set[str]:
    """Every key that the code says, or marks for saying elsewhere."""
    return {
        message
        for package in PACKAGES
        for _file, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / package), method_map=[("**.py", "python")], keywords=SPOKEN_BY, comment_tags=()
        )
        if isinstance(message, str)
    }


def texts(language: Language) -> dict[str, str]:
    """The catalogue as it stands in its file, untranslated keys too."""
    with catalogue_file(language).open("rb") as file:
        return {str(message.id): str(message.string or "") for message in read_po(file) if message.id}


def fields(text: str) -> set[str]:
    """The names of the fields of `text`."""
    return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name}


# A date is written with the month's number in one language and its name in the other.
SAME_MEANING = {"month_name": "month", "last_month_name": "last_month"}


def problems() -> list[str]:
    """What is wrong, a sentence each."""
    keys, catalogues = spoken(), {language: texts(language) for language in Language}
    found = []
    for language, catalogue in catalogues.items():
        found += [f"{language}: no text for {key}" for key in sorted(keys - catalogue.keys())]
        found += [f"{language}: nobody says {key}" for key in sorted(catalogue.keys() - keys)]
        found += [f"{language}: {key} is empty" for key, text in catalogue.items() if not text]
    chinese, english = catalogues[Language.CHINESE], catalogues[Language.ENGLISH]
    for key in chinese.keys() & english.keys():
        both = [{SAME_MEANING.get(name, name) for name in fields(text)} for text in (chinese[key], english[key])]
        if both[0] - {"lunar"} != both[1] - {"lunar"} and not key.startswith(("span.", "date.")):
            found.append(f"{key}: the two languages have different fields")
    return found


if __name__ == "__main__":
    wrong = problems()
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0)
