"""What several processes count, added up: each keeps its counts in a file of one folder; `/metrics` reads them all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def counted_together() -> Iterator[None]:
    """For the length of the block, this process and those that it starts count into one folder. To be entered before
    anything that counts is imported: the library looks for the folder then."""
    if _FOLDER in os.environ:  # a parent of ours has made it
        yield
        return
    mine = os.getpid()
    folder = os.environ[_FOLDER] = tempfile.mkdtemp(prefix="jiangfu-metrics-")
    try:
        yield
    finally:
        if os.getpid() == mine:  # a forked worker leaves the block as well
            del os.environ[_FOLDER]
            shutil.rmtree(folder, ignore_errors=True)
