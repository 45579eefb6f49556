"""A load of signed messages over kept-open connections, so cheap for its own process that the server is the limit."""

from __future__ import annotations

import hashlib
import hmac
import socket
import time
import uuid
from base64 import b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlencode


def signed_request(url: str, auth_token: str, phone: str, text: str) -> bytes:
    """One inbound message as Twilio posts it, with an id of its own and a true signature, ready for the wire."""
    fields = {"Body": text, "From": phone, "MessageSid": f"SM{uuid.uuid4().hex}", "NumMedia": "0", "To": "+8610000"}
    signed = url + "".join(key + fields[key] for key in sorted(fields))
    signature = b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    body = urlencode(fields).encode()
    host, path = url.removeprefix("http://").split("/", 1)
    head = (
        f"POST /{path} HTTP/1.1\r\nHost: {host}\r\nX-Twilio-Signature: {signature}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send(
    port: int, connections: int, requests: Sequence[bytes], failure: bytes | None = None
) -> tuple[float, list[float]]:
    """Send all, shared among the connections; the seconds that it took, and each answer's. Raises ValueError where one
    was not answered with 200, or with `failure`."""
    shares = [requests[n::connections] for n in range(connections)]
    # Opened for this round alone: a server closes what has been idle for two seconds.
    with ExitStack() as stack, ThreadPoolExecutor(connections) as pool:
        sockets = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in shares]
        began = time.perf_counter()
        times = list(pool.map(lambda one, share: _converse(one, share, failure), sockets, shares))
        return time.perf_counter() - began, [seconds for share in times for seconds in share]


def _converse(connection: socket.socket, requests: Sequence[bytes], failure: bytes | None) -> list[float]:
    times = []
    for request in requests:
        began = time.perf_counter()
        connection.sendall(request)
        answer = _read_answer(connection)
        times.append(time.perf_counter() - began)
        if failure is not None and failure in answer:
            raise ValueError("the server answered that it failed")
    return times


def _read_answer(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise ValueError("the server answered " + head.split(b"\r\n", 1)[0].decode("latin-1"))
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    while len(body) < length:
        body += _more(connection)
    return body


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ValueError("the server hung up")
    return data
