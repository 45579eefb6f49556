"""Hardening of receipts: Argon2id in one process of its own, so that no thread of the line computes, and no more than
one receipt of the whole machine is under way at a time. `python -m core.confidentiality.hardening` is that process."""

from __future__ import annotations

import fcntl
import json
import os
import select
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from nacl.pwhash import argon2id

from core.confidentiality.receipt import Cost

# A webhook has fifteen seconds; whoever would wait longer than this is asked to send again.
PATIENCE = 8.0
# What one hardening takes until the first was timed, in seconds.
_FIRST_GUESS = 0.5
_BYTES = 32


class Busy(Exception):
    """The wait would be too long: nothing was hardened."""


class Hardener:
    """Hardens receipts one after another in a process of its own, started when it is first needed."""

    def __init__(
        self, lock_file: Path, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`lock_file` (any file; it is not changed) is what the hardeners of this machine take turns by; `patience` in
        seconds."""
        self._lock_file, self._patience, self._clock = lock_file, patience, clock
        self._turn, self._counting = Lock(), Lock()
        self._waiting = 0
        self._seconds = _FIRST_GUESS
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, so that the first receipt need not wait for it."""
        with self._turn:
            self._running()

    def harden(self, receipt: str, salt: bytes, cost: Cost) -> bytes:
        """Argon2id of the receipt (32 bytes). Raises Busy where that would take longer than the patience."""
        deadline = self._clock() + self._patience
        with self._counting:
            if (self._waiting + 1) * self._seconds > self._patience:
                raise Busy
            self._waiting += 1
        try:
            if not self._turn.acquire(timeout=self._patience):
                raise Busy
            try:
                return self._ask(receipt, salt, cost, deadline)
            finally:
                self._turn.release()
        finally:
            with self._counting:
                self._waiting -= 1

    def _ask(self, receipt: str, salt: bytes, cost: Cost, deadline: float) -> bytes:
        process, began = self._running(), self._clock()
        request = json.dumps([receipt, salt.hex(), cost.passes, cost.memory]) + "\n"
        try:
            answer = _converse(process, request.encode(), deadline - began)
        except OSError:
            answer = b""
        if not answer:  # too slow, or dead: what it may still say would be taken for the answer to the next
            _end(process)
            raise Busy
        self._seconds = self._clock() - began
        return bytes.fromhex(answer.decode("ascii"))

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", "core.confidentiality.hardening", str(self._lock_file)],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what it would say of an error is a traceback
            )
            weakref.finalize(self, _end, self._process)
        return self._process


def _converse(process: subprocess.Popen[bytes], request: bytes, seconds: float) -> bytes:
    """What the process answers, without the line's end; b'' where it does not within so many seconds."""
    if process.stdin is None or process.stdout is None or seconds <= 0:
        return b""
    process.stdin.write(request)
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    # The answer is one short write, so it arrives whole.
    return os.read(process.stdout.fileno(), 1024).strip() if ready else b""


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _serve(lock_file: str) -> None:
    """Answer requests until the one who asks is gone, however it went."""
    if hasattr(os, "sched_setaffinity"):  # whoever keeps its own threads to one processor has not to share it with us
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    for line in iter(sys.stdin.buffer.readline, b""):
        receipt, salt, passes, memory = json.loads(line)
        hardened = _alone(lock_file, receipt, bytes.fromhex(salt), Cost(passes, memory))
        sys.stdout.buffer.write(hardened.hex().encode("ascii") + b"\n")
        sys.stdout.buffer.flush()


def _alone(lock_file: str, receipt: str, salt: bytes, cost: Cost) -> bytes:
    """The same while no other process of this machine does it."""
    lock = os.open(lock_file, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return argon2id.kdf(_BYTES, receipt.encode("ascii"), salt, opslimit=cost.passes, memlimit=cost.memory)
    finally:
        os.close(lock)


if __name__ == "__main__":
    _serve(sys.argv[1])
