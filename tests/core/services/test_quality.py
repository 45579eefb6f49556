"""core/services/quality: a draw that can be repeated and not be chosen, and a rate with an honest interval."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select
from stdnum.cn import ric

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.person import Person
from core.domain.quality import QualityCheck, QualityDraw
from core.domain.stage import Stage
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor, Role
from core.services.quality import accuracy, draw, drawn, note_result, wilson
from tests.districts import District, settle, somebody
from tests.stopped_clock import MID_MAY


@pytest.fixture
def district(sessions: Sessions, vault: Vault) -> District:
    """Twelve confirmed in one township, three in the other, and one who is not confirmed."""
    with transaction(sessions) as session:
        settled = settle(session, vault)
        for number in range(16):
            village, stage = ("T1V1" if number < 12 else "T2V1"), (Stage.CONFIRMED if number < 15 else Stage.DECLARED)
            stem = f"430521195203120{number:02}"
            somebody(
                session, vault, settled.areas[village], id_number=stem + ric.calc_check_digit(stem + "0"), stage=stage
            )
    return settled


@pytest.fixture
def officer(district: District) -> Actor:
    """The district's."""
    return Actor(district.staff[Role.OFFICER, "D"], Role.OFFICER, district.areas["D"])


def test_a_draw_can_be_repeated(sessions: Sessions, vault: Vault, officer: Actor) -> None:
    """So many of each township, rounded up; the same seed draws the same, another draws others."""
    found = []
    for seed in (7, 7, 8):
        with transaction(sessions) as session:
            assert draw(session, vault, 2026, 25, seed, officer, MID_MAY) == 4
            people = drawn(session, 2026, officer)
            assert [each.village_code for each in people] == ["T1V1", "T1V1", "T1V1", "T2V1"]
            found.append([each.ref for each in people])
            for table in (QualityCheck, QualityDraw):
                session.execute(delete(table))
            session.expunge_all()
    assert found[0] == found[1] != found[2]


def test_nobody_draws_until_it_pleases_him(
    sessions: Sessions, vault: Vault, officer: Actor, district: District
) -> None:
    """Once a year; by the district alone, and only its officers see who is drawn."""
    with transaction(sessions) as session:
        draw(session, vault, 2026, 10, 1, officer, MID_MAY)
    with pytest.raises(NotAllowed, match="already"), transaction(sessions) as session:
        draw(session, vault, 2026, 10, 2, officer, MID_MAY)
    with pytest.raises(NotFound), transaction(sessions) as session:
        draw(session, vault, 2020, 10, 2, officer, MID_MAY)
    cadre = Actor(district.staff[Role.CADRE, "T1V1"], Role.CADRE, district.areas["T1V1"])
    township = Actor(district.staff[Role.OFFICER, "T1"], Role.OFFICER, district.areas["T1"])
    for actor in (cadre, township):
        with pytest.raises(NotAllowed), transaction(sessions) as session:
            drawn(session, 2026, actor)


def test_the_rate_is_of_those_visited(sessions: Sessions, vault: Vault, officer: Actor) -> None:
    """Whoever was not drawn cannot be added; a result can be put right."""
    with transaction(sessions) as session:
        draw(session, vault, 2026, 25, 1, officer, MID_MAY)
        refs = [each.ref for each in drawn(session, 2026, officer)]
        assert accuracy(session, 2026).rate is None
        for ref, right in ((refs[0], True), (refs[1], True), (refs[2], True), (refs[2], False)):
            note_result(session, vault, 2026, ref, right, officer, MID_MAY)
        found = accuracy(session, 2026)
        stranger = session.scalars(select(Person.ref).where(Person.ref.not_in(refs)).limit(1)).one()
        with pytest.raises(NotFound):
            note_result(session, vault, 2026, stranger, True, officer, MID_MAY)
    assert (found.drawn, found.visited, found.right, round(found.rate, 3)) == (4, 3, 2, 0.667)


@pytest.mark.parametrize(
    ("right", "number", "interval"),
    # As in R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_the_interval_is_wilsons(right: int, number: int, interval: tuple[float, float]) -> None:
    """Held against published figures."""
    assert wilson(right, number) == pytest.approx(interval, abs=5e-5)
