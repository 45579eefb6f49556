"""core/confidentiality/redaction: what the log's last resort masks, and what it must leave as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.confidentiality.redaction import masked

NUMBER, TOKEN, WORDS = "[number]", "[token]", "[words]"


@pytest.mark.parametrize(
    ("label", "value", "expected"),
    [
        ("a phone", "+8613800138000", NUMBER),
        ("a phone in groups", "to 138 0013 8000.", f"to {NUMBER}."),
        ("a phone with hyphens", "138-0013-8000", NUMBER),
        ("a phone with brackets", "(0731) 8421 2345", f"({NUMBER}"),
        ("a phone in full-width digits", "１３８００１３８０００", NUMBER),
        ("a phone inside a word", "tel13800138000x", f"tel{NUMBER}"),
        ("a phone as an address", "sms:+8613800138000", f"sms:{NUMBER}"),
        ("seven digits", "8421234", NUMBER),
        ("an ID number that ends in X", "43052119500312123X.", f"{NUMBER}."),
        ("a reference number", "12345678", NUMBER),
        ("a phone after an instant", "2026-05-12T10:00:00Z 13800138000", f"2026-05-12T10:00:00Z {NUMBER}"),
        ("a phone that hangs on a date", "2026-05-12-13800138000", NUMBER),
        ("a bot token in an address", "/bot123456789:AAF-abcdefghijklmnopqrstuvwxyz12345/x", f"/bot{TOKEN}/x"),
        ("a name", "王桂兰", WORDS),
        ("a name among other words", "for 王桂兰, thanks", f"for {WORDS}, thanks"),
        ("a phone as a number", 13800138000, NUMBER),
        ("a phone as a spreadsheet has it", 13800138000.0, NUMBER),
        ("a phone in bytes", b"13800138000", "<bytes>"),
        ("a row", object(), "<object>"),
        ("an exception", ValueError("王桂兰"), "<ValueError>"),
        ("a phone as a key", {13800138000: 1}, {NUMBER: 1}),
        ("a phone deep inside", [({"x": ["13800138000"]},)], [[{"x": [NUMBER]}]]),
    ],
)
def test_masked(label: str, value: object, expected: object) -> None:
    """It is not in the log, and a mark says that something was there."""
    assert masked(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "message_sent",
        "123456",
        "row 4711 of 5000",
        "2026-05-12",
        "2026-05-12T10:00:00.123456Z",
        "2026-05-12 10:00:00+08:00",
        "550e8400-e29b-41d4-a716-446655440000",
        "12345678-1234-1234-1234-123456789012",
        "12345678123412341234123456789012",
        "SM12345678123412341234123456789012",
        "core.db:112:transaction",
        "127.0.0.1",
        4711,
        99_999_999,
        0.25,
        True,
        None,
    ],
)
def test_left_as_it_is(value: object) -> None:
    """Row ids, request ids, a provider's references, instants and places in the code stay readable."""
    assert masked(value) == value


def test_plain_types_come_out() -> None:
    """What goes on is what JSON knows."""
    assert masked(datetime(2026, 5, 12, 2, 0, tzinfo=UTC)) == "2026-05-12 02:00:00+00:00"
    assert masked(Path("var/keys")) == "var/keys"
    assert masked((1, {2})) == [1, [2]]
