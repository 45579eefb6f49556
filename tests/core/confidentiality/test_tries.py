"""core/confidentiality/tries: wrong receipts are borne five times of one sender and so often in all, in memory alone."""

from __future__ import annotations

from datetime import timedelta

from core.confidentiality.tries import WITHIN, Tries
from tests.stopped_clock import MID_MAY

ME, OTHER = b"me", b"other"


def test_five_of_one_sender() -> None:
    """The sixth is not looked at; another sender's is."""
    tries = Tries()
    for _ in range(5):
        assert not tries.are_used_up(ME, MID_MAY)
        tries.note_wrong(ME, MID_MAY)
    assert tries.are_used_up(ME, MID_MAY)
    assert not tries.are_used_up(OTHER, MID_MAY)


def test_in_all() -> None:
    """From however many senders they come."""
    tries = Tries(in_all=3)
    for number in range(3):
        tries.note_wrong(bytes([number]), MID_MAY)
    assert tries.are_used_up(OTHER, MID_MAY)


def test_a_day_later() -> None:
    """They are forgotten, one by one."""
    tries = Tries()
    for hour in range(5):
        tries.note_wrong(ME, MID_MAY + timedelta(hours=hour))
    assert tries.are_used_up(ME, MID_MAY + WITHIN - timedelta(seconds=1))
    assert not tries.are_used_up(ME, MID_MAY + WITHIN)
    assert len(tries._wrong) == 4
    assert "me" not in repr(tries)
