"""Finders trained once for all tests of this folder, and the two sets of questions kept apart from the catalogue."""

from pathlib import Path

import pytest

from core.faq import Finder, load_catalogue
from desk.bench.faq import Outcome, Question, ask_all, read_questions

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def finder() -> Finder:
    """With the sentence encoder where it runs."""
    return Finder(load_catalogue())


@pytest.fixture(scope="session")
def lexical_finder() -> Finder:
    """As on a machine where the encoder does not run."""
    return Finder(load_catalogue(), encoder=None)


@pytest.fixture(scope="session")
def questions() -> dict[str, list[Question]]:
    return {name: read_questions(HERE / f"{name}.jsonl") for name in ("dev", "heldout")}


@pytest.fixture(scope="session")
def outcomes(finder: Finder, questions: dict[str, list[Question]]) -> dict[str, list[Outcome]]:
    """What `finder` finds for every question of both sets."""
    return {name: ask_all(finder.find, asked) for name, asked in questions.items()}
