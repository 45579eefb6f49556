"""The baseline of `bench inbound`: a bare Flask application that validates the signature and answers fixed TwiML."""

from __future__ import annotations

from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator

ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response><Message>好的</Message></Response>'


def create_app(public_url: str, auth_token: str) -> Flask:
    """No record is read or written."""
    app = Flask("bare", static_folder=None)
    validator = RequestValidator(auth_token)

    @app.post("/sms/inbound")
    def inbound() -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(public_url + request.path, request.form, signature):
            abort(403)
        return Response(ANSWER, content_type="text/xml; charset=utf-8")

    return app
