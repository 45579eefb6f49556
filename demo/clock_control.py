"""The page's hand on the scheme's clock: the day that it shows, steps to another, and what comes next."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from http import HTTPStatus

from flask import Blueprint, Response, abort, jsonify

from demo.same_origin import posted
from demo.stepped_clock import SteppedClock

STEPS = {"back": -1, "day": 1, "week": 7}  # days; back as well: to turn the clock back must do no harm
NEXT = "next"

Coming = Callable[[date], tuple[date, str] | None]


def clock_control(clock: SteppedClock, coming: Coming) -> Blueprint:
    """`/demo/api/clock`: GET shows `now` and `next` (its `day` and `what`), POST `{"to": …}` steps first.

    `coming` finds the first day after another on which something happens, and a word for it.
    """
    blueprint = Blueprint("clock_control", __name__)
    turn = threading.Lock()  # two steps at once are two steps

    def shown() -> Response:
        now = clock.now()
        found = coming(now.date())
        following = {"day": found[0].isoformat(), "what": found[1]} if found else None
        return jsonify(now=now.isoformat(), next=following)

    @blueprint.get("/demo/api/clock")
    def look() -> Response:
        return shown()

    @blueprint.post("/demo/api/clock")
    def step() -> Response:
        to = posted().get("to")
        with turn:
            clock.show_day(_day(clock.today(), to, coming))
        return shown()

    return blueprint


def _day(today: date, to: object, coming: Coming) -> date:
    if to == NEXT and (found := coming(today)):
        return found[0]
    if not isinstance(to, str) or to not in STEPS:
        abort(HTTPStatus.BAD_REQUEST)
    return today + timedelta(days=STEPS[to])
