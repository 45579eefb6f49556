"""A process in which everything that can log something logs a person: `tests/core/test_logs.py` reads what came out."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

import httpx
import structlog
from apscheduler.executors.base import run_job
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import text
from telegram import Bot
from twilio.http.http_client import TwilioHttpClient

from core.db import open_engine, open_sessions, transaction
from core.errors import Unavailable
from core.logs import configure

PHONE, SPACED = "+8613800138000", "138 0013 8000"
ID_NUMBER = "43052119500312123X"
NAME, LATIN_NAME = "王桂兰", "Wang Guilan"
TOKEN = "123456789:AAF-abcdefghijklmnopqrstuvwxyz12345"
CANARIES = (PHONE, PHONE[3:], SPACED, ID_NUMBER, NAME, LATIN_NAME, TOKEN, TOKEN[-20:])
EVERYTHING = " ".join(CANARIES)

LIBRARIES = [
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "twilio",
    "twilio.http_client",
    "twilio.request_validator",
    "telegram",
    "telegram.Bot",
    "telegram.ext.Application",
    "telegram.ext.Updater",
    "telegram.request.HTTPXRequest",
    "sqlalchemy",
    "sqlalchemy.engine.Engine",
    "sqlalchemy.pool",
    "alembic",
    "alembic.runtime.migration",
    "gunicorn",
    "gunicorn.error",
    "gunicorn.access",
    "werkzeug",
    "flask.app",
    "sms.app",
    "urllib3",
    "urllib3.connectionpool",
    "asyncio",
    "psycopg",
    "psycopg.pq",
    "tornado.access",
    "jieba",
    "concurrent.futures",
    "py.warnings",
    "nobody",
]

log = structlog.get_logger(__name__)


class Loaded:
    """An object whose representation says everything."""

    def __repr__(self) -> str:
        return EVERYTHING


def fail(loaded: str) -> None:
    """An error in two links, with a note, whose texts and locals are all personal."""
    try:
        int(loaded)
    except ValueError as error:
        error.add_note(loaded)
        raise KeyError(loaded) from error


def our_events() -> None:
    """Events of ours: what is meant to come out, and what a mistake of ours would put there."""
    structlog.contextvars.bind_contextvars(part="web")
    log.info("message_sent", row=4711, channel="sms", reference="SM0123456789abcdef0123456789abcdef", took=0.25)
    log.debug("request", id="550e8400-e29b-41d4-a716-446655440000", at="2026-05-12T10:00:00.123456+08:00", name="web")
    log.warning("mistake", phone=PHONE, spaced=SPACED, number=int(PHONE), id_number=ID_NUMBER, name=NAME, token=TOKEN)
    log.warning("mistake_below", fields={PHONE: [NAME, {"url": f"https://api.telegram.org/bot{TOKEN}/getMe"}]})
    log.error("mistake_of_type", update=Loaded(), raw=EVERYTHING.encode(), number=float(PHONE))
    try:
        fail(EVERYTHING)
    except KeyError:
        log.exception("caught")


def library_loggers() -> None:
    """Every library we use, at every level, with formatted texts, arguments and exceptions."""
    for name in LIBRARIES:
        library = logging.getLogger(name)
        for level in (5, 10, 20, 30, 35, 40, 50):
            library.log(level, EVERYTHING)
            library.log(level, "sent %s", Loaded())
            library.log(level, "%d", EVERYTHING)
        try:
            fail(EVERYTHING)
        except KeyError:
            library.exception("while %s", EVERYTHING)


def libraries_at_work() -> None:
    """What the libraries log by themselves."""
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json={"ok": True}))
    with httpx.Client(transport=transport) as client:
        client.get(f"https://api.telegram.org/bot{TOKEN}/sendMessage", params={"text": NAME})
    Bot(TOKEN)._LOGGER.debug("Calling Bot API endpoint with %s", {"chat_id": PHONE})
    TwilioHttpClient().log_request({"method": "POST", "url": PHONE, "params": {"Body": NAME}, "headers": {"X": TOKEN}})
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.start(paused=True)
    job = scheduler.add_job(fail, args=(EVERYTHING,), id="reminders", name="reminders")
    run_job(job, "default", [datetime.now(UTC)], "apscheduler.executors.default")
    scheduler.shutdown()
    logging.getLogger("apscheduler.scheduler").warning('Run time of job "%s" was missed by %s', "reminders", "0:01:00")
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/jiangfu.db")
        try:
            with transaction(open_sessions(engine)) as session:
                session.execute(text("SELECT unknown FROM nowhere WHERE x = :x"), {"x": EVERYTHING})
        except Unavailable:
            log.exception("database_error")
        engine.dispose()
    warnings.warn(EVERYTHING, UserWarning, stacklevel=1)


def nobody_catches() -> None:
    """Exceptions that reach the end of a thread, of a future, of a task, of a destructor."""
    thread = threading.Thread(target=fail, args=(EVERYTHING,), name=EVERYTHING)
    thread.start()
    thread.join()
    with ThreadPoolExecutor() as pool:
        pool.submit(fail, EVERYTHING).add_done_callback(lambda future: future.result())

    async def forgotten() -> None:
        asyncio.get_running_loop().call_soon(fail, EVERYTHING)
        task = asyncio.ensure_future(_fails())
        await asyncio.wait([task])  # which does not look at how it ended
        del task

    asyncio.run(forgotten(), debug=True)

    class Dying:
        def __del__(self) -> None:
            fail(EVERYTHING)

    Dying()


async def _fails() -> None:
    fail(EVERYTHING)


def main() -> None:
    """All of it, and at the end an exception that nobody catches."""
    configure("DEBUG")
    our_events()
    library_loggers()
    libraries_at_work()
    nobody_catches()
    fail(EVERYTHING)


if __name__ == "__main__":
    sys.exit(main())  # type: ignore[func-returns-value]
