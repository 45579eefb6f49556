"""Which change brought the days that hold: the nearest area's last one that changed anything."""

from __future__ import annotations

from datetime import date

import pytest

from core.domain.window import WindowChange
from core.reminders.moves import last_move
from tests.stopped_clock import MID_MAY

DISTRICT, TOWNSHIP, VILLAGE = 1, 2, 3
PARENTS = {VILLAGE: TOWNSHIP, TOWNSHIP: DISTRICT, DISTRICT: None}


@pytest.mark.parametrize(
    ("label", "changes", "brought_by"),
    [
        ("nothing moved", [], None),
        ("set to what it is anyway", [(VILLAGE, 12)], None),
        ("moved", [(VILLAGE, 14)], 0),
        ("moved twice", [(VILLAGE, 14), (VILLAGE, 15)], 1),
        ("set again to the same", [(VILLAGE, 14), (VILLAGE, 14)], 0),
        ("moved back", [(VILLAGE, 14), (VILLAGE, 12)], 1),
        ("moved there and back and there", [(VILLAGE, 14), (VILLAGE, 12), (VILLAGE, 14)], 2),
        ("moved above", [(DISTRICT, 14)], 0),
        ("moved above, with days of its own", [(VILLAGE, 14), (DISTRICT, 15)], 0),
        ("moved above, then here", [(DISTRICT, 14), (VILLAGE, 15)], 1),
        ("set here to what holds above", [(DISTRICT, 14), (VILLAGE, 14)], 0),
        ("set here to the usual days, above moved", [(DISTRICT, 14), (VILLAGE, 12)], 1),
        ("moved between them", [(DISTRICT, 14), (TOWNSHIP, 15)], 1),
    ],
)
def test_which_change_moved_the_window(label: str, changes: list[tuple[int, int]], brought_by: int | None) -> None:
    """The person is told of that one, once."""
    made = [
        WindowChange(
            id=number,
            year=2026,
            window="village",
            area_id=area,
            opens=date(2026, 3, day),
            closes=date(2026, 3, day + 9),
            changed_at=MID_MAY,
        )
        for number, (area, day) in enumerate(changes)
    ]
    found = last_move(made, PARENTS, VILLAGE)
    assert (found.id if found else None) == brought_by
