"""Reading a Bot API request: query, form, JSON or multipart, all to one dictionary of typed values."""

from __future__ import annotations

import json
from typing import Any

from flask import Request

from demo.telegram_emulator.refusal import bad_request

Json = dict[str, Any]

INTEGERS = frozenset({"message_id", "offset", "limit", "timeout", "user_id", "cache_time", "max_connections"})
FLAGS = frozenset({"show_alert", "drop_pending_updates", "disable_notification", "protect_content"})
STRUCTURES = frozenset(
    {"reply_markup", "allowed_updates", "message_ids", "commands", "scope", "entities", "link_preview_options"}
)


def read_params(request: Request) -> Json:
    """The parameters of a Bot API request. Raises Refusal (400) where one can't be read."""
    if request.is_json:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise bad_request("can't parse JSON object")
        raw: Json = {**request.args, **body}
    else:
        raw = {**request.args, **request.form}
    return {name: _typed(name, value) for name, value in raw.items() if value is not None}


def _typed(name: str, value: object) -> object:
    if name == "chat_id":
        return _chat_id(value)
    if not isinstance(value, str):
        return value
    try:
        if name in INTEGERS:
            return int(value)
        if name in STRUCTURES:
            return json.loads(value)
    except ValueError as error:
        raise bad_request(f"can't parse {name}") from error
    return value.lower() == "true" if name in FLAGS else value


def _chat_id(value: object) -> int:
    try:
        return int(str(value))
    except ValueError as error:  # a channel's @name: the line has no channels
        raise bad_request("chat not found") from error
