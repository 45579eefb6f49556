"""An update of the Bot API as an inbound message."""

from __future__ import annotations

from dataclasses import replace

from telegram import Update

from core.dialogue.prompt import Inbound, Kind

CHANNEL = "telegram"


def inbound(update: Update) -> Inbound | None:
    """What a person said in a private chat; None for an update in which nobody spoke."""
    chat, user = update.effective_chat, update.effective_user
    if chat is None:
        return None
    language = (user.language_code or "") if user else ""
    said = Inbound(CHANNEL, str(chat.id), str(update.update_id), language=language, erasable=True)
    if update.callback_query is not None:
        revision, _, choice = (update.callback_query.data or "").partition(":")
        number = int(revision) if revision.isascii() and revision.isdigit() else 0
        return replace(said, kind=Kind.BUTTON, revision=number, choice=choice)
    if update.edited_message is not None:
        return replace(said, kind=Kind.EDITED)
    if update.message is not None and update.message.text is not None:
        return replace(said, text=update.message.text)
    if update.message is not None:
        return replace(said, kind=Kind.MEDIA)
    return None
