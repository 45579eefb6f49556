"""A WSGI server in a thread, on loopback alone and silent: addresses it would log hold telephone numbers and tokens."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"


class SilentHandler(WSGIRequestHandler):
    """Serves without writing a line about whom it served."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 -- werkzeug's own name
        """Says nothing."""


class LoopbackServer:
    """Serves `app` on 127.0.0.1, one thread a request; use as a context manager, or `serve_forever`.

    `port` 0 takes a free one; `url` says which it became. Raises OSError where the port is taken.
    """

    def __init__(self, app: WSGIApplication, port: int = 0) -> None:
        self._server = make_server(HOST, port, app, threaded=True, request_handler=SilentHandler)
        self.port: int = self._server.server_port
        self.url = f"http://{HOST}:{self.port}"

    def serve_forever(self) -> None:
        """Serves in this thread until the process ends."""
        self._server.serve_forever()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
