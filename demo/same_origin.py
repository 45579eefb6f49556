"""What the page's own scripts post: JSON objects from this very origin, and nothing else."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import abort, request

SAME_ORIGIN = frozenset({"same-origin", "none"})


def posted() -> dict[str, Any]:
    """The JSON object posted. A foreign page can neither send this type unasked nor call itself of this origin."""
    if request.headers.get("Sec-Fetch-Site", "none") not in SAME_ORIGIN:
        abort(HTTPStatus.FORBIDDEN)
    body = request.get_json()
    if not isinstance(body, dict):
        abort(HTTPStatus.BAD_REQUEST)
    return body


def words(body: dict[str, Any], name: str, longest: int) -> str:
    """The field `name` without its outer spaces; 400 where it is empty or longer than `longest` characters."""
    text = str(body.get(name, "")).strip()
    if not text or len(text) > longest:
        abort(HTTPStatus.BAD_REQUEST)
    return text
