"""core/services/annual_review: asked while the window is open, paused after it, never dropped, and back once heard of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.domain.annual_check import AnnualCheck, CheckState
from core.domain.application import Application
from core.domain.person import Person
from core.domain.stage import Stage
from core.domain.window import WindowChange
from core.errors import NotFound
from core.services.annual_review import Reviewed, annual_review, heard, is_paused
from tests.core.services.importing.invented import id_number
from tests.districts import District, settle, somebody
from tests.engines import on_sqlite
from tests.stopped_clock import SHANGHAI


def on(month: int, day: int, year: int = 2026) -> datetime:
    """Ten in the morning of that day; the window is 12 to 31 March."""
    return datetime(year, month, day, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def district(sessions: Sessions, vault: Vault) -> Iterator[District]:
    """A district, its session never committed."""
    session = sessions()
    yield settle(session, vault)
    session.close()


@pytest.fixture
def session(district: District) -> Session:
    """The district's session."""
    return district.session


def recipient(district: District, serial: int = 1, year: int = 2025, stage: Stage = Stage.CONFIRMED) -> int:
    """Somebody whose application of `year` is at `stage`; the person's id."""
    number = id_number(serial)
    ref = somebody(district.session, district.vault, district.areas["T1V1"], id_number=number, stage=stage, year=year)
    return district.session.scalars(select(Person.id).where(Person.ref == ref)).one()


def states(session: Session) -> list[tuple[int, int, CheckState]]:
    """Person, year and state of every check."""
    session.flush()
    checks = session.scalars(select(AnnualCheck).order_by(AnnualCheck.person_id, AnnualCheck.year))
    return [(check.person_id, check.year, check.state) for check in checks]


def test_a_year_of_the_check(district: District, session: Session) -> None:
    """Nothing before the window; asked once in it; paused the day after it, once; the application stays confirmed."""
    person = recipient(district)
    assert annual_review(session, 2026, on(3, 11)) == Reviewed(0, 0)
    assert annual_review(session, 2026, on(3, 12)) == Reviewed(1, 0)
    assert annual_review(session, 2026, on(3, 31)) == Reviewed(0, 0)
    assert not is_paused(session, person, 2026)
    assert annual_review(session, 2026, on(4, 1)) == Reviewed(0, 1)
    assert annual_review(session, 2026, on(4, 2)) == Reviewed(0, 0)
    assert is_paused(session, person, 2026)
    assert session.scalars(select(Application.stage)).all() == [Stage.CONFIRMED]
    heard(session, person, 2026, on(6, 1), staff_id=1)
    assert not is_paused(session, person, 2026)
    annual_review(session, 2026, on(6, 2))
    assert states(session) == [(person, 2026, CheckState.HEARD)]
    check = session.get_one(AnnualCheck, (person, 2026))
    assert (check.heard_by, check.paused_at) == (1, on(4, 1))


@on_sqlite
@pytest.mark.parametrize(
    ("year", "stage"), [(2026, Stage.CONFIRMED), (2025, Stage.CEASED), (2025, Stage.DISTRICT_LISTED)]
)
def test_who_is_not_asked(district: District, session: Session, year: int, stage: Stage) -> None:
    """Who was confirmed this year only, who has ceased, and who was never confirmed."""
    person = recipient(district, year=year, stage=stage)
    assert annual_review(session, 2026, on(3, 20)) == Reviewed(0, 0)
    with pytest.raises(NotFound):
        heard(session, person, 2026, on(3, 20))


@on_sqlite
def test_who_was_never_asked_is_not_paused(district: District, session: Session) -> None:
    """Where nothing ran while the window was open, nobody loses by it."""
    recipient(district)
    assert annual_review(session, 2026, on(5, 12)) == Reviewed(0, 0)
    assert states(session) == []


@on_sqlite
def test_who_comes_by_himself_is_heard_of(district: District, session: Session) -> None:
    """Before anybody was asked; then he is not asked any more."""
    person = recipient(district)
    heard(session, person, 2026, on(2, 1))
    assert annual_review(session, 2026, on(3, 20)) == Reviewed(0, 0)
    assert states(session) == [(person, 2026, CheckState.HEARD)]


@on_sqlite
def test_a_window_that_moves_takes_the_pause_along(district: District, session: Session) -> None:
    """A longer window ends a pause until its own end."""
    person = recipient(district)
    annual_review(session, 2026, on(3, 20))
    annual_review(session, 2026, on(4, 1))
    longer = date(2026, 3, 12), date(2026, 4, 30)
    session.add(
        WindowChange(
            year=2026, window="yearly_check", area_id=district.areas["D"], opens=longer[0], closes=longer[1],
            changed_at=on(4, 1),
        )
    )  # fmt: skip
    session.flush()
    assert annual_review(session, 2026, on(4, 2)) == Reviewed(0, 0)
    assert not is_paused(session, person, 2026)
    assert annual_review(session, 2026, on(5, 1)) == Reviewed(0, 1)
    assert session.get_one(AnnualCheck, (person, 2026)).due_on == longer[1]


@on_sqlite
def test_each_year_asks_anew(district: District, session: Session) -> None:
    """Who was heard of this year is asked again the next."""
    person = recipient(district)
    annual_review(session, 2026, on(3, 20))
    heard(session, person, 2026, on(3, 21))
    annual_review(session, 2027, on(3, 20, year=2027) + timedelta(hours=1))
    assert states(session) == [(person, 2026, CheckState.HEARD), (person, 2027, CheckState.ASKED)]
