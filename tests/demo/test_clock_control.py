"""demo/clock_control and coming_days: the page steps the scheme's clock, and knows what comes next."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.db import Sessions, transaction
from core.domain.area import Area, Level
from core.reminders.rules import rules
from demo import phone_page
from demo.clock_control import clock_control
from demo.coming_days import ON_A_DAY, VILLAGE, ComingDays
from demo.stepped_clock import SteppedClock
from tests.engines import on_sqlite
from tests.stopped_clock import SHANGHAI

LIST_OPENS = date(2026, 5, 8)


@pytest.fixture
def page(tmp_path: Path) -> FlaskClient:
    """The control of a clock that shows 5 May; a list opens on the 8th, and nothing comes after it."""
    clock = SteppedClock(SHANGHAI, tmp_path / "clock")
    clock.show_day(date(2026, 5, 5))
    app = Flask("page")
    app.register_blueprint(
        clock_control(clock, lambda after: (LIST_OPENS, "list_opens_district") if after < LIST_OPENS else None)
    )
    return app.test_client()


def _day(answer: Any) -> str:
    return str(answer["now"])[:10]


@pytest.mark.parametrize(
    ("to", "day"),
    [("day", "2026-05-06"), ("week", "2026-05-12"), ("back", "2026-05-04"), ("next", "2026-05-08")],
)
def test_a_step(page: FlaskClient, to: str, day: str) -> None:
    """A day or a week on, a day back, or to what comes next; whoever looks later sees the same day."""
    assert _day(page.post("/demo/api/clock", json={"to": to}).json) == day
    assert _day(page.get("/demo/api/clock").json) == day


def test_what_comes_next_is_shown_until_nothing_does(page: FlaskClient) -> None:
    """The page is told the day and its name; after the last one there is none, and a step to it is refused."""
    assert page.get("/demo/api/clock").json["next"] == {"day": "2026-05-08", "what": "list_opens_district"}
    assert page.post("/demo/api/clock", json={"to": "next"}).json["next"] is None
    assert page.post("/demo/api/clock", json={"to": "next"}).status_code == 400


REFUSED: list[tuple[str, dict[str, Any], int]] = [
    ("a step that there is not", {"json": {"to": "year"}}, 400),
    ("a number", {"json": {"to": 7}}, 400),
    ("no step", {"json": {}}, 400),
    ("a form, which any page could post", {"data": {"to": "day"}}, 415),
    ("another site", {"json": {"to": "day"}, "headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
]


@pytest.mark.parametrize(("label", "request_", "status"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_steps_nothing(page: FlaskClient, label: str, request_: dict[str, Any], status: int) -> None:
    """Only the page itself steps the clock, and only by the steps that it has."""
    assert (label, page.post("/demo/api/clock", **request_).status_code) == (label, status)
    assert _day(page.get("/demo/api/clock").json) == "2026-05-05"


@on_sqlite
def test_a_year_of_coming_days(sessions: Sessions) -> None:
    """From event to event the page goes through the seed's year and on into the next, with a phrase for each in both
    languages."""
    with transaction(sessions) as session:
        session.add(Area(code=VILLAGE, name="松湾村", name_en="", level=Level.VILLAGE))
    coming, day, seen = ComingDays(sessions, SHANGHAI), date(2026, 1, 1), []
    while day.year == 2026:
        day, what = coming(day)
        seen.append((day.isoformat()[5:], what))
    assert seen == [
        ("03-12", "list_opens_village"),
        ("03-20", "list_closes_village"),
        ("03-22", "closed_village"),
        ("03-25", "form_days_forms"),
        ("03-26", "day_forms"),
        ("03-30", "day_papers"),
        ("04-06", "list_opens_township"),
        ("04-14", "list_closes_township"),
        ("04-16", "closed_township"),
        ("05-08", "list_opens_district"),
        ("05-17", "list_closes_district"),
        ("05-19", "closed_district"),
        ("07-27", "passbook_day_payout"),
        ("07-29", "day_payout"),
        ("03-12", "list_opens_village"),
    ]
    phrases = (Path(phone_page.__file__).parent / "static" / "phrases.js").read_text("utf-8")
    names = {what for _, what in seen} | {
        f"{rule.name}_{window}" for rule in rules() if rule.anchor in ON_A_DAY for window in rule.windows
    }
    assert [name for name in sorted(names) if phrases.count(f" next_{name}: ") != 2] == []
