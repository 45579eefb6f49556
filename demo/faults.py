"""Faults that an emulated provider can be told to have: throttling, errors, lost answers, recipients it refuses."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from flask import Response, request


class FaultKind(StrEnum):
    """What goes wrong. The last three happen after the provider has done the work, which the client can't know."""

    THROTTLE = "throttle"  # 429, Telegram's with `retry_after`
    ERROR = "error"  # 500
    DROP = "drop"  # the connection breaks before anything is done
    REJECT = "reject"  # the provider's own refusal, by `code` (and `text`)
    LOSE = "lose"  # done, then the connection breaks
    STALL = "stall"  # done, then no answer for `seconds`
    SLOW = "slow"  # done, and answered after `seconds`


AFTER_THE_WORK = frozenset({FaultKind.LOSE, FaultKind.STALL, FaultKind.SLOW})


@dataclass
class Fault:
    """One fault: for which requests, how often, and what it does.

    `times` is how many requests it may still strike (None: no end), `probability` how likely each of them is struck.
    `method` is the provider's name of the request (`create`, `list`, `sendMessage`, ...) and `recipient` a phone number
    or chat id; None means any. `seconds` is the wait asked for (throttle) or kept (stall, slow). `struck` counts.
    """

    provider: str
    kind: FaultKind
    times: int | None = None
    probability: float = 1.0
    method: str | None = None
    recipient: str | None = None
    seconds: float = 1.0
    code: int = 0
    text: str = ""
    struck: int = 0

    def concerns(self, provider: str, method: str, recipient: str | None) -> bool:
        """Whether this fault is about such a request at all."""
        return (
            self.provider == provider
            and self.times != 0
            and self.method in (None, method)
            and self.recipient in (None, recipient)
        )


class Faults:
    """The switchboard: faults are added and cleared by the tests, and struck by the emulators' requests."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._random = random.Random(seed)  # noqa: S311 -- repeatable, not secret
        self._released = threading.Event()

    def add(self, fault: Fault, *, seed: int | None = None) -> None:
        """Adds `fault`; with `seed` the chances start again, so that a run can be repeated."""
        with self._lock:
            if seed is not None:
                self._random.seed(seed)
            self._faults.append(fault)

    def clear(self) -> None:
        """Ends every fault and lets go of the requests that are stalled."""
        with self._lock:
            self._faults.clear()
            self._released.set()
            self._released = threading.Event()

    def rows(self) -> list[dict[str, object]]:
        """The faults in order, as plain values."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def strike(self, provider: str, method: str, recipient: str | None, kinds: Iterable[FaultKind]) -> Fault | None:
        """The first fault of `kinds` that strikes this request, or None; a strike is counted."""
        wanted = frozenset(kinds)
        with self._lock:
            for fault in self._faults:
                if fault.kind in wanted and fault.concerns(provider, method, recipient):
                    if self._random.random() >= fault.probability:
                        continue
                    fault.struck += 1
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None

    def spoil(self, provider: str, method: str, recipient: str | None, answer: Response) -> Response:
        """`answer`, unless a fault that comes after the work loses it or holds it back."""
        fault = self.strike(provider, method, recipient, AFTER_THE_WORK)
        if fault is None:
            return answer
        if fault.kind is not FaultKind.LOSE:
            self._released.wait(fault.seconds)
        return answer if fault.kind is FaultKind.SLOW else drop_connection()


def drop_connection() -> Response:
    """Breaks the connection of the request in hand; what is returned goes nowhere."""
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    return Response(status=500)
