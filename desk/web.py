"""The web process: gunicorn around the Flask application."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from desk.office import Office

if TYPE_CHECKING:
    from flask import Flask

    from core.line import Line

GRACE_SECONDS = 20


class PlainLogger(Logger):  # type: ignore[misc]
    """Gunicorn's words go where all others go; it keeps no log of requests, whose fields are personal data."""

    def setup(self, cfg: Any) -> None:
        """Leave both loggers without handlers of their own."""
        self.error_log.propagate = True
        self.access_log.propagate = False


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, configured by the settings instead of a file."""

    def __init__(self, office: Office, build: Callable[[Line], Flask]) -> None:
        self._office = office
        self._build = build
        super().__init__()

    def load_config(self) -> None:
        """Settings into gunicorn's own."""
        settings = self._office.settings
        host, port = settings.bind
        for key, value in {
            "bind": f"{host}:{port}",
            "workers": settings.web_workers,
            "threads": settings.web_threads,
            "worker_class": "gthread",
            "graceful_timeout": GRACE_SECONDS,
            "logger_class": PlainLogger,
            "child_exit": _forget_worker,
            "on_exit": _forget_counts,
        }.items():
            self.cfg.set(key, value)

    def load(self) -> Flask:
        """The application, built in each worker: neither connections nor threads survive a fork."""
        line = Office(clock=self._office.clock).line
        Thread(target=line.warm, daemon=True).start()
        return self._build(line)


def _forget_worker(_server: object, worker: Any) -> None:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def _forget_counts(_server: object) -> None:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def run(office: Office, build: Callable[[Line], Flask] | None = None) -> None:
    """Serve until SIGTERM, then finish what is being answered."""
    office.settings.require("twilio_auth_token")
    if office.settings.web_workers > 1:
        # Read by the library when it is imported, so set before anything that counts.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="jiangfu-metrics-")
    from sms.app import create_app

    _ = office.engine  # a database that is away or out of date stops the start, not every request
    office.engine.dispose()
    _ = office.vault
    Server(office, build or create_app).run()
