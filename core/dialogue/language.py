"""Which language to speak with somebody who has never written before."""

from __future__ import annotations

import re

from core.dialogue.keywords import Command, recognise
from core.dialogue.prompt import Inbound
from core.domain.contact import Language
from core.text import fold

_ENGLISH_WORDS = frozenset({"menu", "check", "status", "object", "report", "ask", "help", "stop", "start", "back"})


def language_of(inbound: Inbound) -> Language:
    """English where the message is (a command word, or several Latin words that are no pinyin); else Chinese."""
    if inbound.language:
        return Language.CHINESE if inbound.language.startswith("zh") else Language.ENGLISH
    text = fold(inbound.text)
    if text in _ENGLISH_WORDS:
        return Language.ENGLISH
    if recognise(text) is Command.ENGLISH:
        return Language.ENGLISH
    words = re.findall(r"[a-z']+", text)
    return Language.ENGLISH if text.isascii() and any(word in _COMMON for word in words) else Language.CHINESE


# Words that an English question can hardly do without and that no pinyin syllable looks like.
_COMMON = frozenset(
    [
        "the",
        "my",
        "what",
        "when",
        "how",
        "who",
        "where",
        "why",
        "is",
        "are",
        "am",
        "does",
        "did",
        "can",
        "could",
        "i've",
        "i'm",
        "should",
        "which",
        "not",
        "much",
        "money",
        "please",
        "hello",
        "hi",
        "get",
        "paid",
        "apply",
        "reward",
        "english",
    ]
)
