"""The updates that wait for the bot: fetched by long polling, or posted to its webhook, each until it is confirmed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

import httpx

from demo.telegram_emulator.refusal import conflict

Json = dict[str, Any]

FIRST_UPDATE_ID = 700_000_001
LONGEST_POLL = 50  # seconds, as Telegram keeps a poll open at most
LARGEST_BATCH = 100
LONGEST_WAIT = 5.0  # seconds between two tries of a webhook that fails
WEBHOOK_SECONDS = 20.0
MOMENT = 5.0  # seconds between two polls of a bot that is well
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- a header's name


class UpdateFeed:
    """One bot's updates, in order of their growing ids; safe to use from many threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pending: deque[Json] = deque()
        self._next_id = FIRST_UPDATE_ID
        self._poll = 0  # the number of the newest poll; an older one that still waits ends in a conflict
        self._allowed: frozenset[str] | None = None
        self._webhook: Json = {}
        self._last_error = ""
        self._waiting = 0  # polls that are open now
        self._last_heard = float("-inf")  # machine time at which the newest poll ended

    def put(self, kind: str, content: Json) -> None:
        """Queues an update of `kind` (message, callback_query, ...), unless the bot asked not to have that kind."""
        with self._changed:
            if self._allowed is None or kind in self._allowed:
                self._pending.append({"update_id": self._next_id, kind: content})
                self._next_id += 1
                self._changed.notify_all()

    def poll(self, offset: int, limit: int, timeout: float, allowed: Iterable[str] | None) -> list[Json]:
        """The updates from `offset` on, waiting up to `timeout` seconds for one; those before it are confirmed, gone.

        A negative offset keeps only so many from the end. Raises Refusal (409) where a webhook is set, and where a
        newer poll begins meanwhile: Telegram ends the older one of two.
        """
        deadline = time.monotonic() + min(timeout, LONGEST_POLL)
        with self._changed:
            self._poll += 1
            mine = self._poll
            self._changed.notify_all()
            self._allow(allowed)
            self._confirm(offset)
            self._waiting += 1
            try:
                return self._wait_for_updates(mine, deadline)[: max(1, min(limit, LARGEST_BATCH))]
            finally:
                self._waiting -= 1
                self._last_heard = time.monotonic()

    def _wait_for_updates(self, mine: int, deadline: float) -> list[Json]:
        while True:
            self._check_poll(mine)
            wait = deadline - time.monotonic()
            if self._pending or wait <= 0:
                return list(self._pending)
            self._changed.wait(wait)

    def is_heard(self) -> bool:
        """Whether somebody takes the updates: a webhook is set, or the bot polls (or did a moment ago)."""
        with self._changed:
            return bool(self._webhook or self._waiting) or time.monotonic() - self._last_heard < MOMENT

    def _check_poll(self, mine: int) -> None:
        if self._webhook:
            raise conflict("can't use getUpdates method while webhook is active; use deleteWebhook first")
        if self._poll != mine:
            raise conflict("terminated by other getUpdates request; make sure that only one bot instance is running")

    def _allow(self, allowed: Iterable[str] | None) -> None:
        if allowed is not None:  # not given: as it was; an empty list: the usual kinds
            self._allowed = frozenset(allowed) or None

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            offset = self._next_id + offset
        while self._pending and self._pending[0]["update_id"] < offset:
            self._pending.popleft()

    def set_webhook(self, url: str, secret: str | None, allowed: Iterable[str] | None, *, drop: bool) -> None:
        """Posts updates to `url` from now on ('' ends that), `secret` in the header; `drop` forgets those that wait."""
        with self._changed:
            if drop:
                self._pending.clear()
            self._allow(allowed)
            self._webhook = {"url": url, "secret": secret} if url else {}
            self._changed.notify_all()
            if url:
                threading.Thread(target=self._push, args=(self._webhook,), daemon=True).start()

    def webhook_info(self) -> Json:
        """What getWebhookInfo answers."""
        with self._changed:
            info: Json = {
                "url": self._webhook.get("url", ""),
                "has_custom_certificate": False,
                "pending_update_count": len(self._pending),
            }
            if self._last_error:
                info["last_error_message"] = self._last_error
            return info

    def _push(self, webhook: Json) -> None:
        headers = {SECRET_HEADER: webhook["secret"]} if webhook["secret"] else {}
        failures = 0
        with httpx.Client(timeout=WEBHOOK_SECONDS, trust_env=False, headers=headers) as client:
            while (update := self._next_for(webhook)) is not None:
                try:
                    client.post(webhook["url"], json=update).raise_for_status()
                except httpx.HTTPError as error:
                    failures += 1
                    self._pause(type(error).__name__, min(0.1 * 2**failures, LONGEST_WAIT))
                else:
                    failures = 0
                    with self._changed:
                        self._confirm(update["update_id"] + 1)

    def _next_for(self, webhook: Json) -> Json | None:
        """The first waiting update, once there is one; None when `webhook` is no longer the one set."""
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._webhook is not webhook)
            return self._pending[0] if self._webhook is webhook else None

    def _pause(self, error: str, seconds: float) -> None:
        with self._changed:
            self._last_error = error
            webhook = self._webhook
            self._changed.wait_for(lambda: self._webhook is not webhook, timeout=seconds)

    def clear(self) -> None:
        """Forgets the waiting updates; ids go on growing."""
        with self._changed:
            self._pending.clear()
