"""What a sender sees before a notice goes out: how many people, over what, for how much, by when, and how it reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery.composing import segments_with_signature
from core.delivery.outbox import OutboxRow
from core.delivery.segments import units
from core.domain.area import Area
from core.domain.contact import Contact, Language
from core.domain.notice import Notice
from core.services.notices.addressing import followers, reached, villages_of_notice
from core.services.notices.cautions import Caution, cautions
from core.services.notices.finishing import begins_at, done_at
from core.services.notices.wording import Names, Wording, names_of, wording_of
from core.settings import Settings
from core.texts import speaker

# The longest that a common surname gets, in characters and in letters.
LONGEST_SURNAME = Names("欧阳", "Zhangsun")
_CODE = "123456"
# As the partial index says it: with parameters in place of the words no engine would use it.
_WAITING = text("outbox.state IN ('queued', 'sending')")


@dataclass(frozen=True)
class Preview:
    """What a notice comes to if it is sent now. `people` is everybody of the areas, `channels` those who get it, by
    channel; `no_channel` have no phone that takes messages, `opted_out` do not want any, `home_visit` are served at
    home besides; `followers` are others who follow the villages, and are in `channels` too. `segments` and `yuan` are
    the most it can cost; `done_at` is None where it never ends. `texts` are as they read with the longest values."""

    notice_id: int
    revision: int
    people: int
    channels: Mapping[str, int]
    no_channel: int
    opted_out: int
    home_visit: int
    followers: int
    segments: int
    yuan: Decimal
    begins_at: datetime
    done_at: datetime | None
    expires_at: datetime
    texts: Mapping[Language, str]
    parts: Mapping[Language, int]
    cautions: tuple[Caution, ...]

    @property
    def is_in_time(self) -> bool:
        """Whether all of it can leave before it ends."""
        return self.done_at is not None and self.done_at <= self.expires_at

    @property
    def messages(self) -> int:
        """How many messages will go out."""
        return sum(self.channels.values())


def preview(session: Session, vault: Vault, settings: Settings, notice: Notice, now: datetime) -> Preview:
    """What `notice` comes to if it is sent at `now`. Reads counts alone: no name is opened."""
    areas = villages_of_notice(session, notice.id)
    wording, villages = wording_of(session, vault, notice), _names(session, areas)
    begins = begins_at(notice.not_before, now, settings, at_night=notice.urgent)
    groups = _groups(session, areas)
    cost = _Cost(wording, villages, begins.astimezone(settings.timezone).date(), settings)
    channels: Counter[str] = Counter()
    parts = 0
    for group in groups:
        if group.channel is not None:
            channels[group.channel] += group.count
        if group.channel == "sms":
            parts += group.count * cost.segments(group.language, group.area_id)
    following = session.execute(_followers(areas)).all()
    for channel, language, count in following:
        channels[channel] += count
        parts += count * (cost.segments(language, None) if channel == "sms" else 0)
    yuan = parts * settings.sms_price
    ahead = channels + _waiting(session, begins)
    texts = cost.longest_texts()
    return Preview(
        notice.id,
        notice.revision,
        people=sum(group.count for group in groups),
        channels=dict(channels),
        no_channel=sum(group.count for group in groups if group.channel is None and not group.is_silent),
        opted_out=sum(group.count for group in groups if group.channel is None and group.is_silent),
        home_visit=sum(group.count for group in groups if group.home_visit),
        followers=sum(count for *_, count in following),
        segments=parts,
        yuan=yuan,
        begins_at=begins,
        done_at=done_at(begins, ahead, yuan, settings, at_night=notice.urgent),
        expires_at=notice.expires_at,
        texts=texts,
        parts={language: segments_with_signature(said, language, settings) for language, said in texts.items()},
        cautions=tuple(cautions(wording, _signed(texts, settings), begins.date())),
    )


class _Cost:
    """What the message takes for readers of a language and village, with the longest surname."""

    def __init__(self, wording: Wording, villages: Mapping[int, Names], today: date, settings: Settings) -> None:
        self._wording, self._villages, self._today, self._settings = wording, villages, today, settings
        self._nowhere = Names("", "")
        self.segments = cache(self._segments)

    def _segments(self, language: Language, area_id: int | None) -> int:
        village = self._villages[area_id] if area_id is not None else self._nowhere
        return segments_with_signature(self._text(language, village), language, self._settings)

    def _text(self, language: Language, village: Names) -> str:
        say = speaker(language)
        said = self._wording.text(language, LONGEST_SURNAME, village, self._today)
        return say("unasked.coded", text=said, code=_CODE)

    def longest_texts(self) -> dict[Language, str]:
        """The text in each of the notice's languages, of the village with the longest name."""
        villages = list(self._villages.values()) or [self._nowhere]
        return {
            language: self._text(language, max(villages, key=lambda names: units(names[language])))
            for language in self._wording.words
        }


@dataclass(frozen=True)
class _Group:
    """So many people who are reached in the same way; `by_chat` is None for those whom nothing reaches."""

    by_chat: bool | None
    in_english: bool | None
    area_id: int
    home_visit: bool
    is_silent: bool
    count: int

    @property
    def channel(self) -> str | None:
        """Over which they are reached."""
        return None if self.by_chat is None else "telegram" if self.by_chat else "sms"

    @property
    def language(self) -> Language:
        """In which they read it."""
        return Language.ENGLISH if self.in_english else Language.CHINESE


def _groups(session: Session, areas: Collection[int]) -> list[_Group]:
    people = reached(areas)
    what = [people.c[name] for name in ("by_chat", "in_english", "area_id", "home_visit", "is_silent")]
    return [_Group(*tuple(row)) for row in session.execute(select(*what, func.count()).group_by(*what))]


def _followers(areas: Collection[int]) -> Select[str, Language, int]:
    what = Contact.channel, Contact.language
    return select(*what, func.count()).where(followers(areas)).group_by(*what)


def _waiting(session: Session, until: datetime) -> Counter[str]:
    """What waits already and is due by then, by channel."""
    query = (
        select(Contact.channel, func.count())
        .join(OutboxRow, OutboxRow.contact_id == Contact.id)
        .where(_WAITING, OutboxRow.not_before <= until)
        .group_by(Contact.channel)
    )
    return Counter(dict(session.execute(query).all()))


def _names(session: Session, areas: Collection[int]) -> dict[int, Names]:
    return {area.id: names_of(area) for area in session.scalars(select(Area).where(Area.id.in_(sorted(areas))))}


def _signed(texts: Mapping[Language, str], settings: Settings) -> dict[Language, str]:
    signatures = {Language.CHINESE: settings.sms_signature, Language.ENGLISH: settings.sms_signature_en}
    return {language: signatures[language] + said for language, said in texts.items()}
