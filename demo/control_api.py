"""The hand on the emulators, over HTTP under `/phones`: texting and chatting as anyone, faults, counts, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from demo.faults import Fault, FaultKind
from demo.provider_state import ProviderState
from demo.telegram_emulator.people import NoSuchButton
from demo.twilio_emulator import LineDown

Json = dict[str, Any]


def control_api(state: ProviderState) -> Blueprint:
    """The blueprint of the control API; bodies are JSON only, which no foreign web page can post unasked."""
    blueprint = Blueprint("phones", __name__)
    blueprint.before_request(_json_only)
    for unreadable in (KeyError, TypeError, ValueError):
        blueprint.register_error_handler(unreadable, lambda _error: _trouble("bad_request", HTTPStatus.BAD_REQUEST))
    _sms_routes(blueprint, state)
    _telegram_routes(blueprint, state)
    _fault_routes(blueprint, state)
    _run_routes(blueprint, state)
    return blueprint


def _json_only() -> None:
    if request.method in ("POST", "PUT") and not request.is_json:
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _body() -> Json:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(HTTPStatus.BAD_REQUEST)
    return body


def _trouble(error: str, status: HTTPStatus) -> tuple[Response, int]:
    return jsonify(error=error), status


def _sms_routes(blueprint: Blueprint, state: ProviderState) -> None:
    @blueprint.get("/sms/<number>")
    def sms_thread(number: str) -> Response:
        return jsonify(state.handsets.thread(number))

    @blueprint.post("/sms/<number>")
    def sms_send(number: str) -> Response | tuple[Response, int]:
        body = _body()
        try:
            return jsonify(replies=state.carrier.text_in(number, str(body["text"]), body.get("sid")))
        except LineDown:
            return _trouble("line_down", HTTPStatus.BAD_GATEWAY)

    @blueprint.put("/carrier")
    def carrier() -> Response:
        body = _body()
        state.carrier.held = bool(body.get("held", state.carrier.held))
        state.carrier.receipts = str(body.get("receipts", state.carrier.receipts))
        return jsonify(held=state.carrier.held, receipts=state.carrier.receipts)

    @blueprint.get("/carrier/receipts")
    def receipts() -> Response:
        return jsonify(list(state.carrier.receipt_log))

    @blueprint.post("/carrier/settle")
    def settle() -> Response | tuple[Response, int]:
        body = _body()
        message = state.carrier.store.get(str(body["sid"]))
        if message is None:
            return _trouble("no_such_message", HTTPStatus.NOT_FOUND)
        state.carrier.settle(message, str(body["status"]), body.get("error_code"))
        return jsonify(message.as_json())


def _telegram_routes(blueprint: Blueprint, state: ProviderState) -> None:
    @blueprint.put("/telegram/limits")
    def limits() -> Response:
        body = _body()
        state.bot.limits.in_all, state.bot.limits.per_chat = body.get("in_all"), body.get("per_chat")
        return jsonify(body)

    @blueprint.get("/telegram/<int(signed=True):chat_id>")
    def chat_screen(chat_id: int) -> Response:
        return jsonify(state.people.screen(chat_id))

    @blueprint.get("/telegram/commands")
    def chat_commands() -> Response:
        return jsonify(state.people.commands(request.args.get("language", "")))

    @blueprint.post("/telegram/<int:user_id>/<act>")
    def chat_act(user_id: int, act: str) -> Response | tuple[Response, int]:
        try:
            return jsonify(done=_act(state, user_id, act, _body()))
        except NoSuchButton:
            return _trouble("no_such_button", HTTPStatus.CONFLICT)


def _act(state: ProviderState, user: int, act: str, body: Json) -> object:
    people = state.people
    acts: dict[str, Callable[[], object]] = {
        "text": lambda: people.text(user, str(body["text"])),
        "press": lambda: people.press(user, int(body["message_id"]), str(body["data"]), stale=bool(body.get("stale"))),
        "contact": lambda: people.contact(user, str(body["phone"]), body.get("of_user")),
        "sticker": lambda: people.sticker(user),
        "edit": lambda: people.edit(user, int(body["message_id"]), str(body["text"])),
        "group": lambda: people.in_group(user, int(body["group_id"]), str(body.get("title", "群")), str(body["text"])),
        "name": lambda: people.name(user, str(body["name"]), str(body.get("language", "zh"))),
        "block": lambda: people.block(user, blocked=True),
        "unblock": lambda: people.block(user, blocked=False),
    }
    if act not in acts:
        abort(HTTPStatus.NOT_FOUND)
    return acts[act]()


def _fault_routes(blueprint: Blueprint, state: ProviderState) -> None:
    @blueprint.get("/faults")
    def faults() -> Response:
        return jsonify(state.faults.rows())

    @blueprint.post("/faults")
    def add_fault() -> Response | tuple[Response, int]:
        body = _body()
        seed = body.pop("seed", None)
        if not body.keys() <= {field.name for field in fields(Fault)}:
            return _trouble("unknown_field", HTTPStatus.BAD_REQUEST)
        body["kind"] = FaultKind(body["kind"])
        state.faults.add(Fault(**body), seed=seed)
        return jsonify(state.faults.rows()), HTTPStatus.CREATED

    @blueprint.delete("/faults")
    def clear_faults() -> Response:
        state.faults.clear()
        return Response(status=HTTPStatus.NO_CONTENT)


def _run_routes(blueprint: Blueprint, state: ProviderState) -> None:
    @blueprint.get("/")
    def everyone() -> Response:
        return jsonify(sms=state.handsets.numbers(), telegram=sorted(state.bot.chats))

    @blueprint.get("/accepted")
    def accepted() -> Response:
        return jsonify(sms=state.carrier.store.counts(), telegram=state.bot.counts())

    @blueprint.get("/accepted/total")
    def total() -> Response:
        sms, android, telegram = state.carrier.store.accepted, state.android.messages, state.bot.accepted
        return jsonify(total=sms.total() + len(android.all()) + telegram.total())

    @blueprint.put("/clock")
    def clock() -> Response:
        state.clock.offset_seconds = float(_body()["offset_seconds"])
        return jsonify(now=state.clock().isoformat())

    @blueprint.post("/reset")
    def reset() -> Response:
        state.reset()
        return Response(status=HTTPStatus.NO_CONTENT)
