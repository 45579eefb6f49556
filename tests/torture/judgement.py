"""The judgement after a run: the providers' own count of what they accepted, held against the rows of the outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from core.delivery.outbox import State
from tests.torture.emulators import Accepted
from tests.torture.letters import Letter

SENT = frozenset({State.SENT, State.DELIVERED})


def copies(letters: Iterable[Letter], accepted: Accepted) -> dict[int, int]:
    """How often each letter was accepted, by its row: a text is known by its address and the code that stands in it.

    Fails where something was accepted that is no letter, or one letter in two wordings.
    """
    found: Counter[int] = Counter()
    by_address: dict[str, list[Letter]] = {}
    for letter in letters:
        by_address.setdefault(letter.address, []).append(letter)
    for (address, text), times in accepted.items():
        (letter,) = (letter for letter in by_address[address] if letter.code and letter.code in text)
        assert letter.row_id not in found, "one message in two wordings"
        found[letter.row_id] = times
    return dict(found)


def judge_asked(letters: list[Letter], counted: dict[int, int]) -> None:
    """A gateway that can be asked has accepted each message exactly once, and each is noted as sent."""
    wrong = [(one.row_id, one.state, counted.get(one.row_id, 0)) for one in letters]
    assert [case for case in wrong if case[1] not in SENT or case[2] != 1] == [], "row, state, copies"


def judge_unasked(letters: list[Letter], counted: dict[int, int], doubts: int) -> None:
    """Where nobody can be asked: no reminder twice, and one that is noted as sent is there; each decision is there, and
    all of them together no more than `doubts` times too often."""
    reminders = [one for one in letters if not one.is_repeated]
    assert [one.row_id for one in reminders if counted.get(one.row_id, 0) > 1] == [], "reminders sent twice"
    assert [one.row_id for one in reminders if one.state in SENT and one.row_id not in counted] == [], "never sent"
    assert {one.state for one in reminders} <= SENT | {State.UNKNOWN}
    decisions = [one for one in letters if one.is_repeated]
    assert [one.row_id for one in decisions if one.row_id not in counted] == [], "decisions never sent"
    assert sum(counted[one.row_id] - 1 for one in decisions) <= doubts, "decisions sent too often"
