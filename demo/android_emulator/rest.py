"""SMSGate's message resource over HTTP, as its server in the cloud and the app itself offer it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request

from demo.android_emulator.messages import Message
from demo.android_emulator.phone import AndroidPhone
from demo.faults import AFTER_THE_WORK, Fault, FaultKind, Faults, drop_connection

LONGEST_ID = 36
LONGEST_TEXT = 65_535
MOBILE = re.compile(r"\+86 ?1[3-9]\d{9}|\+(?!86)[1-9]\d{6,14}")
PRIORITIES = range(-128, 128)
SHORTEST_LIFE = 5  # seconds


class Refusal(Exception):
    """The request is answered with an HTTP status and a message."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


def sms_gate(phone: AndroidPhone, faults: Faults) -> Blueprint:
    """The blueprint: `POST` and `GET /messages`, under the server's path and under that of the app asked by itself."""
    blueprint = Blueprint("sms_gate", __name__)
    api = _Messages(phone, faults)
    for place, root in (("server", "/3rdparty/v1"), ("local", "/local")):
        messages = f"{root}/messages"
        send, state = api.guarded("send", api.send), api.guarded("state", api.state)
        blueprint.add_url_rule(messages, f"{place}_send", send, methods=["POST"])
        blueprint.add_url_rule(f"{messages}/<message_id>", f"{place}_state", state, methods=["GET"])
    return blueprint


class _Messages:
    """The two requests, each behind the password and the faults."""

    def __init__(self, phone: AndroidPhone, faults: Faults) -> None:
        self._phone, self._faults = phone, faults

    def guarded(self, method: str, action: Callable[[str], Response]) -> Callable[..., Response]:
        """`action` as a view: refusals become error documents, faults come before or after the work."""

        def view(message_id: str = "") -> Response:
            recipient = _recipient()
            try:
                self._authenticate()
                early = frozenset(FaultKind) - AFTER_THE_WORK - {FaultKind.REJECT}
                fault = self._faults.strike("android", method, recipient, early)
                if fault is not None:
                    return _failed(fault)
                return self._faults.spoil("android", method, recipient, action(message_id))
            except Refusal as refusal:
                return _error(refusal.status, refusal.words)

        return view

    def _authenticate(self) -> None:
        given, account = request.authorization, self._phone.account
        user, password = (given.username or "", given.password or "") if given else ("", "")
        if not hmac.compare_digest(f"{user}:{password}".encode(), f"{account.login}:{account.password}".encode()):
            raise Refusal(HTTPStatus.UNAUTHORIZED, "Unauthorized")

    def send(self, _message_id: str) -> Response:
        """Accept a message and start sending it; an id that is known is refused."""
        message = self._read()
        refused = self._faults.strike("android", "send", message.to, [FaultKind.REJECT])
        if refused is not None and refused.code:
            raise Refusal(refused.code, refused.text)
        if not self._phone.messages.add(message):
            raise Refusal(HTTPStatus.CONFLICT, "message with the same ID already exists")
        message.move("Pending", message.accepted)
        response = jsonify(message.as_json(self._phone.account.device))
        response.status_code = HTTPStatus.ACCEPTED
        self._phone.dispatch(message, refused.text if refused else "")
        return response

    def _read(self) -> Message:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise Refusal(HTTPStatus.BAD_REQUEST, "failed to parse body")
        text, numbers = (body.get("textMessage") or {}).get("text"), body.get("phoneNumbers") or [""]
        device, life = body.get("deviceId") or self._phone.account.device, body.get("ttl", SHORTEST_LIFE)
        checks = [
            (not isinstance(body.get("id"), str) or not 0 < len(body["id"]) <= LONGEST_ID, "invalid ID"),
            (not isinstance(text, str) or not 0 < len(text) <= LONGEST_TEXT, "invalid text"),
            (body.get("priority", 0) not in PRIORITIES, "invalid priority"),
            (not isinstance(life, int) or life < SHORTEST_LIFE, "invalid TTL"),
            (device != self._phone.account.device, "record not found"),
            (not MOBILE.fullmatch(numbers[0]), "failed to use phone in row 1: invalid phone number"),
        ]
        for wrong, words in checks:
            if wrong:
                raise Refusal(HTTPStatus.BAD_REQUEST, words)
        return Message(body["id"], numbers[0], str(text), body.get("priority", 0), self._phone.clock())

    def state(self, message_id: str) -> Response:
        """One message."""
        message = self._phone.messages.get(message_id)
        if message is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "message not found")
        return jsonify(message.as_json(self._phone.account.device))


def _recipient() -> str | None:
    body: Any = request.get_json(silent=True)
    numbers = body.get("phoneNumbers") if isinstance(body, dict) else None
    return str(numbers[0]) if isinstance(numbers, list) and numbers else None


def _failed(fault: Fault) -> Response:
    if fault.kind is FaultKind.DROP:
        return drop_connection()
    if fault.kind is FaultKind.THROTTLE:
        response = _error(HTTPStatus.TOO_MANY_REQUESTS, "Too Many Requests")
        response.headers["Retry-After"] = str(int(fault.seconds))
        return response
    return _error(HTTPStatus.INTERNAL_SERVER_ERROR, "failed to handle request")


def _error(status: int, words: str) -> Response:
    response = jsonify(message=words)
    response.status_code = status
    return response
