"""The page at `/`: a keypad phone and a chat window, and the small same-origin API by which they reach a provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

import httpx
from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request

from demo.same_origin import posted, words

LONGEST_TEXT = 1000  # characters; a phone gives up long before
ACTS = frozenset({"text", "press", "contact"})
PATIENCE = 20.0  # seconds; a little longer than a provider gives the line
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

Answer = tuple[Response, int]


@dataclass(frozen=True)
class Resident:
    """One invented person on the page: who he is, what to try as him, and the numbers he is known by.

    `phone` is E.164, `telegram_id` above 0; either may be None where the person has none.
    """

    id: str
    label_zh: str
    label_en: str
    phone: str | None
    telegram_id: int | None
    hint_zh: str
    hint_en: str


def phone_page(providers_url: str, residents: Sequence[Resident], timezone: str = "Asia/Shanghai") -> Blueprint:
    """The page and its API under `/demo/`, for the emulators at `providers_url` (no slash at the end).

    `timezone` is the one that times are shown in. Nothing is loaded from elsewhere, and the page forbids it.
    """
    blueprint = Blueprint("phone_page", __name__, static_folder="static", static_url_path="/demo/static")
    providers = _Providers(providers_url, residents)
    blueprint.template_folder = "templates"

    @blueprint.get("/")
    def page() -> Response:
        people = [_shown(resident) for resident in residents]
        response = make_response(render_template("phone_page.html", residents=people, timezone=timezone))
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-store"
        return response

    blueprint.add_url_rule("/demo/api/<resident>/screens", "screens", providers.screens, methods=["GET"])
    blueprint.add_url_rule("/demo/api/<resident>/sms", "sms", providers.sms, methods=["POST"])
    blueprint.add_url_rule("/demo/api/<resident>/language", "language", providers.language, methods=["POST"])
    blueprint.add_url_rule("/demo/api/<resident>/chat/<act>", "chat", providers.chat, methods=["POST"])
    return blueprint


def _shown(resident: Resident) -> dict[str, object]:
    known = asdict(resident)
    return known | {"telegram": known.pop("telegram_id") is not None}


class _Providers:
    """What the page asks of the providers, each resident in his own name only."""

    def __init__(self, url: str, residents: Sequence[Resident]) -> None:
        self._http = httpx.Client(base_url=f"{url}/phones", timeout=PATIENCE, trust_env=False)
        self._residents = {resident.id: resident for resident in residents}

    def screens(self, resident: str) -> Response | Answer:
        """Both screens of a resident: his texts, his chat, and the chat's command menu."""
        who = self._who(resident)
        language = "en" if request.args.get("language") == "en" else "zh"
        shown: dict[str, Any] = {"sms": None, "chat": None, "commands": []}
        try:
            if who.phone:
                shown["sms"] = self._http.get(f"/sms/{who.phone}").raise_for_status().json()
            if who.telegram_id:
                chat = f"/telegram/{who.telegram_id}"
                shown["chat"] = self._http.get(chat).raise_for_status().json()
                shown["commands"] = self._http.get("/telegram/commands", params={"language": language}).json()
        except httpx.HTTPError:
            return _providers_down()
        return jsonify(shown)

    def sms(self, resident: str) -> Response | Answer:
        """The resident texts the line."""
        who, body = self._who(resident), posted()
        return self._forward(f"/sms/{who.phone}" if who.phone else None, {"text": words(body, "text", LONGEST_TEXT)})

    def language(self, resident: str) -> Response | Answer:
        """The resident's Telegram takes the page's language, as his messages then say."""
        who, body = self._who(resident), posted()
        english = body.get("language") == "en"
        name = who.label_en if english else who.label_zh
        return self._forward(self._chat(who, "name"), {"name": name, "language": "en" if english else "zh"})

    def chat(self, resident: str, act: str) -> Response | Answer:
        """The resident writes, presses a button, or shares his own number."""
        who, body = self._who(resident), posted()
        if act not in ACTS:
            abort(HTTPStatus.NOT_FOUND)
        if act == "text":
            wish: dict[str, object] = {"text": words(body, "text", LONGEST_TEXT)}
        elif act == "press":
            wish = {"message_id": body.get("message_id"), "data": body.get("data")}
        else:
            wish = {"phone": (who.phone or "").removeprefix("+"), "of_user": who.telegram_id}
        return self._forward(self._chat(who, act), wish)

    def _who(self, resident: str) -> Resident:
        if resident not in self._residents:
            abort(HTTPStatus.NOT_FOUND)
        return self._residents[resident]

    @staticmethod
    def _chat(who: Resident, act: str) -> str | None:
        return f"/telegram/{who.telegram_id}/{act}" if who.telegram_id else None

    def _forward(self, path: str | None, body: dict[str, object]) -> Response | Answer:
        if path is None:
            abort(HTTPStatus.NOT_FOUND)
        try:
            answer = self._http.post(path, json=body)
        except httpx.HTTPError:
            return _providers_down()
        return jsonify(answer.json()), answer.status_code


def _providers_down() -> Answer:
    return jsonify(error="providers_down"), HTTPStatus.SERVICE_UNAVAILABLE
