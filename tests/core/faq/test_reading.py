"""Pinyin is told from English and turned into characters; all else is read as it stands."""

import pytest

from core.faq import load_catalogue
from core.faq.pinyin import known_syllables, loose, split_syllables, spoken, toneless
from core.faq.reading import Reader


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(load_catalogue().examples()[0])


SPLITS = [
    ("run together", "shenmeren", ("shen", "me", "ren")),
    ("fewest syllables", "xian", ("xian",)),
    ("ü typed as v", "nver", ("nv", "er")),
    ("English", "reward", ()),
    ("nothing", "", ()),
]


@pytest.mark.parametrize(("label", "letters", "syllables"), SPLITS, ids=[row[0] for row in SPLITS])
def test_letters_are_cut_into_syllables(label: str, letters: str, syllables: tuple[str, ...]) -> None:
    """Letters become the fewest syllables they can be, or none."""
    assert split_syllables(letters) == syllables


def test_syllables_are_mandarin() -> None:
    """The list is of some four hundred syllables in plain letters, without grunts such as `ng`."""
    assert 400 <= len(known_syllables()) <= 430
    assert {"zhuang", "lv", "er", "a"} <= known_syllables()
    assert not {"ng", "m", "hm"} & known_syllables()
    assert toneless("lǜ") == "lv"


@pytest.mark.parametrize(
    ("one", "other"), [("zhi", "zi"), ("shen", "sheng"), ("nan", "lan"), ("chu", "cu"), ("xing", "xin")]
)
def test_sounds_that_southerners_mix_are_one(one: str, other: str) -> None:
    """A homophone by Hunan ear counts as the same sound."""
    assert loose(one) == loose(other)


def test_spoken_keeps_figures_and_foreign_words() -> None:
    """Characters, pinyin, figures and English words each leave their trace."""
    assert spoken("60岁 ling reward") == ["6", "0", "sui", "lin", "reward"]


READINGS = [
    ("spaced pinyin", "yi nian fa duo shao qian", "一年发多少钱", "zh"),
    ("pinyin in one run", "shenmeren keyi ling jiangfu", "什么人可以领奖扶", "zh"),
    ("pinyin with tone figures", "qian2 shen2me shi2hou4 dao4", "钱什么时候到", "zh"),
    ("pinyin with tone marks", "zěn me bàn", "怎么办", "zh"),
    ("pinyin with an apostrophe", "nv'er", "女儿", "zh"),
    ("English", "what is the age", "what is the age", "en"),
    ("English with a word of pinyin", "dibao how much", "dibao how much", "en"),
    ("short English words that could be pinyin", "name change", "name change", "en"),
    ("traditional", "錢幾時發", "钱几时发", "zh"),
    ("figures", "123", "123", "zh"),
    ("nothing", "", "", "zh"),
]


@pytest.mark.parametrize(("label", "typed", "text", "language"), READINGS, ids=[row[0] for row in READINGS])
def test_typed_text_is_read(label: str, typed: str, text: str, language: str, reader: Reader) -> None:
    """What was typed is read in its language, pinyin in characters."""
    reading = reader.read(typed)
    assert (reading.text, reading.language) == (text, language)


def test_long_text_keeps_its_beginning_and_its_end(reader: Reader) -> None:
    """A long story is cut in its middle, so that time is bounded and the question, first or last, stays."""
    text = reader.read("头" + "话" * 9000 + "尾").text
    assert len(text) < 400
    assert text[0] == "头"
    assert text[-1] == "尾"
