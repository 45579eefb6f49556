"""The phone's signature: the body and the time, under the key, within five minutes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sms.gateways.android.signature import is_signed, sign

KEY, BODY = "a signing key", '{"event":"sms:received","payload":{"message":"菜单"}}'.encode()
NOW = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)
AT = str(int(NOW.timestamp()))
# printf '%s' "$body$at" | openssl dgst -sha256 -hmac "$key"
KNOWN = "97dfc06f536226cbc82538e2cee18a2ced39ddd08e4183df7884d1caea9f8366"


def shifted(seconds: int) -> str:
    """The time so much later, as a header has it."""
    return str(int(AT) + seconds)


def test_the_signature_is_the_documented_one() -> None:
    """As another program works it out: HMAC-SHA256 over the body with the time behind it, in hexadecimal."""
    assert sign(KEY, BODY, AT) == KNOWN


@pytest.mark.parametrize(
    ("label", "body", "timestamp", "signature", "expected"),
    [
        ("right", BODY, AT, sign(KEY, BODY, AT), True),
        ("in capitals", BODY, AT, sign(KEY, BODY, AT).upper(), True),
        ("five minutes old", BODY, shifted(-300), sign(KEY, BODY, shifted(-300)), True),
        ("a second older", BODY, shifted(-301), sign(KEY, BODY, shifted(-301)), False),
        ("five minutes ahead: the phone's clock", BODY, shifted(300), sign(KEY, BODY, shifted(300)), True),
        ("a second more", BODY, shifted(301), sign(KEY, BODY, shifted(301)), False),
        ("another key", BODY, AT, sign("another", BODY, AT), False),
        ("another body", BODY + b" ", AT, sign(KEY, BODY, AT), False),
        ("another time than was signed", BODY, shifted(1), sign(KEY, BODY, AT), False),
        ("the time moved into the body", BODY + AT[:1].encode(), AT[1:], sign(KEY, BODY, AT), False),
        ("no signature", BODY, AT, "", False),
        ("no time", BODY, "", sign(KEY, BODY, ""), False),
        ("a time in words", BODY, "now", sign(KEY, BODY, "now"), False),
        ("digits of another script", BODY, "١٧٧٨", sign(KEY, BODY, "١٧٧٨"), False),
        ("a negative time", BODY, "-1", sign(KEY, BODY, "-1"), False),
        ("a time without end", BODY, "9" * 5000, sign(KEY, BODY, "9" * 5000), False),
        ("no hexadecimal", BODY, AT, "é" * 64, False),
    ],
)
def test_only_the_phones_own_and_fresh(label: str, body: bytes, timestamp: str, signature: str, expected: bool) -> None:
    """Both sides of each boundary."""
    assert is_signed(KEY, body, timestamp, signature, NOW) is expected
