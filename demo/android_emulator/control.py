"""The hand on the emulated phone, over HTTP under `/phones/android`: texting it, its faults of delivery, its counts."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, jsonify, request

from demo.android_emulator.phone import AndroidPhone


def android_control(phone: AndroidPhone) -> Blueprint:
    """The blueprint; bodies are JSON only, which no foreign web page can post unasked."""
    blueprint = Blueprint("android_control", __name__)

    @blueprint.post("/sms/<number>")
    def text_in(number: str) -> Response:
        body = _body()
        return jsonify(status=phone.text_in(number, str(body["text"]), body.get("received_at")))

    @blueprint.post("/post-again")
    def post_again() -> Response:
        _body()
        return jsonify(statuses=phone.post_again())

    @blueprint.put("/carrier")
    def carrier() -> Response:
        body = _body()
        phone.receipts = str(body.get("receipts", phone.receipts))
        phone.held = bool(body.get("held", phone.held))
        if not phone.held:
            phone.release()
        return jsonify(held=phone.held, receipts=phone.receipts)

    @blueprint.get("/accepted")
    def accepted() -> Response:
        return jsonify(phone.messages.counts())

    @blueprint.get("/messages")
    def messages() -> Response:
        repeats = phone.messages.repeats
        rows = phone.messages.all()
        return jsonify([{"id": m.id, "to": m.to, "text": m.text, "repeats": repeats[m.id]} for m in rows])

    @blueprint.get("/receipts")
    def receipts() -> Response:
        return jsonify(list(phone.receipt_log))

    return blueprint


def _body() -> dict[str, str]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(HTTPStatus.BAD_REQUEST)
    return body
