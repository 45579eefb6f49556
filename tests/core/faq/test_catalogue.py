"""The catalogue is whole, fits its messages, and has not been fed with the questions that judge it."""

import re
from collections import Counter
from string import Formatter

import pytest
from rapidfuzz import fuzz

from core.faq import Catalogue, Entry, load_catalogue
from core.faq.catalogue import LANGUAGES
from core.text import fold
from desk.bench.faq import Question

# What the caller fills in, at the length of a real one.
FIELDS = {"office_phone": "0731-12345678", "office_hours": "8:30-17:30", "report_phone": "0731-12345678"}
SIGNATURE_UNITS = 5
SIGNATURE_SEPTETS = 11
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = set("^{}\\[~]|€\f")

ENTRIES = load_catalogue().entries
OWN = [entry for entry in ENTRIES if not entry.redirect]
REDIRECTS = [entry for entry in ENTRIES if entry.redirect]


def _topic(entry: Entry) -> str:
    return entry.topic


def _ucs2_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _septets(text: str) -> int:
    assert set(text) <= GSM7 | GSM7_EXTENSION, set(text) - GSM7 - GSM7_EXTENSION
    return sum(2 if c in GSM7_EXTENSION else 1 for c in text)


def test_catalogue_has_every_policy_topic(questions: dict[str, list[Question]]) -> None:
    """No topic that people were heard to ask about goes without an answer."""
    asked = {topic for question in questions["dev"] for topic in question.right}
    assert len(asked) == 40
    assert asked == set(load_catalogue().topics)


def test_catalogue_is_read_once_and_looked_up_by_topic() -> None:
    """A topic's name leads to its entry; a wrong name is a KeyError."""
    catalogue = load_catalogue()
    assert catalogue is load_catalogue()
    assert catalogue["amount"].topic == "amount"
    with pytest.raises(KeyError):
        catalogue["nonsense"]


@pytest.mark.parametrize("entry", ENTRIES, ids=_topic)
def test_entry_is_complete(entry: Entry) -> None:
    """Every entry speaks both languages and names its source."""
    for language in LANGUAGES:
        assert entry.question[language].strip()
        assert entry.answer[language].strip()
    assert entry.source.strip()


@pytest.mark.parametrize("entry", OWN, ids=_topic)
def test_entry_knows_many_ways_of_asking(entry: Entry) -> None:
    """At least 60 Chinese and 15 English phrasings: coverage is what finds a question."""
    chinese = sum(not phrasing.isascii() for phrasing in entry.phrasings)
    assert chinese >= 60
    assert len(entry.phrasings) - chinese >= 15


@pytest.mark.parametrize("entry", OWN, ids=_topic)
def test_answer_keeps_within_three_segments(entry: Entry) -> None:
    """With its signature an answer takes at most three segments: 67 units each in Chinese, 153 septets in English."""
    assert _ucs2_units(entry.answer["zh"].format(**FIELDS)) + SIGNATURE_UNITS <= 3 * 67
    assert _septets(entry.answer["en"].format(**FIELDS)) + SIGNATURE_SEPTETS <= 3 * 153


@pytest.mark.parametrize("entry", REDIRECTS, ids=_topic)
def test_redirect_keeps_within_one_segment(entry: Entry) -> None:
    """Sending a person on takes one message, signature and all."""
    assert _ucs2_units(entry.answer["zh"]) + SIGNATURE_UNITS <= 70
    assert _septets(entry.answer["en"]) + SIGNATURE_SEPTETS <= 160


@pytest.mark.parametrize("entry", ENTRIES, ids=_topic)
def test_answer_has_only_known_fields(entry: Entry) -> None:
    """A caller who fills in the telephone numbers and hours never meets a field it does not know."""
    for answer in entry.answer.values():
        assert {name for _, name, _, _ in Formatter().parse(answer) if name is not None} <= set(FIELDS)


def test_no_phrasing_belongs_to_two_topics() -> None:
    """A phrasing teaches one topic; twice would teach neither."""
    places = Counter(fold(phrasing) for entry in ENTRIES for phrasing in set(map(fold, entry.phrasings)))
    assert [phrasing for phrasing, n in places.items() if n > 1] == []


def _bare(text: str) -> str:
    folded = fold(text)
    return re.sub(r"[\W_]+", " " if folded.isascii() else "", folded).strip()


@pytest.mark.parametrize("name", ["dev", "heldout"])
def test_catalogue_holds_no_test_question(name: str, questions: dict[str, list[Question]]) -> None:
    """No question that judges the finder stands in the catalogue, nor a near copy of a longer one."""
    judged = {_bare(question.text) for question in questions[name]} - {""}
    longer = [text for text in judged if len(text) >= 6]
    for phrasing in {_bare(p) for entry in ENTRIES for p in entry.phrasings}:
        assert phrasing not in judged
        assert all(fuzz.ratio(phrasing, text, score_cutoff=90) == 0 for text in longer), phrasing


def test_fingerprint_follows_what_models_learn_from() -> None:
    """A new phrasing changes the fingerprint, so that a head trained before is not used."""
    catalogue = load_catalogue()
    assert catalogue.fingerprint() != Catalogue(catalogue.entries[:-1]).fingerprint()
    assert catalogue.fingerprint() == Catalogue(catalogue.entries).fingerprint()
