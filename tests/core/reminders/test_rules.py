"""The table of reminders: whole, spoken, and refused with a reason where it is not."""

from __future__ import annotations

import pytest

from core.reminders.compose import WORDS
from core.reminders.rules import RuleError, read, rules

OPENS = """
- name: some
  anchor: opens
  windows: [village]
  days: 0
  at: "08:30"
  audience: villagers
  channels: [sms]
  text: remind.list_opens
  kind: reminder
  until: closes
"""
FACT = (
    "- {name: a, anchor: fact, audience: the_person, channels: [sms], text: remind.stage, kind: decision, until: 7}\n"
)


def test_every_reminder_of_the_scheme_stands_in_the_table() -> None:
    """What the scheme promises to remind of, each once."""
    assert [rule.name for rule in rules()] == [
        "list_opens", "list_closes", "form_days", "papers_due", "passbook_day", "yearly_check", "window_moved",
        "stage_changed", "rejected", "confirmed", "paid", "payment_failed",
    ]  # fmt: skip


def test_every_reminder_has_its_words() -> None:
    """None is planned that nobody could compose."""
    assert {rule.text for rule in rules()} - WORDS.keys() == set()


def test_whoever_can_be_asked_to_wait_is_not_sent_at_night() -> None:
    """The quiet hours need not hold back what the table plans."""
    assert all(8 <= rule.at.hour < 19 for rule in rules() if rule.at is not None)


def test_a_good_entry_is_read() -> None:
    """The two kinds that the tables below spoil."""
    assert [rule.name for rule in read(OPENS + FACT.replace("name: a", "name: b"))] == ["some", "b"]


@pytest.mark.parametrize(
    ("label", "good", "was", "becomes", "said"),
    [
        ("an unknown window", OPENS, "[village]", "[vilage]", "no window vilage"),
        ("no window", OPENS, "[village]", "[]", "`windows` goes with"),
        ("an unknown audience", OPENS, "villagers", "everybody", "audience"),
        ("the person without a fact", OPENS, "villagers", "the_person", "`the_person` goes with a fact"),
        ("an unknown channel", OPENS, "[sms]", "[pigeon]", "channels"),
        ("no channel", OPENS, "[sms]", "[]", "channels"),
        ("an unknown text", OPENS, "remind.list_opens", "remind.nothing", "no text remind.nothing"),
        ("an unknown kind", OPENS, "kind: reminder", "kind: advertisement", "kind"),
        ("no time of day", OPENS, '  at: "08:30"\n', "", "`at` goes with"),
        ("a time that is none", OPENS, "08:30", "half past", "at"),
        ("days for a window", OPENS, "until: closes", "until: 7", "`until`"),
        ("a misspelt field", OPENS, "days: 0", "dayz: 0", "dayz"),
        ("a window for a fact", FACT, "anchor: fact", "anchor: fact, windows: [village]", "`windows` goes with"),
        ("a day of a window for a fact", FACT, "until: 7", "until: closes", "`until`"),
        ("a fact for everybody", FACT, "the_person", "villagers", "`the_person` goes with a fact"),
        ("the same name twice", OPENS + FACT, "name: a", "name: some", "the name some"),
        ("the same text twice", OPENS + FACT, "remind.stage", "remind.list_opens", "the text remind.list_opens"),
    ],
)
def test_a_bad_entry_is_refused(label: str, good: str, was: str, becomes: str, said: str) -> None:
    """The entry and what is wrong with it are named."""
    assert was in good
    with pytest.raises(RuleError, match=r"Reminder some|Reminder a|Two reminders") as refused:
        read(good.replace(was, becomes))
    assert said in str(refused.value)
