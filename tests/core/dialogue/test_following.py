"""core/dialogue/flows/following: what is said of a case, wherever it stands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.dialogue.flows.following import _standing
from core.domain.case import CaseKind, CaseState
from core.domain.contact import Language
from core.services.cases.following import Followed
from tests.core.dialogue.longest import NOW, turn_on

DUE = NOW + timedelta(days=4)


def followed(state: CaseState, due_on: date = DUE, *, escalated: bool = False, reason: str = "") -> Followed:
    """A case about entry 7."""
    return Followed(CaseKind.ENTRY, state, 7, due_on, escalated, reason)


@pytest.mark.parametrize(
    ("label", "found", "said"),
    [
        ("open", followed(CaseState.OPEN), ("收下", "12月5日")),
        ("under review", followed(CaseState.UNDER_REVIEW), ("核查", "12月5日")),
        ("gone up", followed(CaseState.OPEN, escalated=True), ("上一级", "12月5日")),
        ("its day is today", followed(CaseState.OPEN, NOW), ("收下", "12月1日")),
        ("its day is over", followed(CaseState.UNDER_REVIEW, NOW - timedelta(days=1)), ("晚了", "11月30日")),
        ("late", followed(CaseState.LATE), ("公示过后",)),
        ("upheld", followed(CaseState.UPHELD, reason="有儿子。"), ("第7号", "成立", "有儿子。")),
        ("dismissed", followed(CaseState.DISMISSED, reason="够60岁。"), ("第7号", "不成立", "够60岁。", "复议")),
        ("settled by itself", followed(CaseState.DONE), ("办结",)),
    ],
)
def test_every_state_has_its_words(label: str, found: Followed, said: tuple[str, ...]) -> None:
    """With the promised day while it is awaited, and the reason once it is decided."""
    text = _standing(turn_on(NOW, Language.CHINESE), found)
    assert [part for part in said if part not in text] == []
