"""Twilio's webhooks: an inbound message is answered in TwiML, a delivery receipt moves its message forward."""

from __future__ import annotations

import uuid

import structlog
from flask import Blueprint, Response, abort, request
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from core.db import transaction
from core.delivery.outbox import State, note_receipt
from core.dialogue.prompt import Inbound, Kind, Reply
from core.errors import KeysError, Unavailable
from core.line import Line
from core.text import printable
from sms.gateways.twilio.codes import RECEIPTS
from sms.gateways.twilio.twiml import twiml
from sms.render import render_all

log = structlog.get_logger(__name__)

LONGEST_REFERENCE = 64


def webhooks(line: Line) -> Blueprint:
    """`POST /sms/inbound` and `POST /sms/status`; 403 unless Twilio signed the public address and the fields."""
    pages = Blueprint("twilio", __name__)
    validator = RequestValidator(line.settings.twilio_auth_token.get_secret_value())

    @pages.before_request
    def check_signature() -> None:
        query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
        # The address that Twilio was told, not the one that a proxy in front of us asks for.
        address = f"{line.settings.public_url}{request.path}{query}"
        if not validator.validate(address, request.form, request.headers.get("X-Twilio-Signature", "")):
            log.warning("signature_refused", path=request.path)
            abort(403)

    @pages.post("/sms/inbound")
    def inbound() -> Response:
        message = _inbound()
        # A message from nobody can't be answered, and two of them are not one person's talk.
        return _twiml(_answer(line, message) if message.address else Reply(()))

    @pages.post("/sms/status")
    def status() -> tuple[str, int]:
        state = RECEIPTS.get(request.form.get("MessageStatus", ""))
        if state is not None:
            try:
                with transaction(line.sessions) as session:
                    _note_receipt(session, state)
            except Unavailable:
                abort(503)  # Twilio notes it in its log; a lost receipt counts as not reached, never as delivered
        return "", 204

    return pages


def _answer(line: Line, message: Inbound) -> Reply:
    try:
        return line.answer(message)
    except (Unavailable, KeysError) as error:
        log.error("not_saved", reason=type(error.__cause__ or error).__name__)
    except Exception:  # the outermost door: whoever wrote hears that it failed, instead of nothing
        log.error("inbound_failed", exc_info=True)
    return line.not_saved()


def _note_receipt(session: Session, state: State) -> None:
    # Our own row's number, which the sender put into the callback's address.
    row = _number(request.args.get("row", ""))
    error = _number(request.form.get("ErrorCode", ""))
    reference = printable(request.form.get("MessageSid", ""))[:LONGEST_REFERENCE]
    note_receipt(session, reference, state, str(error) if error else None, row_id=row)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _inbound() -> Inbound:
    form = request.form
    body = form.get("Body", "")
    has_media = form.get("NumMedia", "0") not in {"", "0"}
    return Inbound(
        channel="sms",
        address=form.get("From", ""),
        # Without an id two requests are two messages.
        provider_id=form.get("MessageSid") or uuid.uuid4().hex,
        text=body,
        kind=Kind.MEDIA if has_media and not body.strip() else Kind.WORDS,
    )


def _twiml(reply: Reply) -> Response:
    return Response(twiml(render_all(reply)), content_type="text/xml; charset=utf-8")
