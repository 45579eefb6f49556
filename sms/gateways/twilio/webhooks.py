"""Twilio's webhooks: an inbound message is answered in TwiML, a delivery receipt moves its message forward."""

from __future__ import annotations

import uuid

import structlog
from flask import Blueprint, Response, abort, request
from twilio.request_validator import RequestValidator

from core.db import transaction
from core.delivery.outbox import State
from core.delivery.receipts import Receipt, note_receipt
from core.dialogue.prompt import Inbound, Kind, Reply
from core.errors import KeysError, Unavailable
from core.line import Line
from core.settings import Settings
from core.text import printable
from sms.gateways.twilio.codes import OPT_OUT_WORDS, RECEIPTS, stops_contact
from sms.gateways.twilio.marks import mark_of, says_erase
from sms.gateways.twilio.opt_out import heed
from sms.gateways.twilio.twiml import twiml
from sms.render import render_all

log = structlog.get_logger(__name__)

LONGEST_REFERENCE = 64
PADDED_TO = 2048  # bytes


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
        message = _inbound(line.settings)
        opt_out = request.form.get("OptOutType", "")
        if opt_out in OPT_OUT_WORDS and message.address:
            try:
                heed(line, message, opt_out)
            except (Unavailable, KeysError):
                abort(503)  # Twilio notes it in its log; our next message is refused, and that is heeded too
            return _twiml(line, message, Reply(()))
        # A message from nobody can't be answered, and two of them are not one person's talk.
        reply = _answer(line, message) if message.address else Reply(())
        if reply.erase:
            line.to_erase.add(message.provider_id)
        return _twiml(line, message, reply)

    @pages.post("/sms/status")
    def status() -> tuple[str, int]:
        if "answer" in request.args:
            _note_answer(line, request.args["answer"])
        elif (state := RECEIPTS.get(request.form.get("MessageStatus", ""))) is not None:
            _note_receipt(line, state)
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


def _note_answer(line: Line, mark: str) -> None:
    """Only now is it known by which id Twilio keeps what we have answered."""
    if says_erase(line.vault, mark) and (sent := _reference()):
        line.to_erase.add(sent)


def _note_receipt(line: Line, state: State) -> None:
    try:
        with transaction(line.sessions) as session:
            note_receipt(session, _receipt(state), line.clock.now())
    except Unavailable:
        abort(503)  # Twilio notes it in its log; a lost receipt counts as not reached, never as delivered


def _receipt(state: State) -> Receipt:
    code = _number(request.form.get("ErrorCode", "")) if state is State.FAILED else None
    return Receipt(
        provider_ref=_reference(),
        state=state,
        error=str(code) if code else None,
        # Our own row's number, which the sender put into the callback's address.
        row_id=_number(request.args.get("row", "")),
        stops_contact=stops_contact(code),
    )


def _reference() -> str:
    return printable(request.form.get("MessageSid", ""))[:LONGEST_REFERENCE]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _inbound(settings: Settings) -> Inbound:
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
        # Records are deleted with the account's own name; without it Twilio would keep them.
        erasable=bool(settings.twilio_account_sid),
    )


def _twiml(line: Line, message: Inbound, reply: Reply) -> Response:
    # Every answer has a callback and a padded length, lest those that are to be erased be known by it.
    mark = mark_of(line.vault, message.provider_id, reply.erase)
    callback = f"{line.settings.public_url}/sms/status?answer={mark}"
    document = twiml(render_all(reply), callback).encode()
    padding = b" " * (-len(document) % PADDED_TO)
    return Response(document + padding, content_type="text/xml; charset=utf-8")
