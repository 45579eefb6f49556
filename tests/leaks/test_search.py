"""The search that proves that nothing leaks would find what does."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from tests.leaks.search import ENCODINGS, found_in

WORD = "龘靐齉爩麤灪"


def _put(encoding: str, how: str, before: int) -> bytes:
    plain = b"x" * before + f"前{WORD}后".encode(encoding) + b"y" * 7
    if how == "hex":
        return plain.hex().encode()
    if how == "HEX":
        return plain.hex().upper().encode()
    if how == "base64":
        return base64.b64encode(plain)
    if how == "base64url":
        return base64.urlsafe_b64encode(plain)
    return quote(plain).encode() if how == "url" else plain


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("how", ["plain", "hex", "HEX", "base64", "base64url", "url"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_it_is_found(encoding: str, how: str, before: int) -> None:
    """In each encoding and wrapping, wherever it begins."""
    assert found_in([("file", _put(encoding, how, before))], [WORD])


def test_it_is_found_in_json() -> None:
    """With escapes, small or capital."""
    escaped = json.dumps(f"前{WORD}后").encode()
    for content in (escaped, escaped.upper().replace(b"\\U", b"\\u"), json.dumps(WORD, ensure_ascii=False).encode()):
        assert found_in([("file", content)], [WORD])


def test_nothing_is_found_where_nothing_is() -> None:
    """Other words are no find."""
    assert found_in([("file", "龘靐齉".encode() + b"\0" * 1000)], [WORD]) == []
