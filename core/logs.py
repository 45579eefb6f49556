"""The log: JSON lines on standard error that hold ids and places in the code, and never what a person said or is."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from types import TracebackType
from typing import Any

import structlog

from core.confidentiality.redaction import Event, redact, stacks_without_values

log = structlog.get_logger(__name__)

# Their messages are job names and times; of any other library's only the words of its own code come out.
_TRUSTED = ("apscheduler",)
# It gives itself a handler of its own.
_SILENCED = ("jieba",)


def configure(level: str, part: str = "") -> None:
    """Set up the log of this process: our events from `level` (a name as in `logging`) on, the libraries' warnings.

    `part` is put into every event of every thread; without it, what `structlog.contextvars` holds for the thread.
    """
    static = {"part": part} if part else {}

    def add_part(_logger: Any, _method: str, event: Event) -> Event:
        return {**static, **event}

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            add_part,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            stacks_without_values,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    _take_over_libraries()
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    warnings.showwarning = _warned


def _take_over_libraries() -> None:
    # A record that cannot be formatted would be printed raw, arguments and all.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.handlers[:] = [_LibraryHandler()]
    root.setLevel(logging.WARNING)
    for name in _SILENCED:
        logging.getLogger(name).disabled = True


class _LibraryHandler(logging.Handler):
    """Makes an event of what a library logs: who spoke, where, in which words of its own, and of which exception.

    What the library would fill in stays out. A text with nothing left to fill in was put together before: it stays out.
    """

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"library": record.name, "at": f"{record.module}:{record.lineno}:{record.funcName}"}
        if record.name.partition(".")[0] in _TRUSTED:
            fields["message"] = record.getMessage()
        elif record.args:
            fields["message"] = record.msg
        # A library that logs beyond the standard levels is taken at the next one below.
        level = max(logging.DEBUG, min(record.levelno // 10 * 10, logging.CRITICAL))
        log.log(level, "library_message", exc_info=record.exc_info, **fields)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    log.critical("uncaught_exception", exc_info=(kind, error, trace))


def _warned(
    message: Warning | str,  # noqa: ARG001 its words may hold anything
    category: type[Warning],
    filename: str,
    lineno: int,
    file: Any = None,  # noqa: ARG001 the log is one stream
    line: str | None = None,  # noqa: ARG001 code, as it stands in `filename`
) -> None:
    log.warning("python_warning", category=category.__name__, at=f"{filename}:{lineno}")
