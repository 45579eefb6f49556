"""Twilio's message resource over HTTP (`/2010-04-01/Accounts/{sid}/Messages`), as twilio-python calls it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request

from core.delivery.segments import segments
from demo.faults import AFTER_THE_WORK, Fault, FaultKind, Faults, drop_connection
from demo.twilio_emulator.carrier import Carrier
from demo.twilio_emulator.listing import page_of_messages
from demo.twilio_emulator.store import UNDER_WAY, Message, new_sid

LONGEST_BODY = 1600  # characters; error 21617 above it
DELIVERY_CODES = range(30000, 40000)  # these come with the receipt, all others refuse the request
E164 = re.compile(r"\+[1-9]\d{6,14}")
RESOURCE = "/2010-04-01/Accounts/<account>/Messages"


class Refusal(Exception):
    """The request is answered with one of Twilio's error codes (https://www.twilio.com/docs/api/errors)."""

    def __init__(self, code: int, text: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(text)
        self.code, self.text, self.status = code, text, status

    def as_response(self) -> Response:
        """The error document that the client library reads."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        response = jsonify(code=self.code, message=self.text, more_info=more, status=int(self.status))
        response.status_code = self.status
        return response


def twilio_rest(carrier: Carrier, faults: Faults) -> Blueprint:
    """The blueprint of the message resource; HTTP basic authentication is the account's."""
    blueprint = Blueprint("twilio", __name__)
    api = _Messages(carrier, faults)
    item = f"{RESOURCE}/<sid>.json"
    blueprint.add_url_rule(f"{RESOURCE}.json", "create", api.guarded("create", api.create), methods=["POST"])
    blueprint.add_url_rule(f"{RESOURCE}.json", "list", api.guarded("list", api.list), methods=["GET"])
    blueprint.add_url_rule(item, "fetch", api.guarded("fetch", api.fetch), methods=["GET"])
    blueprint.add_url_rule(item, "update", api.guarded("update", api.update), methods=["POST"])
    blueprint.add_url_rule(item, "delete", api.guarded("delete", api.delete), methods=["DELETE"])
    return blueprint


class _Messages:
    """The five requests of the resource, each behind the password and the faults."""

    def __init__(self, carrier: Carrier, faults: Faults) -> None:
        self._carrier, self._store, self._faults = carrier, carrier.store, faults

    def guarded(self, method: str, action: Callable[[str], Response]) -> Callable[..., Response]:
        """`action(sid)` as a view: refusals become error documents, faults come before or after the work."""

        def view(account: str, sid: str = "") -> Response:
            recipient = request.form.get("To") if method == "create" else None
            try:
                self._authenticate(account)
                early = frozenset(FaultKind) - AFTER_THE_WORK - {FaultKind.REJECT}
                fault = self._faults.strike("twilio", method, recipient, early)
                if fault is not None:
                    return _failed(fault)
                return self._faults.spoil("twilio", method, recipient, action(sid))
            except Refusal as refusal:
                return refusal.as_response()

        return view

    def _authenticate(self, account: str) -> None:
        line, given = self._carrier.line, request.authorization
        user, password = (given.username or "", given.password or "") if given else ("", "")
        known = hmac.compare_digest(f"{user}:{password}".encode(), f"{line.account_sid}:{line.auth_token}".encode())
        if not known or account != line.account_sid:
            raise Refusal(20003, "Authenticate", HTTPStatus.UNAUTHORIZED)

    def create(self, _sid: str) -> Response:
        """Accepts a message and starts its delivery."""
        form, now = request.form, self._carrier.clock()
        sender, service = form.get("From"), form.get("MessagingServiceSid")
        self._check_new(form.get("To", ""), sender, service, form.get("Body", ""))
        refused = self._faults.strike("twilio", "create", form["To"], [FaultKind.REJECT])
        if refused is not None and refused.code not in DELIVERY_CODES:
            raise Refusal(refused.code, refused.text or "The message can't be sent to this number")
        message = Message(
            sid=new_sid(),
            account_sid=self._carrier.line.account_sid,
            to=form["To"],
            sender=None if service else sender,
            body=form["Body"],
            direction="outbound-api",
            status="accepted" if service else "queued",
            created=now,
            updated=now,
            segments=segments(form["Body"]),
            callback=form.get("StatusCallback"),
            service_sid=service,
        )
        self._store.add(message)
        response = jsonify(message.as_json())
        response.status_code = HTTPStatus.CREATED
        self._carrier.dispatch(message, refused.code if refused else None)
        return response

    def _check_new(self, to: str, sender: str | None, service: str | None, body: str) -> None:
        checks = [
            (not to, 21604, "A 'To' phone number is required."),
            (not sender and not service, 21603, "A 'From' phone number is required."),
            (not body, 21602, "Message body is required."),
            (len(body) > LONGEST_BODY, 21617, "The concatenated message body exceeds the 1600 character limit"),
            (not E164.fullmatch(to), 21211, "Invalid 'To' Phone Number"),
            (sender not in (None, self._carrier.line.number), 21606, "The 'From' phone number is not yours"),
        ]
        for wrong, code, text in checks:
            if wrong:
                raise Refusal(code, text)

    def list(self, _sid: str) -> Response:
        """One page of messages, newest first."""
        return jsonify(page_of_messages(self._store, self._carrier.line.account_sid, request.args))

    def fetch(self, sid: str) -> Response:
        """One message."""
        return jsonify(self._existing(sid).as_json())

    def update(self, sid: str) -> Response:
        """Blanks the body: the one change that Twilio allows once a message is out."""
        message = self._finished(sid)
        if request.form.get("Body", "x"):
            raise Refusal(20001, "Only an empty Body can be posted")
        message.body, message.updated = "", self._carrier.clock()
        return jsonify(message.as_json())

    def delete(self, sid: str) -> Response:
        """Forgets a message; the phone that has it keeps it."""
        self._store.remove(self._finished(sid).sid)
        return Response(status=HTTPStatus.NO_CONTENT)

    def _existing(self, sid: str) -> Message:
        message = self._store.get(sid)
        if message is None:
            raise Refusal(20404, "The requested resource was not found", HTTPStatus.NOT_FOUND)
        return message

    def _finished(self, sid: str) -> Message:
        message = self._existing(sid)
        if message.status in UNDER_WAY:
            raise Refusal(20009, "Cannot change this resource before it is complete", HTTPStatus.CONFLICT)
        return message


def _failed(fault: Fault) -> Response:
    if fault.kind is FaultKind.THROTTLE:
        return Refusal(20429, "Too Many Requests", HTTPStatus.TOO_MANY_REQUESTS).as_response()
    if fault.kind is FaultKind.ERROR:
        return Refusal(20500, "Internal Server Error", HTTPStatus.INTERNAL_SERVER_ERROR).as_response()
    return drop_connection()
