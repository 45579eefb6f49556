"""core/domain/stage: which steps the procedure knows, for every pair of stages."""

from __future__ import annotations

from itertools import product

import pytest

from core.domain.stage import PROCEDURE, Stage, may_step

# A row a stage, a column a stage, in the order of the class: + legal, . not.
TABLE = """
declared           . + . . . . . . + + +
village_listed     . . + . . . . . + + +
village_reviewed   . . . + . . . . + + +
township_audited   . . . . + . . . + + +
township_listed    . . . . . + . . + + +
bureau_reviewed    . . . . . . + . + + +
district_listed    . . . . . . . + + + +
confirmed          . . . . . . . . . . +
rejected           . . . . . . . . . . .
withdrawn          . . . . . . . . . . .
ceased             . . . . . . . . . . .
"""
LEGAL = {
    (Stage(row.split()[0]), target): mark == "+"
    for row in TABLE.strip().splitlines()
    for target, mark in zip(Stage, row.split()[1:], strict=True)
}


@pytest.mark.parametrize(("origin", "target"), list(product(Stage, Stage)))
def test_every_pair(origin: Stage, target: Stage) -> None:
    """One step forward, or out; never back, never twice, never over a stage, and never out of an end."""
    assert may_step(origin, target) is LEGAL[origin, target]


def test_the_procedure_is_the_contracts() -> None:
    """The eight stages stand in the order of the procedure."""
    assert " ".join(PROCEDURE) == (
        "declared village_listed village_reviewed township_audited township_listed bureau_reviewed district_listed "
        "confirmed"
    )
