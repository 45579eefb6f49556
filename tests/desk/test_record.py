"""`jiangfu record`: the village's reviews and the papers, noted and shown."""

from __future__ import annotations

import pytest

from core.audit import entries
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.staff import Role
from tests.desk.conftest import Jiangfu
from tests.districts import CADRE_PHONE, District, somebody
from tests.engines import on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def refs(sessions: Sessions, vault: Vault, district: District, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two who have declared, of the cadre's village and of another; the cadre acts."""
    monkeypatch.setenv("JIANGFU_STAFF", CADRE_PHONE)
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    numbers = {"T1V1": "43052119500312123X", "T2V1": "430521195203121236"}
    with transaction(sessions) as session:
        return [somebody(session, vault, district.areas[area], id_number=number) for area, number in numbers.items()]


def test_what_was_held_is_noted_and_shown(
    jiangfu: Jiangfu, sessions: Sessions, district: District, refs: list[str]
) -> None:
    """By day, with the result and who noted it; it stands in the trail."""
    own, who = refs[0], district.staff[Role.CADRE, "T1V1"]
    for words in (("council", "--on", "2026-03-28"), ("congress", "--on", "2026-03-29", "--failed")):
        done = jiangfu("record", words[0], own, *words[1:])
        assert (done.status, done.err) == (0, "")
    assert done.out == f"{own}: congress 2026-03-29 failed\n"
    jiangfu("record", "papers", own, "--on", "2026-03-31", "--passed")
    assert jiangfu("record", "show", own).out.splitlines() == [
        f"council\t2026-03-28\tpassed\t{who}",
        f"congress\t2026-03-29\tfailed\t{who}",
        f"papers\t2026-03-31\tpassed\t{who}",
    ]
    with transaction(sessions) as session:
        assert [(entry.actor_id, entry.action) for entry in entries(session, own, 9)] == [
            (who, "council"),
            (who, "congress"),
            (who, "papers"),
        ]


def test_the_good_ones_are_noted_and_the_others_named(jiangfu: Jiangfu, refs: list[str]) -> None:
    """Exit 1; each refusal begins with its reference."""
    done = jiangfu("record", "council", "00000000", *refs, "--on", "2026-03-28")
    assert (done.status, done.out) == (1, f"{refs[0]}: council 2026-03-28 passed\n")
    assert [line.split(":")[0] for line in done.err.splitlines()] == ["00000000", refs[1]]
    assert jiangfu("record", "show", refs[1]).out == ""


@pytest.mark.parametrize("words", [("council",), ("council", "1"), ("council", "1", "--on", "28.3."), ("vote", "1")])
def test_wrong_usage(jiangfu: Jiangfu, refs: list[str], words: tuple[str, ...]) -> None:
    """Exit 2."""
    done = jiangfu("record", *words)
    assert (done.status, done.out) == (2, "")
