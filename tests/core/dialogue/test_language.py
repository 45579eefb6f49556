"""core/dialogue/language: in which language somebody is answered who has never written before."""

from __future__ import annotations

import pytest

from core.dialogue.language import language_of
from core.dialogue.prompt import Inbound
from core.domain.contact import Language

CHINESE, ENGLISH = Language.CHINESE, Language.ENGLISH


@pytest.mark.parametrize(
    ("label", "text", "phone_language", "spoken"),
    [
        ("a digit", "2", "", CHINESE),
        ("nothing", "", "", CHINESE),
        ("Chinese", "进度", "", CHINESE),
        ("pinyin", "jindu", "", CHINESE),
        ("pinyin of several syllables", "wo yao cha jindu", "", CHINESE),
        ("the short form of the opt-out", "TD", "", CHINESE),
        ("an English command", "Status", "", ENGLISH),
        ("the word for English", "english", "", ENGLISH),
        ("the word for English in Chinese", "我要英文", "", ENGLISH),
        ("an English question", "When is the money paid?", "", ENGLISH),
        ("Chinese with an English word in it", "我要apply", "", CHINESE),
        ("a chat in English that writes Chinese", "进度", "en", ENGLISH),
        ("a chat in Chinese that writes English", "status", "zh-hans", CHINESE),
        ("a chat in another language", "2", "de", ENGLISH),
    ],
)
def test_the_first_language(label: str, text: str, phone_language: str, spoken: Language) -> None:
    """Chinese, unless the message or the chat is English beyond doubt."""
    assert language_of(Inbound("sms", "+8613800138000", "1", text, language=phone_language)) is spoken
