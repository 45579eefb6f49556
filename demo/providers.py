"""The providers on loopback in one app: Twilio under `/twilio`, Telegram under `/telegram`, an Android phone's gateway
under `/3rdparty/v1` (where its own server has it), phones under `/phones`.

Run by itself: `python -m demo.providers --port 8001 --line http://127.0.0.1:8000`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask import Flask

from demo.android_emulator import android_control, sms_gate
from demo.control_api import control_api
from demo.loopback import LoopbackServer
from demo.provider_state import ProviderState, ShownClock
from demo.stepped_clock import SteppedClock
from demo.telegram_emulator import telegram_api
from demo.twilio_emulator import Line, twilio_rest

# Credentials of nobody: they open nothing but the emulators.
DEMO_ACCOUNT_SID = "AC" + "d0" * 16
DEMO_AUTH_TOKEN = "demo-auth-token"  # noqa: S105
DEMO_NUMBER = "+8673100000000"
DEMO_BOT_TOKEN = "7000000001:demo-bot-token"  # noqa: S105


def demo_line(url: str, signature: str = "", signature_en: str = "") -> Line:
    """The demo's account and number, answered by the line at `url` (no slash at the end)."""
    return Line(DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_NUMBER, url, signature, signature_en)


def machine_clock() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


def create_app(line: Line, bot_token: str = DEMO_BOT_TOKEN, clock: Callable[[], datetime] = machine_clock) -> Flask:
    """The WSGI app; its state is `app.extensions["providers"]` (a ProviderState) for tests in the same process.

    The clients are pointed at it by `TWILIO_API_URL = <url>/twilio`, `ANDROID_GATEWAY_URL = <url>` and
    `TELEGRAM_API_URL = <url>/telegram` (to which python-telegram-bot adds `/bot<token>`).
    """
    state = ProviderState.build(line, bot_token, clock)
    app = Flask(__name__, static_folder=None)
    app.extensions["providers"] = state
    app.register_blueprint(twilio_rest(state.carrier, state.faults), url_prefix="/twilio")
    app.register_blueprint(telegram_api(state.bot, state.faults), url_prefix="/telegram")
    app.register_blueprint(sms_gate(state.android, state.faults))
    app.register_blueprint(control_api(state), url_prefix="/phones")
    app.register_blueprint(android_control(state.android), url_prefix="/phones/android")
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    return app


@click.command()
@click.option("--port", default=8001, show_default=True, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--line", "line_url", default="http://127.0.0.1:8000", show_default=True, help="The line's own address.")
@click.option("--account-sid", default=DEMO_ACCOUNT_SID, help="Account that the SMS client must name.")
@click.option("--auth-token", default=DEMO_AUTH_TOKEN, help="Its password, which also signs the webhooks.")
@click.option("--number", default=DEMO_NUMBER, help="The line's number, E.164.")
@click.option("--signature", default="", help="What the carrier puts before a Chinese text.")
@click.option("--signature-en", default="", help="What it puts before a text in GSM-7.")
@click.option("--clock-offset", default=0.0, help="Seconds by which the phones' clocks are ahead of the machine's.")
@click.option("--stepped-clock", type=click.Path(path_type=Path), help="The file of a demo's clock, for them to show.")
@click.option("--bot-token", default=DEMO_BOT_TOKEN, help="The bot's token.")
def main(
    port: int, clock_offset: float, stepped_clock: Path | None, bot_token: str, line_url: str, **line: str
) -> None:
    """Serve the emulated providers on loopback until the process is ended.

    Example: python -m demo.providers --port 8001 --line http://127.0.0.1:8000
    """
    app = create_app(Line(url=line_url.rstrip("/"), **line), bot_token)
    shown: ShownClock = app.extensions["providers"].clock
    shown.offset_seconds = clock_offset
    if stepped_clock is not None:
        shown.source = SteppedClock(ZoneInfo("UTC"), stepped_clock).now
    server = LoopbackServer(app, port)
    click.echo(f"providers on {server.url}")
    server.serve_forever()


if __name__ == "__main__":
    main()
