"""The web application: the gateway's webhooks, health and metrics."""

from __future__ import annotations

from flask import Flask

from core.line import Line
from sms.gateways.choice import chosen
from sms.operations import operations

LARGEST_REQUEST = 64 * 1024


def create_app(line: Line) -> Flask:
    """The application that answers for `line` over the gateway that its settings choose. Nothing is served from disk.

    Raises SettingsError where that gateway is not set up.
    """
    app = Flask("sms", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.register_blueprint(chosen(line.settings).webhooks(line))
    app.register_blueprint(operations(line))
    return app
