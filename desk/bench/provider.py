"""A provider of fixed latency on loopback: it takes every message as Twilio does, and costs next to nothing itself."""

from __future__ import annotations

import asyncio
import json
import uuid

import click


def serve(latency: float) -> None:
    """Answer each request after `latency` seconds, until the process is ended. The port is printed first."""
    asyncio.run(_serve(latency))


async def _serve(latency: float) -> None:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(_length(head))
                await asyncio.sleep(latency)
                writer.write(_accepted())
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    click.echo(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _length(head: bytes) -> int:
    after = head.lower().partition(b"content-length:")[2]
    return int(after.split(b"\r\n", 1)[0]) if after else 0


def _accepted() -> bytes:
    body = json.dumps({"sid": f"SM{uuid.uuid4().hex}", "status": "queued"}).encode()
    head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
