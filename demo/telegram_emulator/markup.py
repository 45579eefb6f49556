"""Buttons and marked-up text: what Telegram checks in them, and what a person then sees."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from demo.telegram_emulator.refusal import bad_request

Json = dict[str, Any]

LONGEST_TEXT = 4096  # characters, after the marks are read
LONGEST_CALLBACK_DATA = 64  # bytes


class _PlainText(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain_text(text: object, parse_mode: object = None) -> str:
    """The text as it is shown: HTML marks are dropped, other modes stay as written. Raises Refusal (400)."""
    shown = str(text or "")
    if str(parse_mode or "").upper() == "HTML":
        parser = _PlainText()
        parser.feed(shown)
        parser.close()
        shown = "".join(parser.parts)
    shown = shown.strip()
    if not shown:
        raise bad_request("message text is empty")
    if len(shown) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return shown


def inline_keyboard(markup: object) -> Json | None:
    """The inline keyboard of `reply_markup`, checked, or None. Raises Refusal (400)."""
    if not isinstance(markup, dict) or "inline_keyboard" not in markup:
        return None
    for row in markup["inline_keyboard"]:
        for button in row:
            if not button.get("text"):
                raise bad_request("inline keyboard button text is empty")
            if len(str(button.get("callback_data", "")).encode()) > LONGEST_CALLBACK_DATA:
                raise bad_request("BUTTON_DATA_INVALID")
    return {"inline_keyboard": markup["inline_keyboard"]} if any(markup["inline_keyboard"]) else None


def reply_keyboard(markup: object, present: list[list[Json]] | None) -> list[list[Json]] | None:
    """The reply keyboard shown after a message with `markup`, where `present` was shown before it."""
    if not isinstance(markup, dict):
        return present
    if markup.get("remove_keyboard"):
        return None
    if "keyboard" in markup:
        return [[b if isinstance(b, dict) else {"text": b} for b in row] for row in markup["keyboard"]]
    return present
