"""A prompt as a Telegram message: the text, and a button for each choice."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from core.dialogue.prompt import Prompt

LONGEST = 4096


def render(prompt: Prompt, revision: int) -> tuple[str, InlineKeyboardMarkup | None]:
    """The text, and the keyboard where there is something to choose. A button says which question it belongs to."""
    rows = [[InlineKeyboardButton(c.label, callback_data=f"{revision}:{c.id}")] for c in prompt.choices]
    return prompt.text[:LONGEST], InlineKeyboardMarkup(rows) if rows else None
