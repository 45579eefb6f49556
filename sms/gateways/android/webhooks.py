"""The phone's webhook: an inbound text is answered through the phone, a receipt moves its message forward."""

from __future__ import annotations

import structlog
from flask import Blueprint, abort, request

from core.clock import machine_now
from core.db import transaction
from core.delivery.receipts import Receipt, note_receipt
from core.delivery.sender import SendError
from core.dialogue.prompt import Inbound, Reply
from core.errors import KeysError, Unavailable
from core.line import Line
from sms.gateways.android.account import SIGNING_KEY
from sms.gateways.android.answers import PATIENCE_SECONDS, say
from sms.gateways.android.api import SmsGate
from sms.gateways.android.events import Received, Unreadable, read_event
from sms.gateways.android.signature import is_signed
from sms.render import render_all

log = structlog.get_logger(__name__)


def webhooks(line: Line) -> Blueprint:
    """`POST /sms/android`: 403 unless the phone signed it, within five minutes; 204 when all is done; 503 where the
    phone is to post it again, which it does for two days. Raises SettingsError where the account is not set up."""
    line.settings.require(SIGNING_KEY)
    key = line.settings.android_gateway_signing_key.get_secret_value()
    gate = SmsGate(line.settings, timeout=PATIENCE_SECONDS)
    pages = Blueprint("android", __name__)

    @pages.post("/sms/android")
    def posted() -> tuple[str, int]:
        body, headers = request.get_data(), request.headers
        if not is_signed(key, body, headers.get("X-Timestamp", ""), headers.get("X-Signature", ""), machine_now()):
            log.warning("signature_refused", path=request.path)
            abort(403)
        try:
            event = read_event(body)
        except Unreadable:
            # Not taken: should a newer app write otherwise, the phone keeps the message while we learn to read it.
            log.error("webhook_unreadable")
            abort(400)
        if isinstance(event, Received):
            _answer(line, gate, event)
        elif isinstance(event, Receipt):
            _note_receipt(line, event)
        return "", 204

    return pages


def _answer(line: Line, gate: SmsGate, received: Received) -> None:
    reply = _reply(line, received.inbound)
    try:
        say(gate, received, render_all(reply))
    except SendError as error:
        log.warning("answer_not_sent", reason=type(error).__name__, code=error.code)
        if error.retry:
            abort(503)  # the same message comes again, and with it the same answer


def _reply(line: Line, inbound: Inbound) -> Reply:
    try:
        return line.answer(inbound)
    except (Unavailable, KeysError) as error:
        log.error("not_saved", reason=type(error.__cause__ or error).__name__)
    except Exception:  # the outermost door: whoever wrote hears that it failed, instead of nothing
        log.error("inbound_failed", exc_info=True)
    return line.not_saved()


def _note_receipt(line: Line, receipt: Receipt) -> None:
    try:
        with transaction(line.sessions) as session:
            note_receipt(session, receipt, line.clock.now())
    except Unavailable:
        abort(503)
