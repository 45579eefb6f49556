"""Telegram's own limits on a bot: so many messages a second in all, and one a second to each chat."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable

from demo.telegram_emulator.refusal import too_many_requests

WINDOW = 1.0  # seconds


class Limits:
    """Off until set; then a message above a limit is answered 429 with the seconds to wait."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._all: deque[float] = deque()
        self._chats: defaultdict[int, deque[float]] = defaultdict(deque)
        self.in_all: int | None = None
        self.per_chat: int | None = None

    def take(self, chat_id: int) -> None:
        """Counts one message to `chat_id`. Raises Refusal (429) where it is one too many within the second."""
        now = self._monotonic()
        with self._lock:
            for sent, limit in ((self._all, self.in_all), (self._chats[chat_id], self.per_chat)):
                while sent and sent[0] <= now - WINDOW:
                    sent.popleft()
                if limit is not None and len(sent) >= limit:
                    raise too_many_requests(1)
            self._all.append(now)
            self._chats[chat_id].append(now)
