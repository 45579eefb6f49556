"""`jiangfu texts`: the texts that the line sends unasked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from desk.office import Office

if TYPE_CHECKING:
    from core.reminders.unasked import UnaskedText


@click.group()
def texts() -> None:
    """The texts that the line sends unasked.

    Example: jiangfu texts list
    """


@texts.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def list_texts(office: Office, form: str) -> None:
    """Every text with its kind, its fields, both languages, and its segments with the longest values; for registration
    with a carrier. `--format json` prints a line each.

    Example: jiangfu texts list --format json
    """
    from core.reminders.unasked import unasked_texts

    for text in unasked_texts(office.settings):
        click.echo(_as_json(text) if form == "json" else _in_words(text))


def _in_words(text: UnaskedText) -> str:
    fields = ", ".join(text.fields) or "none"
    lines = [f"{text.key}  ({text.kind}; fields: {fields})"]
    lines += [f"  {language}, {text.segments[language]}: {pattern}" for language, pattern in text.patterns.items()]
    return "\n".join(lines)


def _as_json(text: UnaskedText) -> str:
    described = {
        "key": text.key,
        "kind": text.kind,
        "fields": text.fields,
        "texts": text.patterns,
        "examples": text.examples,
        "segments": text.segments,
    }
    return json.dumps(described, ensure_ascii=False)
