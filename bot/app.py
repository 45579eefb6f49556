"""The Telegram application: what it listens to, and how an answer gets back into the chat."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

import structlog
from telegram import BotCommand, ChatMember, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.errors import tell_waits_as_timedelta, wait_asked_for
from bot.forgetting import Forgetting
from bot.render import render
from bot.updates import CHANNEL, inbound
from core.clock import machine_now
from core.db import transaction
from core.dialogue.prompt import Inbound, Reply
from core.domain.contact import Language
from core.errors import KeysError, SettingsError, Unavailable
from core.heartbeat import beat
from core.line import Line
from core.services.contacts import note_stopped
from core.settings import Settings
from core.texts import _, speaker

log = structlog.get_logger(__name__)

AT_ONCE = 16
TRIES = 3
LONGEST_WAIT = 60.0  # seconds; whoever would wait longer has asked somebody else by then
BEAT_SECONDS = 30
BEATING = "beating"

COMMANDS = {
    "menu": _("command.menu"),
    "check": _("command.check"),
    "status": _("command.status"),
    "object": _("command.object"),
    "report": _("command.report"),
    "ask": _("command.ask"),
    "help": _("command.help"),
    "lang": _("command.lang"),
    "stop": _("command.stop"),
}


class Chats:
    """Takes updates, asks the line, and says what it answers; the messages of one chat go one after another."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._forgetting = Forgetting()

    async def take(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer one update."""
        chat = update.effective_chat
        message = inbound(update)
        if chat is None or message is None:
            return
        if chat.type != ChatType.PRIVATE:
            await self._say(context, chat.id, speaker(Language.CHINESE)(_("input.group")))
            return
        lock = self._locks.setdefault(chat.id, asyncio.Lock())
        async with lock:
            if update.callback_query is not None:
                await self._stop_spinner(update)
            reply = await asyncio.to_thread(self._answer, message)
            sent = await self._send(context, chat.id, reply)
            await self._forgetting.after_answer(context.bot, chat.id, reply.erase, _theirs(update), sent)

    async def membership(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Note that somebody has blocked the bot, or let it in again."""
        change, chat = update.my_chat_member, update.effective_chat
        if change is None or chat is None:
            return
        blocked = change.new_chat_member.status in {ChatMember.BANNED, ChatMember.LEFT}
        await asyncio.to_thread(self._note_membership, str(chat.id), blocked)

    async def failed(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """The last resort: the log says what kind of error it was, never what the message held."""
        log.error("update_failed", exc_info=context.error)

    def _answer(self, message: Inbound) -> Reply:
        try:
            return self._line.answer(message)
        except (Unavailable, KeysError) as error:
            log.error("not_saved", reason=type(error.__cause__ or error).__name__)
        except Exception:  # the outermost door: whoever wrote hears that it failed, instead of nothing
            log.error("inbound_failed", exc_info=True)
        return self._line.not_saved()

    def _note_membership(self, address: str, blocked: bool) -> None:
        with transaction(self._line.sessions) as session:
            now = self._line.clock.now()
            note_stopped(session, self._line.vault, CHANNEL, address, "blocked" if blocked else None, now)

    async def _send(self, context: ContextTypes.DEFAULT_TYPE, chat_id: int, reply: Reply) -> list[int]:
        sent = []
        for prompt in reply.prompts:
            text, keyboard = render(prompt, reply.revision)
            message_id = await self._say(context, chat_id, text, reply_markup=keyboard)
            if message_id is None:
                break
            sent.append(message_id)
        return sent

    async def _say(self, context: ContextTypes.DEFAULT_TYPE, chat_id: int, text: str, **options: object) -> int | None:
        """The id of the message, None where it could not be sent."""
        for attempt in range(TRIES):
            try:
                sent = await context.bot.send_message(chat_id, text, **options)  # type: ignore[arg-type]
                return sent.message_id
            except Forbidden:
                await asyncio.to_thread(self._note_membership, str(chat_id), True)
                return None
            except RetryAfter as error:
                wait = wait_asked_for(error).total_seconds()
            except BadRequest:  # a NetworkError by descent, but it would be refused again
                break
            except NetworkError:
                wait = attempt
            if wait > LONGEST_WAIT or attempt == TRIES - 1:
                break
            await asyncio.sleep(wait)
        log.warning("answer_not_sent", channel=CHANNEL)
        return None

    async def _stop_spinner(self, update: Update) -> None:
        try:
            if update.callback_query is not None:
                await update.callback_query.answer()
        except TelegramError:
            log.info("callback_not_answered")  # the button only goes on turning; the answer itself still comes


def _theirs(update: Update) -> int | None:
    """The id of the message that the person has sent; a pressed button belongs to one of the bot's."""
    message = update.message or update.edited_message
    return message.message_id if message is not None else None


def build(line: Line) -> Application:  # type: ignore[type-arg]
    """The application for `line`, ready to poll or to serve its webhook. Raises SettingsError without a token."""
    settings = line.settings
    settings.require("telegram_bot_token")
    tell_waits_as_timedelta()
    chats = Chats(line)
    application = (
        ApplicationBuilder()
        .token(settings.telegram_bot_token.get_secret_value())
        .base_url(f"{settings.telegram_api_url}/bot")
        .concurrent_updates(AT_ONCE)
        .post_init(lambda app: _begin(app, line))
        .post_stop(_end)
        .build()
    )
    application.add_handler(CallbackQueryHandler(chats.take))
    application.add_handler(ChatMemberHandler(chats.membership, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_handler(MessageHandler(filters.ALL, chats.take))
    application.add_error_handler(chats.failed)
    return application


def run(line: Line) -> None:
    """Poll, or serve the webhook where the settings say so, until SIGTERM; what was taken is answered first.

    Raises SettingsError where Telegram does not know the token.
    """
    try:
        _run(build(line), line.settings)
    except InvalidToken:
        raise SettingsError("TELEGRAM_BOT_TOKEN: Telegram does not know this token") from None


def _run(application: Application, settings: Settings) -> None:  # type: ignore[type-arg]
    if settings.telegram_mode == "polling":
        application.run_polling(allowed_updates=Update.ALL_TYPES, bootstrap_retries=-1)
        return
    settings.require("telegram_webhook_secret")
    host, port = settings.telegram_bind
    application.run_webhook(
        listen=host,
        port=port,
        url_path="telegram/webhook",
        webhook_url=f"{settings.public_url}/telegram/webhook",
        secret_token=settings.telegram_webhook_secret.get_secret_value(),
        allowed_updates=Update.ALL_TYPES,
        bootstrap_retries=-1,
    )


async def _begin(application: Application, line: Line) -> None:  # type: ignore[type-arg]
    try:
        await _set_commands(application)
    except TelegramError:
        log.warning("commands_not_set")  # they stay as the last start left them; the line answers all the same
    application.bot_data[BEATING] = asyncio.create_task(_keep_beating(line))


async def _set_commands(application: Application) -> None:  # type: ignore[type-arg]
    for language in Language:
        say = speaker(language)
        commands = [BotCommand(word, say(key)) for word, key in COMMANDS.items()]
        # Chinese is also what is shown where a phone speaks neither language.
        code = None if language is Language.CHINESE else str(language)
        await application.bot.set_my_commands(commands, language_code=code)


async def _end(application: Application) -> None:  # type: ignore[type-arg]
    application.bot_data[BEATING].cancel()


async def _keep_beating(line: Line) -> None:
    while True:
        try:
            await asyncio.to_thread(_beat, line)
        except Unavailable:
            log.warning("heartbeat_not_saved")
        await asyncio.sleep(BEAT_SECONDS)


def _beat(line: Line) -> None:
    with transaction(line.sessions) as session:
        beat(session, "bot", machine_now())
