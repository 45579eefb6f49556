"""The words of a notice: checked when they are written, and put into the registered frame for each reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter

from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.days import day as day_in_words
from core.domain.area import Area
from core.domain.contact import Language
from core.domain.notice import Notice
from core.domain.staff import Staff
from core.errors import NotAllowed
from core.services.surnames import surname
from core.text import printable
from core.texts import _, speaker

FIELDS = ("surname", "village", "date")
LONGEST = 300
FRAME = _("notice")


def checked(words: str, day: date | None) -> str:
    """`words` on one line, fit to be sent. Raises NotAllowed where they are empty, too long, hold a field that there is
    not, or {date} without a day."""
    text = " ".join(printable(words).split())
    if not text:
        raise NotAllowed("The notice says nothing; give its words.")
    if len(text) > LONGEST:
        raise NotAllowed(f"The notice has {len(text)} characters; at most {LONGEST}, so that an old person reads it.")
    try:
        found = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    except ValueError:
        raise NotAllowed("A brace stands alone; a field is written {surname}, {village} or {date}.") from None
    for name, spec, conversion in found:
        if name not in FIELDS or spec or conversion:
            raise NotAllowed("There is no such field; there are {surname}, {village} and {date}.")
    if day is None and any(name == "date" for name, _, _ in found):
        raise NotAllowed("The words hold {date}; say with --date which day that is.")
    return text


@dataclass(frozen=True)
class Names:
    """What a person or an area is called in each language."""

    chinese: str
    english: str

    def __getitem__(self, language: Language) -> str:
        return self.english if language is Language.ENGLISH else self.chinese


@dataclass(frozen=True)
class Wording:
    """A notice's words, opened, and who signs them."""

    words: Mapping[Language, str]
    day: date | None
    office: Names
    signer: Names

    def language_for(self, language: Language) -> Language:
        """In which language a reader of `language` gets the notice: Chinese where there is no English."""
        return language if language in self.words else Language.CHINESE

    def has(self, field: str) -> bool:
        """Whether the words hold that field."""
        return any(f"{{{field}}}" in words for words in self.words.values())

    def text(self, language: Language, reader: Names | None, village: Names, today: date) -> str:
        """The notice as somebody of `village` reads it; `reader` is his surname (None: nobody whom we know). Days of
        the year of `today` are named without their year."""
        spoken = self.language_for(language)
        say = speaker(spoken)
        words = self.words[spoken].format(
            surname=reader[spoken] if reader else say("notice.neighbour"),
            village=village[spoken],
            date=day_in_words(say, self.day, today) if self.day else "",
        )
        return say(FRAME, office=self.office[spoken], signer=self.signer[spoken], words=words)


def wording_of(session: Session, vault: Vault, notice: Notice) -> Wording:
    """The words of `notice`, opened."""
    words = {Language.CHINESE: vault.open(Notice.words, notice.words)}
    if notice.words_en is not None:
        words[Language.ENGLISH] = vault.open(Notice.words_en, notice.words_en)
    signer = vault.open(Staff.name, session.get_one(Staff, notice.staff_id).name)
    return Wording(words, notice.day, names_of(session.get_one(Area, notice.office_id)), _in_letters(signer))


def names_of(area: Area) -> Names:
    """What an area is called; in pinyin where the office gave no English name."""
    return Names(area.name, area.name_en or pinyin(area.name))


def surname_of(name: str) -> Names:
    """The surname of the person called `name`."""
    return Names(surname(name), pinyin(surname(name)))


def pinyin(text: str) -> str:
    """Chinese `text` in Latin letters, which English messages must keep to.

    >>> pinyin("欧阳")
    'Ouyang'
    """
    # Imported on first use: its dictionary costs 150 ms.
    from pypinyin import lazy_pinyin

    letters = "".join(lazy_pinyin(text))
    return letters[:1].upper() + letters[1:]


def _in_letters(name: str) -> Names:
    family = surname(name)
    given = name[len(family) :]
    return Names(name, " ".join(filter(None, (pinyin(family), pinyin(given) if given else ""))))
