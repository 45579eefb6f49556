"""Intent frames: the few ways of saying a menu word in a sentence that ask for the thing itself (我想查一下进度)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from core.dialogue.keyword_forms import alone, any_of, bare, data, is_chinese, letters, words

# Longer than this is a story, not an order.
_LONGEST_CHINESE = 40
_LONGEST_ENGLISH = 80

_PIECE = re.compile(r"(?<!\?P)<(\w+)>")
# A copied message of ours carries its signature; what it says about 退订 is not an order.
_COPIED = re.compile(r"【")
_CHINESE_CLAUSE = re.compile(r"[^\s,;:!?。、.~…]+\??")
_ENGLISH_CLAUSE = re.compile(r"[^,;:!?。、.~…]+\??")


class _Scope(IntEnum):
    """Beside what else in the message a frame counts; written as the first character of a pattern."""

    WHOLE = 0
    """Nothing else (!): beside another clause 不要发了 may speak of the money."""
    CLAUSE = 1
    """Clauses that ask nothing."""
    ANYTHING = 2
    """Anything (+): 你们是谁？别再发短信了."""


_MARKS = {"!": _Scope.WHOLE, "+": _Scope.ANYTHING}


@dataclass(frozen=True)
class _Frame:
    """The sentences of one command. `hint` spares the patterns: without it the sentence is none of them."""

    name: str
    hint: re.Pattern[str]
    patterns: tuple[tuple[_Scope, re.Pattern[str]], ...]

    def holds(self, sentence: str, scope: _Scope) -> bool:
        """Whether bare `sentence` is one of these that counts at least in `scope`."""
        if not self.hint.search(sentence):
            return False
        return any(reach >= scope and pattern.fullmatch(sentence) for reach, pattern in self.patterns)


def framed(folded: str) -> str | None:
    """The name of the command that the folded message asks for in a sentence; None where it asks for none, or two."""
    sentence = bare(folded)
    if len(sentence) > (_LONGEST_CHINESE if is_chinese(sentence) else _LONGEST_ENGLISH):
        return None
    return _of_sentence(sentence, _Scope.WHOLE) or _in_pinyin(sentence) or _of_clauses(folded)


def _of_sentence(sentence: str, scope: _Scope) -> str | None:
    return next((frame.name for frame in _frames() if frame.holds(sentence, scope)), None)


def _of_clauses(folded: str) -> str | None:
    """发错人了，退订: one clause in a frame, where the others neither ask anything nor name another command."""
    split = _CHINESE_CLAUSE if is_chinese(folded) else _ENGLISH_CLAUSE
    clauses = split.findall(folded)
    if len(clauses) < 2 or _COPIED.search(folded):
        return None
    found = {clause: _of_sentence(bare(clause), _Scope.CLAUSE) for clause in clauses}
    names = set(filter(None, found.values()))
    if len(names) != 1:
        return None
    (name,) = names
    firm = any(_of_sentence(bare(clause), _Scope.ANYTHING) for clause in clauses)
    others = [clause for clause in clauses if not found[clause]]
    asks = any(_questions().search(clause) for clause in others)
    rivals = {alone(bare(clause)) for clause in others} - {None, name}
    return None if rivals or (asks and not firm) else name


def _in_pinyin(sentence: str) -> str | None:
    """wo yao cha jindu."""
    if is_chinese(sentence):
        return None
    before, refused = _pinyin_frame()
    joined = letters(sentence)
    opening = before.match(joined)
    name = words().pinyin.get(joined[opening.end() :]) if opening else None
    return None if name in refused else name


def numeral(text: str) -> str:
    """The one digit that folded `text` chooses at the main menu, as it was written; '' where it chooses none."""
    sentence = bare(text)
    if len(sentence) > _LONGEST_CHINESE:
        return ""
    chosen: Iterator[re.Match[str]] = filter(None, (pattern.fullmatch(sentence) for pattern in _digit_frames()))
    return next((found for match in chosen for found in match.groupdict().values() if found), "")


@cache
def _questions() -> re.Pattern[str]:
    return re.compile(any_of(data()["questions"]))


@cache
def _pinyin_frame() -> tuple[re.Pattern[str], frozenset[str]]:
    frame = data()["pinyin_frame"]
    return re.compile(frame["before"]), frozenset(frame["not"])


@cache
def _digit_frames() -> tuple[re.Pattern[str], ...]:
    return tuple(_compiled(pattern) for pattern in data()["digit_frame"])


@cache
def _frames() -> tuple[_Frame, ...]:
    return tuple(_frame(name, entry["patterns"], entry.get("hints", [])) for name, entry in data()["frames"].items())


def _frame(name: str, patterns: list[str], hints: list[str]) -> _Frame:
    own = [form for form, command in words().own.items() if command == name]
    scoped = ((_MARKS.get(pattern[0], _Scope.CLAUSE), _compiled(pattern.lstrip("!+"))) for pattern in patterns)
    return _Frame(name, re.compile(any_of([*own, *hints])), tuple(scoped))


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_PIECE.sub(lambda piece: _members(piece[1]), pattern))


def _members(piece: str) -> str:
    """The members of a <piece>: of a command, its Chinese words and spellings; else the list of that name."""
    if piece == "questions":
        return _questions().pattern
    if piece.isupper():
        return any_of(form for form, name in words().own.items() if name == piece and is_chinese(form))
    return any_of(data()["pieces"][piece])
