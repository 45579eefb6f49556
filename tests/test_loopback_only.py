"""The guard of tests/loopback_only.py."""

from __future__ import annotations

import socket

import pytest

AWAY = ("203.0.113.7", 80)


def test_a_connection_that_leaves_the_machine_fails_the_test() -> None:
    """Neither a socket nor a look-up of a name gets out."""
    with socket.socket() as sock:
        with pytest.raises(pytest.fail.Exception, match="203"):
            sock.connect(AWAY)
        with pytest.raises(pytest.fail.Exception, match="203"):
            sock.connect_ex(AWAY)
    with pytest.raises(pytest.fail.Exception, match="example"):
        socket.create_connection(("api.example.org", 443))


def test_loopback_is_open() -> None:
    """The emulators of the providers can be reached."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
