"""The Bot API over HTTP (`/bot<token>/METHOD`), as python-telegram-bot calls it."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request

from demo.faults import AFTER_THE_WORK, Fault, FaultKind, Faults, drop_connection
from demo.telegram_emulator.bot_account import BotAccount
from demo.telegram_emulator.methods import METHODS, Method
from demo.telegram_emulator.params import read_params
from demo.telegram_emulator.refusal import Refusal, too_many_requests

_BY_LOWER_NAME = {name.lower(): (name, method) for name, method in METHODS.items()}  # Telegram doesn't mind the case


def telegram_api(bot: BotAccount, faults: Faults) -> Blueprint:
    """The blueprint of the Bot API for one bot."""
    blueprint = Blueprint("telegram", __name__)

    @blueprint.route("/bot<token>/<name>", methods=["GET", "POST"])
    def call(token: str, name: str) -> Response:
        try:
            method_name, method = _find(bot, token, name)
            return _run(bot, faults, method_name, method)
        except Refusal as refusal:
            response = jsonify(refusal.as_json())
            response.status_code = refusal.status
            return response

    return blueprint


def _find(bot: BotAccount, token: str, name: str) -> tuple[str, Method]:
    if not hmac.compare_digest(token.encode(), bot.token.encode()):
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Unauthorized")
    found = _BY_LOWER_NAME.get(name.lower())
    if found is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "Not Found")
    return found


def _run(bot: BotAccount, faults: Faults, name: str, method: Method) -> Response:
    params: dict[str, Any] = read_params(request)
    recipient = str(params["chat_id"]) if "chat_id" in params else None
    fault = faults.strike("telegram", name, recipient, frozenset(FaultKind) - AFTER_THE_WORK)
    if fault is not None:
        return _failed(fault)
    return faults.spoil("telegram", name, recipient, jsonify(ok=True, result=method(bot, params)))


def _failed(fault: Fault) -> Response:
    if fault.kind is FaultKind.DROP:
        return drop_connection()
    if fault.kind is FaultKind.THROTTLE:
        raise too_many_requests(max(1, round(fault.seconds)))
    if fault.kind is FaultKind.ERROR:
        raise Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")
    raise Refusal(fault.code, fault.text)
