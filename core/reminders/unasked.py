"""Every text that goes out unasked, with its fields and its cost at its longest: what a carrier wants registered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter

from core.days import day, span
from core.delivery.composing import segments_with_signature
from core.delivery.introduction import TEXT as INTRODUCTION
from core.delivery.outbox import MessageKind
from core.delivery.segments import units
from core.domain.contact import Language
from core.reminders.rules import rules
from core.services.cases.outcome import NOTED, OUTCOMES
from core.services.notices.ending import RECALL
from core.services.notices.wording import FRAME as NOTICE_FRAME
from core.services.personal.telling import CORRECTED
from core.services.watch import TEXTS as TROUBLES
from core.settings import Settings
from core.texts import Say, _, catalogue, speaker

# What goes out beside the table of reminders.
_OTHERS = {
    INTRODUCTION: MessageKind.REMINDER,
    _("remind.stage_last"): MessageKind.REMINDER,
    **dict.fromkeys(OUTCOMES.values(), MessageKind.DECISION),
    NOTED: MessageKind.DECISION,
    _("case.applicant_stays"): MessageKind.DECISION,
    _("link.code"): MessageKind.ANSWER,
    _("work.code"): MessageKind.ANSWER,
    _("enrol.code"): MessageKind.ANSWER,
    NOTICE_FRAME: MessageKind.NOTICE,
    RECALL: MessageKind.NOTICE,
    **dict.fromkeys(CORRECTED, MessageKind.DECISION),
    **dict.fromkeys(TROUBLES.values(), MessageKind.REMINDER),
}

# A field that is itself a text: the longest of those whose keys begin so.
_FROM_TEXTS = {"level": "level.", "stage": "stage.", "next": "next.", "what": "window."}
_NUMBERS = {
    "ref": "27183644",
    "former": "27183644",
    "year": "2026",
    "amount": "12000",
    "code": "123456",
    "entry": "100",
}
# An officer's own words: this is the length that they should keep to.
_REASONS = {
    Language.CHINESE: "现有一儿一女，不符合“一个孩子或两个女儿”这一条",
    Language.ENGLISH: "a son and a daughter; it takes one child or two girls",
}
# A cadre's or an officer's: the office that he speaks for, his name, and what he says.
_NOTICES = {
    Language.CHINESE: {
        "office": "某某街道办事处", "signer": "欧阳建明", "old": "123456",
        "words": "欧阳老人家，请您12月31日上午带身份证到村部交年审材料",
    },
    Language.ENGLISH: {
        "office": "Moumou Jiedao Banshichu", "signer": "Ouyang Jianming", "old": "123456",
        "words": "please bring your ID card to the village hall on 31 Dec",
    },
}  # fmt: skip
_ANY_YEAR = 2026


@dataclass(frozen=True)
class UnaskedText:
    """A text by its key: why it is sent, its fields, its pattern by language as it arrives (signature, code and all),
    an example of the same with the longest values, and how many segments that takes."""

    key: str
    kind: MessageKind
    fields: tuple[str, ...]
    patterns: Mapping[Language, str]
    examples: Mapping[Language, str]
    segments: Mapping[Language, int]


def unasked_texts(settings: Settings) -> list[UnaskedText]:
    """All of them, by key, as `settings` sign them."""
    kinds = {**{rule.text: rule.kind for rule in rules()}, **_OTHERS}
    return [_text(key, kinds[key], settings) for key in sorted(kinds)]


def _text(key: str, kind: MessageKind, settings: Settings) -> UnaskedText:
    names = tuple(dict.fromkeys(name for language in Language for name in _fields(catalogue(language)[key])))
    patterns, examples, segments = {}, {}, {}
    for language in Language:
        say = speaker(language)
        signature = settings.sms_signature if language is Language.CHINESE else settings.sms_signature_en
        patterns[language] = signature + _coded(say, kind, catalogue(language)[key], "{code}")
        example = _coded(say, kind, say(key, **longest(say, names, settings)), "123456")
        examples[language] = signature + example
        segments[language] = segments_with_signature(example, language, settings)
    return UnaskedText(key, kind, names, patterns, examples, segments)


def longest(say: Say, names: Iterable[str], settings: Settings) -> dict[str, str]:
    """For each of the fields the longest value that it takes in that language. Raises KeyError for an unknown field."""
    return {name: _longest(say, name, settings) for name in names}


def _longest(say: Say, name: str, settings: Settings) -> str:
    if name in _NOTICES[say.language]:
        return _NOTICES[say.language][name]
    if name in _FROM_TEXTS:
        texts = catalogue(say.language)
        return max((text for key, text in texts.items() if key.startswith(_FROM_TEXTS[name])), key=units)
    last = date(_ANY_YEAR, 12, 31)
    if name == "when":
        return span(say, date(_ANY_YEAR, 11, 20), last, last)
    if name in {"opens", "closes", "day"}:
        return day(say, last, last)
    if name in {"phone", "hours"}:
        return settings.office_phone if name == "phone" else settings.office_hours
    return _REASONS[say.language] if name == "reason" else _NUMBERS[name]


def _coded(say: Say, kind: MessageKind, text: str, code: str) -> str:
    return text if kind is MessageKind.ANSWER else say("unasked.coded", text=text, code=code)


def _fields(text: str) -> list[str]:
    return [name for _literal, name, _spec, _conversion in Formatter().parse(text) if name]
