"""core/services/notices/preview: what a sender sees is what will happen, at its dearest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.contact import Contact, ContactPerson, Language
from core.domain.notice import Notice
from core.errors import NotAllowed
from core.services.notices.cautions import Caution, Kind, cautions
from core.services.notices.finishing import begins_at, done_at
from core.services.notices.preview import Preview, preview
from core.services.notices.wording import Names, Wording, pinyin
from core.settings import Settings
from tests.core.services.notices.village import Village, village
from tests.stopped_clock import MID_MAY, SHANGHAI

HOUR = timedelta(hours=1)
WHO = Names("名T1V1", "Ming"), Names("周建明", "Zhou Jianming")


def look(place: Village, number: int, now: datetime = MID_MAY) -> Preview:
    """The notice as it would go now."""
    with transaction(place.sessions) as session:
        return preview(session, place.vault, place.settings, session.get_one(Notice, number), now)


def test_what_a_sender_sees(sessions: Sessions, vault: Vault, settings: Callable[..., Settings]) -> None:
    """How many, over what, how many not and why, what it costs at most, and the text with the longest surname."""
    place = village(sessions, vault, settings, sms_price=Decimal("0.05"))
    seen = look(place, place.write())
    assert (seen.people, seen.channels, seen.messages) == (5, {"sms": 2, "telegram": 1}, 3)
    assert (seen.no_channel, seen.opted_out, seen.home_visit, seen.followers) == (1, 1, 1, 0)
    assert (seen.segments, seen.yuan) == (2, Decimal("0.10"))
    assert seen.texts == {Language.CHINESE: "名T1V1周建明：欧阳老人家，名T1V1明天上午在村部收材料。（验123456）"}
    assert seen.begins_at == MID_MAY
    assert seen.is_in_time


def test_long_words_cost_more(place: Village) -> None:
    """A second segment of every message is counted before it is paid."""
    seen = look(place, place.write(words="请带户口本" * 12))
    assert (seen.segments, seen.parts[Language.CHINESE]) == (4, 2)


def test_english_is_counted_as_english(place: Village) -> None:
    """Who reads English gets it, in plain letters, and it is paid as such."""
    number = place.write(english="Dear {surname}, please bring your papers to {village}." + " ok" * 10)
    with transaction(place.sessions) as session:
        of_home = select(ContactPerson.contact_id).where(ContactPerson.person_id == place.ids["home"])
        session.execute(update(Contact).where(Contact.id.in_(of_home)).values(language=Language.ENGLISH))
    assert look(place, number).segments == 2
    place.send(number)
    assert place.text(place.rows()["home", 0]).startswith("MingT1V1, Zhou Jianming: Dear Wang, please")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in May."""
    return datetime.combine(date(2026, 5, day), time(hour, minute), SHANGHAI)


@pytest.mark.parametrize(
    ("label", "begins", "messages", "how", "done"),
    [
        ("at once", at(12, 10), {"sms": 0}, {}, at(12, 10)),
        ("one a second", at(12, 10), {"sms": 3600}, {}, at(12, 11)),
        ("the slower channel decides", at(12, 10), {"sms": 3600, "telegram": 30}, {}, at(12, 11)),
        ("up to the quiet hours", at(12, 19), {"sms": 3600}, {}, at(12, 20)),
        ("over a night", at(12, 19), {"sms": 3601}, {}, at(13, 8) + timedelta(seconds=1)),
        ("over two nights", at(12, 19), {"sms": 14 * 3600}, {}, at(14, 9)),
        ("begun at night", at(12, 22), {"sms": 3600}, {}, at(13, 9)),
        ("urgent", at(12, 22), {"sms": 3600}, {"at_night": True}, at(12, 23)),
        ("no quiet hours", at(12, 19), {"sms": 3 * 3600}, {"quiet_hours": "00:00-00:00"}, at(12, 22)),
        ("money for three days", at(12, 10), {"sms": 10}, {"yuan": "2.5", "daily_budget": 1}, at(14, 10)),
        ("money for one", at(12, 10), {"sms": 10}, {"yuan": "1", "daily_budget": 1}, at(12, 10) + timedelta(seconds=10)),
        ("never any money", at(12, 10), {"sms": 10}, {"yuan": "1", "daily_budget": "0.01"}, None),
    ],
)  # fmt: skip
def test_when_it_will_be_finished(
    settings: Callable[..., Settings], label: str, begins: datetime, messages: dict[str, int],
    how: dict[str, Any], done: datetime | None,
) -> None:  # fmt: skip
    """At the rate, in the hours and with the money that there are."""
    at_night, yuan = how.pop("at_night", False), Decimal(how.pop("yuan", 0))
    fixed = settings(sms_rate=1, telegram_rate=30, **how)
    starts = begins_at(begins, begins, fixed, at_night=at_night)
    assert done_at(starts, messages, yuan, fixed, at_night=at_night) == done


def test_too_late_is_refused(sessions: Sessions, vault: Vault, settings: Callable[..., Settings]) -> None:
    """What can't be finished before its end, at night or for want of money, is not begun."""
    place = village(sessions, vault, settings, sms_rate=0.0001)
    number = place.write(ends=MID_MAY + HOUR)
    assert not look(place, number).is_in_time
    with pytest.raises(NotAllowed, match="not be finished"):
        place.send(number)
    assert place.rows() == {}


@pytest.mark.parametrize(
    ("words", "english", "found"),
    [
        ("明天开会", "", []),
        ("看 www.abc.com", "", [Kind.LINK]),
        ("身份证43052119500312123X", "", [Kind.ID_NUMBER]),
        ("卡号6217 0012 3456 7890 123", "", [Kind.ACCOUNT]),
        ("打13900001111", "", [Kind.PHONE]),
        ("打0731-88888888", "", [Kind.PHONE]),
        ("一" * 46 + "😀", "", [Kind.COSTLY, Kind.SPARE]),
        ("一" * 48, "", [Kind.SPARE]),
        ("一" * 47, "", []),
        ("明天", "come — " + "x" * 60, [Kind.COSTLY]),
        ("明天", "come " + "x" * 60, []),
    ],
    ids=range(11),
)
def test_what_is_warned_of(settings: Callable[..., Settings], words: str, english: str, found: list[Kind]) -> None:
    """Links, numbers of somebody's, and characters without which it would cost a segment less."""
    said = {Language.CHINESE: words} | ({Language.ENGLISH: english} if english else {})
    wording = Wording(said, None, *WHO)
    fixed = settings()
    signed = {
        language: (fixed.sms_signature if language is Language.CHINESE else fixed.sms_signature_en)
        + wording.text(language, None, WHO[0], MID_MAY.date())
        + "（验123456）" * (language is Language.CHINESE)
        for language in said
    }
    assert [caution.kind for caution in cautions(wording, signed, MID_MAY.date())] == found


def test_a_day_that_is_over_is_warned_of() -> None:
    """{date} is named in words; the year only where it is another."""
    wording = Wording({Language.CHINESE: "{date}开会"}, date(2026, 5, 11), *WHO)
    assert wording.text(Language.CHINESE, None, WHO[0], MID_MAY.date()) == "名T1V1周建明：5月11日开会"
    assert cautions(wording, {}, MID_MAY.date()) == [Caution(Kind.PAST, Language.CHINESE)]


def test_english_is_for_who_reads_it() -> None:
    """In letters throughout; where there is none, Chinese."""
    wording = Wording({Language.CHINESE: "{surname}老人家"}, None, *WHO)
    assert wording.text(Language.ENGLISH, Names("王", "Wang"), WHO[0], MID_MAY.date()) == "名T1V1周建明：王老人家"
    both = Wording({Language.CHINESE: "您好", Language.ENGLISH: "Dear {surname}"}, None, *WHO)
    text = both.text(Language.ENGLISH, Names("欧阳", pinyin("欧阳")), WHO[0], MID_MAY.date())
    assert text == "Ming, Zhou Jianming: Dear Ouyang"
