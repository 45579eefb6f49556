"""The catalogue of policy questions: what each topic answers, on what source, and the ways in which people ask."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Entry:
    """One topic. `redirect` marks what is not ours: its answer sends the person on, it is never offered."""

    topic: str
    redirect: bool
    question: Mapping[str, str]
    answer: Mapping[str, str]
    source: str
    phrasings: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """All entries, in the order of their topics' names."""

    entries: tuple[Entry, ...]

    def __getitem__(self, topic: str) -> Entry:
        """The entry of `topic`; raises KeyError where there is none."""
        for entry in self.entries:
            if entry.topic == topic:
                return entry
        raise KeyError(topic)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that this line answers itself."""
        return tuple(entry.topic for entry in self.entries if not entry.redirect)

    def examples(self) -> tuple[list[str], list[int]]:
        """Every question and phrasing as written, and the place of its entry in `entries`: what models learn from."""
        pairs = [
            (text, place)
            for place, entry in enumerate(self.entries)
            for text in (*entry.question.values(), *entry.phrasings)
        ]
        return [text for text, _ in pairs], [place for _, place in pairs]

    def fingerprint(self) -> str:
        """A hash of what a model learns from: changes when a topic or a phrasing does, not when an answer does."""
        digest = hashlib.sha256()
        for entry in self.entries:
            digest.update("\n".join((entry.topic, *entry.question.values(), *entry.phrasings, "")).encode())
        return digest.hexdigest()[:16]


def _parsed(text: str) -> Any:
    # Both loaders are safe; the one in C is ten times as fast.
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def _framed(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterator[str]:
    """What is asked of any scheme, asked of this entry's: by our own names of its topic, else by `names` of all."""
    for language in LANGUAGES:
        if raw.get("redirect"):
            names = raw.get("names", {}).get(language, [])
            frames = [frame for topic in shared["frames"].values() for frame in topic[language]]
        else:
            names = shared["own_names"][language]
            frames = shared["frames"].get(raw["topic"], {}).get(language, [])
        yield from (frame.format(name) for name in names for frame in frames)


def _entry(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Entry:
    written = [line for language in LANGUAGES for line in raw["phrasings"].get(language, "").splitlines()]
    return Entry(
        topic=raw["topic"],
        redirect=bool(raw.get("redirect", False)),
        question=MappingProxyType({language: raw["question"][language] for language in LANGUAGES}),
        answer=MappingProxyType({language: raw["answer"][language] for language in LANGUAGES}),
        source=raw["source"],
        phrasings=tuple(dict.fromkeys([*written, *_framed(raw, shared)])),
    )


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that ships with the program: `entries/*.yaml`, one topic a file, and `frames.yaml`."""
    package = files(__package__)
    shared = _parsed((package / "frames.yaml").read_text(encoding="utf-8"))
    texts = [f.read_text(encoding="utf-8") for f in (package / "entries").iterdir() if f.name.endswith(".yaml")]
    entries = [_entry(_parsed(text), shared) for text in texts]
    return Catalogue(tuple(sorted(entries, key=lambda entry: entry.topic)))
