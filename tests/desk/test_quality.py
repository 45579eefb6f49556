"""`jiangfu quality`: from the draw to the rate."""

from __future__ import annotations

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.stage import Stage
from tests.desk.conftest import Jiangfu
from tests.districts import District, somebody
from tests.engines import on_sqlite

pytestmark = on_sqlite


def test_from_the_draw_to_the_rate(
    jiangfu: Jiangfu, sessions: Sessions, vault: Vault, district: District, officer: int
) -> None:
    """One is drawn, visited, and found right."""
    with transaction(sessions) as session:
        ref = somebody(session, vault, district.areas["T1V1"], stage=Stage.CONFIRMED)
    assert jiangfu("quality", "show", "2026").status == 1
    assert jiangfu("quality", "draw", "2026", "--seed", "5").out.startswith("1 are drawn (seed 5)")
    assert jiangfu("quality", "result", "2026", ref, "right").out == f"{ref}: right\n"
    assert jiangfu("quality", "sheets", "2026").out.splitlines()[1:] == [f"T1V1,名T1V1,,{ref},王桂兰,right"]
    assert "accuracy 100.0% (95% interval 20.7% to 100.0%, Wilson)" in jiangfu("quality", "show", "2026").out
