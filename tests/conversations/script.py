"""A conversation written down: a story in YAML, and how its expected side is written anew after an intended change.

A file of `scripts/` holds stories. Of each:

- `story`: the promise it keeps, in a sentence; `channels`: where it plays (`sms`, `telegram`; both where left out).
- `begins`: the scheme's time, local (12 May 2026, 10:00 where left out).
- `acquainted`: the person has written before, so that the first answer does not introduce the line.
- `register`: the people known (fields of `register.Entry`); `phones` names the contacts that serve a person: `me` is
  who talks, on either channel; `home` another keypad phone, `chat` another chat.
- `talk`: steps. The person `says` a text, `presses` a button by its label (or the `oldest` one), sends a `picture`, or
  `edits` the last message; `by` names another phone. What comes back stands under `hears`, a text a message, a choice
  a line. Besides: `waits` (time passes: `31 minutes`), `restarts` (every process ends and begins anew), `tidies` (the
  scheduler's job runs), `delivers` (the sender sends what waits; `arrives` says what comes to which phone), `decides`
  (an officer ends the case that was raised last, with a `reason`; `take`: only takes it).
  `{code}` in `says` is the six digits that came last to any phone, `{number}` the number of a case that was heard last;
  what is drawn at random stands as `#` in `hears`.
- `after`: what the database holds then: the talk under way, the contacts, the wrong tries, the outbox, and how many
  rows each table has gained.

What differs on the second channel stands under the same key with its name (`hears on telegram`).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

SCRIPTS = Path(__file__).parent / "scripts"
CHANNELS = ("sms", "telegram")

Story = dict[str, Any]


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and indents the items of lists."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def stories(path: Path) -> list[Story]:
    """The stories of a file."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # both are safe; C is ten times as quick
    found: list[Story] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return found


def find(path: Path, name: str) -> Story:
    """The story of that name, as the file has it now."""
    return next(story for story in stories(path) if story["story"] == name)


def rewrite(path: Path, story: Story) -> None:
    """Put `story` in the place of the one of its name."""
    written = [story if old["story"] == story["story"] else old for old in stories(path)]
    blocks = (yaml.dump([each], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000) for each in written)
    path.write_text("\n".join(blocks), encoding="utf-8")


def everything() -> list[tuple[Path, str, str]]:
    """Every file, story and channel that is to be played."""
    return [
        (path, story["story"], channel)
        for path in sorted(SCRIPTS.glob("*.yaml"))
        for story in stories(path)
        for channel in story.get("channels", CHANNELS)
    ]


def label(path: Path, name: str, channel: str) -> str:
    """How the play of a story is called among the tests."""
    return f"{path.stem}: {name} ({channel})"


def span(words: str) -> timedelta:
    """`31 minutes`, `1 days`."""
    number, unit = words.split()
    return timedelta(**{unit: int(number)})
