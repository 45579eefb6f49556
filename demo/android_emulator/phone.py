"""The Android phone: sends what the gateway accepted, reports on it, and hands in what residents write."""

from __future__ import annotations

import threading
import uuid
import zlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from core.delivery.segments import segments
from demo.android_emulator.account import Account
from demo.android_emulator.messages import Message, Messages
from demo.android_emulator.webhook import Webhook
from demo.handsets import Handsets

Json = dict[str, object]


class AndroidPhone:
    """One phone with one SIM, in front of the line at `line_url`.

    `held` keeps what is accepted until `release`. `receipts` is `normal`, `repeated` (each twice), `reversed` (the last
    first) or `none`; `receipt_log` keeps how the line answered the last ones. What the line did not take waits in
    `waiting` for `post_again`, where the true app would try by itself for two days.
    """

    def __init__(self, account: Account, line_url: str, handsets: Handsets, clock: Callable[[], datetime]) -> None:
        self.account, self.handsets, self.clock = account, handsets, clock
        self.messages = Messages()
        self.webhook = Webhook(account, line_url)
        self.held = False
        self.receipts = "normal"
        self.receipt_log: deque[Json] = deque(maxlen=2000)
        self.waiting: deque[Json] = deque()
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="android")
        self._failures: dict[str, str] = {}

    def dispatch(self, message: Message, fails_with: str = "") -> None:
        """Start sending an accepted message; with `fails_with` the phone gives it up for that reason."""
        if fails_with:
            self._failures[message.id] = fails_with
        if not self.held:
            self._worker.submit(self._send, message)

    def release(self) -> None:
        """Send all that was held, as the app takes its queue: by priority, and of one priority the last first."""
        self.held = False
        pending = [message for message in self.messages.all() if message.state == "Pending"]
        for message in sorted(pending, key=lambda message: (-message.priority, -message.sequence)):
            self._worker.submit(self._send, message)

    def _send(self, message: Message) -> None:
        if message.state != "Pending":  # released, and sent before its turn came again
            return
        parts, reason = segments(message.text), self._failures.pop(message.id, "")
        message.move("Processed", self.clock())
        if reason:
            message.move("Failed", self.clock(), reason)
            self._report([self._event("sms:failed", message, reason=reason)])
            return
        message.move("Sent", self.clock())
        self.handsets.add(message.to, message.id, "received", message.text, segments=parts, status="received")
        message.move("Delivered", self.clock())
        sent = self._event("sms:sent", message, partsCount=parts)
        self._report([sent, *(self._event("sms:delivered", message) for _ in range(parts))])

    def _event(self, name: str, message: Message, **more: object) -> Json:
        own, to = self.account.number, message.to
        payload = {"messageId": message.id, "sender": own, "recipient": to, "phoneNumber": to, "simNumber": 1}
        at = {"sms:sent": "sentAt", "sms:delivered": "deliveredAt", "sms:failed": "failedAt"}[name]
        return self._wrapped(name, {**payload, at: self._local_time(), **more})

    def _wrapped(self, name: str, payload: Json) -> Json:
        ids = {"deviceId": self.account.device, "id": uuid.uuid4().hex[:21], "webhookId": "demo-webhook"}
        return {**ids, "event": name, "payload": payload}

    def _report(self, events: list[Json]) -> None:
        if self.receipts == "none":
            return
        if self.receipts == "reversed":
            events.reverse()
        for event in events:
            for _ in range(2 if self.receipts == "repeated" else 1):
                self.receipt_log.append({"event": event["event"], "answer": self._post(event)})

    def text_in(
        self, number: str, text: str, received_at: str | None = None, event: str = "sms:received"
    ) -> int | None:
        """A resident texts the phone (or sends a picture: `mms:received`): posts the webhook; how the line answered.

        The same text from the same number at the same time is the app posting one message twice.
        """
        at = received_at or self._local_time()
        # As the app makes it: 32 bits over sender, time and text.
        message_id = f"{zlib.crc32(f'{number}{at}{text}'.encode()):x}"
        payload: Json = {
            "messageId": message_id,
            "sender": number,
            "phoneNumber": number,
            "recipient": self.account.number,
            "simNumber": 1,
            "receivedAt": at,
        }
        payload |= {"message": text} if event == "sms:received" else {"transactionId": "T1", "size": 125_684}
        self.handsets.add(number, message_id, "sent", text, segments=segments(text), status="sent")
        return self._post(self._wrapped(event, payload))

    def post_again(self) -> list[int | None]:
        """Post what the line did not take, each once more; how it answered."""
        with self._lock:
            again = list(self.waiting)
            self.waiting.clear()
        return [self._post(event) for event in again]

    def _post(self, event: Json) -> int | None:
        status = self.webhook.post(event)
        if status is None or not 200 <= status < 300:
            with self._lock:
                self.waiting.append(event)
        return status

    def _local_time(self) -> str:
        return self.clock().isoformat(timespec="milliseconds")

    def clear(self) -> None:
        """Forget every message and what waits."""
        self.messages.clear()
        self.waiting.clear()
        self.receipt_log.clear()
        self._failures.clear()
        self.held, self.receipts = False, "normal"

    def close(self) -> None:
        """Send what is under way to its end, and let go of the connections."""
        self._worker.shutdown()
        self.webhook.close()
