"""The web process: gunicorn around the Flask application."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from desk.counting import counted_together
from desk.office import Office
from sms.gateways.choice import required

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
            "post_fork": _keep_to_one_processor,
            "child_exit": _forget_worker,
        }.items():
            self.cfg.set(key, value)

    def load(self) -> Flask:
        """The application, built in each worker: neither connections nor threads survive a fork."""
        line = Office(clock=self._office.clock).line
        Thread(target=line.warm, daemon=True).start()
        return self._build(line)


def _keep_to_one_processor(_server: object, worker: Any) -> None:
    # Threads of one interpreter take turns anyway; on one processor they hand over without waking another, which cost
    # a third of all time (decision 005). Workers share the processors evenly. Not every system lets one choose.
    if hasattr(os, "sched_setaffinity"):
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {processors[worker.age % len(processors)]})


def _forget_worker(_server: object, worker: Any) -> None:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def run(office: Office, build: Callable[[Line], Flask] | None = None) -> None:
    """Serve until SIGTERM, then finish what is being answered."""
    office.settings.require(*required(office.settings, "web"))
    if office.settings.web_workers > 1:
        with counted_together():
            _serve(office, build)
    else:
        _serve(office, build)


def _serve(office: Office, build: Callable[[Line], Flask] | None) -> None:
    from sms.app import create_app

    _ = office.engine  # a database that is away or out of date stops the start, not every request
    office.engine.dispose()
    _ = office.vault
    Server(office, build or create_app).run()
