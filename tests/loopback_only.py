"""The guard that keeps every test on this machine: a connection or a look-up that leaves it fails the test."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

LOCAL_NAMES = frozenset({"", "localhost", "ip6-localhost"})


def is_local(host: Any) -> bool:
    """Whether `host` (a name or an address, as sockets take it) is this machine."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or name in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def install(patch: pytest.MonkeyPatch) -> None:
    """Put the guard before every way out of `socket`. What it raises is no Exception, so that no `except` hides it."""
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    look_up = socket.getaddrinfo

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        _check(host)
        return look_up(host, *args, **kwargs)

    patch.setattr(socket, "getaddrinfo", guarded_look_up)


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX:
            _check(address[0])
        return connect(self, address)

    return guarded


def _check(host: Any) -> None:
    if not is_local(host):
        pytest.fail(f"a test tried to leave this machine, for {host!r}")
