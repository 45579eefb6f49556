"""The Bot API's refusals, in the very words that client libraries look for."""

from __future__ import annotations

from http import HTTPStatus


class Refusal(Exception):
    """The request is answered `{"ok": false, "error_code": status, "description": ...}`."""

    def __init__(self, status: int, description: str, retry_after: float | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.retry_after = (int(status), description, retry_after)

    def as_json(self) -> dict[str, object]:
        """The error document; `retry_after` (seconds) stands in its parameters."""
        document: dict[str, object] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            document["parameters"] = {"retry_after": self.retry_after}
        return document


def bad_request(text: str) -> Refusal:
    """400 with the prefix that Telegram puts before it."""
    return Refusal(HTTPStatus.BAD_REQUEST, f"Bad Request: {text}")


def forbidden(text: str) -> Refusal:
    """403 with the prefix that Telegram puts before it."""
    return Refusal(HTTPStatus.FORBIDDEN, f"Forbidden: {text}")


def conflict(text: str) -> Refusal:
    """409 with the prefix that Telegram puts before it."""
    return Refusal(HTTPStatus.CONFLICT, f"Conflict: {text}")


def too_many_requests(retry_after: int) -> Refusal:
    """429; the client is to wait `retry_after` seconds."""
    return Refusal(HTTPStatus.TOO_MANY_REQUESTS, f"Too Many Requests: retry after {retry_after}", retry_after)
