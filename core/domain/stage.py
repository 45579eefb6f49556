"""The stages of an application and the legal steps between them, as one table."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise


class Stage(StrEnum):
    """Where an application stands; the order of the first eight is the procedure's."""

    DECLARED = "declared"
    VILLAGE_LISTED = "village_listed"
    VILLAGE_REVIEWED = "village_reviewed"
    TOWNSHIP_AUDITED = "township_audited"
    TOWNSHIP_LISTED = "township_listed"
    BUREAU_REVIEWED = "bureau_reviewed"
    DISTRICT_LISTED = "district_listed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CEASED = "ceased"


PROCEDURE = tuple(Stage)[:8]

_EXITS = (Stage.REJECTED, Stage.WITHDRAWN, Stage.CEASED)

# From each stage: the next one of the procedure, or out of it. Who is confirmed can only cease.
STEPS: dict[Stage, tuple[Stage, ...]] = {
    **{stage: (following, *_EXITS) for stage, following in pairwise(PROCEDURE)},
    Stage.CONFIRMED: (Stage.CEASED,),
    Stage.REJECTED: (),
    Stage.WITHDRAWN: (),
    Stage.CEASED: (),
}

# Which stage each level's posting takes people from, and which it takes them to (policy-facts §5).
POSTED = {
    "village": (Stage.DECLARED, Stage.VILLAGE_LISTED),
    "township": (Stage.TOWNSHIP_AUDITED, Stage.TOWNSHIP_LISTED),
    "district": (Stage.BUREAU_REVIEWED, Stage.DISTRICT_LISTED),
}

# A decision against the person is always given in words (the brief's «rejected: always with a reason in plain words»).
NEEDS_REASON = frozenset({Stage.REJECTED, Stage.CEASED})


def may_step(origin: Stage, target: Stage) -> bool:
    """Whether the procedure knows a step from `origin` to `target`."""
    return target in STEPS[origin]
