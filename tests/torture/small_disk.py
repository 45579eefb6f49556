"""A disk of a few megabytes, to be filled to the last byte: a tmpfs of its own where this machine allows mounting."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

SIZE = 8 * 2**20  # bytes
NO_END = 2**31  # pages


@dataclass
class SmallDisk:
    """`folder` lies on it. Without the right to mount, SQLite's own limit on a file's pages stands for its end."""

    folder: Path
    mounted: bool

    def fill(self, engine: Engine) -> None:
        """Leave no room, not for a byte more in any file; `engine` is the one connection that may write."""
        if not self.mounted:
            _limit(engine, 1)  # as many pages as there are now
            return
        with (self.folder / "filler").open("ab", buffering=0) as filler:
            for size in (2**16, 1):
                _write_until_full(filler, bytes(size))

    def clear(self, engine: Engine) -> None:
        """Give the room back."""
        if self.mounted:
            (self.folder / "filler").unlink()
        else:
            _limit(engine, NO_END)


def _write_until_full(filler: object, block: bytes) -> None:
    try:
        while filler.write(block) == len(block):
            pass
    except OSError:
        pass


def _limit(engine: Engine, pages: int) -> None:
    with engine.connect() as connection:
        connection.execute(text(f"PRAGMA max_page_count={pages}"))


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Such a disk at `folder`, which need not be there, for the length of the block."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield SmallDisk(folder, mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
