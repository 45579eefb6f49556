"""`jiangfu demo`: the invented district, both providers emulated on loopback, and the whole line running."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from desk.free_port import free_port
from desk.office import Office

if TYPE_CHECKING:
    from flask import Flask

    from core.line import Line
    from demo.stepped_clock import SteppedClock

FOLDER = Path("var/demo")
RESIDENTS = "residents.json"
HEADS = "audit-heads.txt"
THEIRS = ("JIANGFU_", "TWILIO_", "TELEGRAM_", "ANDROID_GATEWAY_")
# The middle of the third posting: something hangs on the wall, and people stand at every stage.
USUAL_DAY = (5, 12)


@click.command()
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The scheme's day; 12 May of this year if not given.")
@click.option("--port", default=8000, show_default=True, help="Port of the page on 127.0.0.1.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=FOLDER, show_default=True, help="Made anew each time."
)
@click.option("--page", "providers_url", hidden=True, help="Serve the page for the providers at this address.")
@click.pass_obj
def demo(office: Office, today: datetime | None, port: int, folder: Path, providers_url: str | None) -> None:
    """A complete district of invented people: no account, no token, no network.

    Example: jiangfu demo --today 2026-05-12
    """
    from core.clock import machine_now

    if providers_url is not None:
        _serve_page(_clock(folder), folder, providers_url)
        return
    day = today.date() if today else date(machine_now().year, *USUAL_DAY)
    providers_port = free_port()
    _environment(folder, port, providers_port)
    clock = _clock(folder)
    clock.show_day(day)
    office = Office(clock)
    _settle(office, folder, day)
    click.echo(
        f"\n  The village line is at http://127.0.0.1:{port}/ - pick a resident and text 2 (进度, my application),"
        f"\n  1 (资格, eligibility) or ask: 两个女儿可以领吗. The scheme's day is {day}; Ctrl-C ends it.\n"
    )
    _supervise(office, folder, port, providers_port)


def _environment(folder: Path, port: int, providers_port: int) -> None:
    """The demo's settings, for this process and its children; what the user has set for a real line is left aside."""
    from demo import providers

    for name in [name for name in os.environ if name.startswith(THEIRS)]:
        if name != "JIANGFU_LOG_LEVEL":
            del os.environ[name]
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "JIANGFU_DATABASE_URL": f"sqlite:///{folder / 'jiangfu.db'}",
        "JIANGFU_KEYS_DIR": str(folder / "keys"),
        "JIANGFU_AUDIT_HEADS": str(folder / HEADS),
        "JIANGFU_BIND": f"127.0.0.1:{port}",
        "JIANGFU_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "JIANGFU_LOG_LEVEL": os.environ.get("JIANGFU_LOG_LEVEL", "WARNING"),
        "JIANGFU_WEB_THREADS": "16",
        "JIANGFU_SMS_RATE": "30",  # nobody wants to watch a phone at the pace of a true gateway
        "TWILIO_ACCOUNT_SID": providers.DEMO_ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": providers.DEMO_AUTH_TOKEN,
        "TWILIO_FROM": providers.DEMO_NUMBER,
        "TWILIO_API_URL": f"http://127.0.0.1:{providers_port}/twilio",
        "TELEGRAM_BOT_TOKEN": providers.DEMO_BOT_TOKEN,
        "TELEGRAM_API_URL": f"http://127.0.0.1:{providers_port}/telegram",
    }


def _settle(office: Office, folder: Path, day: date) -> None:
    from core.confidentiality import keys
    from core.db import open_engine, transaction
    from core.migrations.run import upgrade
    from demo.settle import Settler

    for old in ("jiangfu.db", "jiangfu.db-wal", "jiangfu.db-shm", HEADS):
        (folder / old).unlink(missing_ok=True)
    shutil.rmtree(folder / "keys", ignore_errors=True)
    keys.ensure(office.settings.keys_dir)
    upgrade(open_engine(office.settings.database_url))
    with transaction(office.sessions) as session:
        residents = Settler(session, office.vault, office.settings.timezone).settle(day)
    office.engine.dispose()
    (folder / RESIDENTS).write_text(json.dumps([asdict(resident) for resident in residents]), "utf-8")


def _clock(folder: Path) -> SteppedClock:
    """The clock of all processes of this demo."""
    from demo.stepped_clock import FILE, SteppedClock

    return SteppedClock(Office().settings.timezone, folder / FILE)


def _supervise(office: Office, folder: Path, port: int, providers_port: int) -> None:
    from demo.stepped_clock import FILE
    from desk.supervisor import supervise

    python, clock = [sys.executable, "-m"], ["--stepped-clock", str(folder / FILE)]
    providers = [*python, "demo.providers", "--port", str(providers_port), "--line", f"http://127.0.0.1:{port}", *clock]
    providers += ["--signature", office.settings.sms_signature, "--signature-en", office.settings.sms_signature_en]
    web = [*python, "desk", "demo", "--folder", str(folder), "--page", f"http://127.0.0.1:{providers_port}"]
    parts = {part: [*python, "desk", "serve", part, *clock] for part in ("bot", "scheduler", "sender")}
    supervise({"providers": providers, "web": web, **parts}, Event())


def _serve_page(clock: SteppedClock, folder: Path, providers_url: str) -> None:
    from demo.clock_control import clock_control
    from demo.coming_days import ComingDays
    from demo.officer_panel import officer_panel
    from demo.phone_page import Resident, phone_page
    from desk.web import run
    from sms.app import create_app

    residents = [Resident(**fields) for fields in json.loads((folder / RESIDENTS).read_text("utf-8"))]

    def build(line: Line) -> Flask:
        app = create_app(line)
        app.register_blueprint(phone_page(providers_url, residents))
        app.register_blueprint(clock_control(clock, ComingDays(line.sessions, clock.timezone)))
        app.register_blueprint(officer_panel(line))
        return app

    run(Office(clock), build)
