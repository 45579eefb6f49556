"""Exported heads: a text file with one head a line, to be kept where who can write the database cannot write."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from core.audit.trail import Head
from core.errors import JiangfuError


class HeadsRefused(JiangfuError):
    """The file of exported heads cannot be read."""


def line_of(head: Head) -> str:
    """`head` as a line: number, link in hexadecimal, instant."""
    return f"{head.sequence} {head.link.hex()} {head.at.isoformat()}"


def read_heads(path: Path) -> list[Head]:
    """The heads in `path`. Raises HeadsRefused naming the line that is none."""
    try:
        lines = path.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        raise HeadsRefused from None
    return list(_parsed(lines))


def append_head(path: Path, head: Head) -> None:
    """Add `head` to the file, on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(line_of(head) + "\n")
        file.flush()
        os.fsync(file.fileno())


def is_exported(path: Path, head: Head) -> bool:
    """Whether the file's last head is this one already."""
    return path.exists() and read_heads(path)[-1:] == [head]


def _parsed(lines: Iterable[str]) -> Iterable[Head]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            sequence, link, at = line.split()
            yield Head(int(sequence), bytes.fromhex(link), datetime.fromisoformat(at))
        except ValueError:
            raise HeadsRefused(f"line {number} of the file of exported heads is none.") from None
