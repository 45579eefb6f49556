"""The way between Twilio's records and the phones: what was accepted is delivered, what a phone sends is handed in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import httpx

from core.delivery.segments import segments
from demo.handsets import Handsets
from demo.twilio_emulator.store import Message, MessageStore, new_sid
from demo.twilio_emulator.twiml import BadTwiML, Reply
from demo.twilio_emulator.webhooks import Line, LineDown, Webhooks

WORKERS = 8


class Carrier:
    """Moves messages: out to the phones (queued, sent, delivered) and in to the line.

    `held` keeps what is accepted in `queued` until `settle`; `receipts` is `normal`, `repeated` (each twice),
    `reversed` (the last first) or `none`. `receipt_log` keeps the last receipts and how the line answered them.
    """

    def __init__(self, line: Line, store: MessageStore, handsets: Handsets, clock: Callable[[], datetime]) -> None:
        self.line, self.store, self.handsets, self.clock = line, store, handsets, clock
        self.held = False
        self.receipts = "normal"
        self.receipt_log: deque[dict[str, object]] = deque(maxlen=2000)
        self._webhooks = Webhooks(line)
        # One worker for a number, so that a phone gets its texts in the order in which they were accepted.
        self._workers = [ThreadPoolExecutor(max_workers=1, thread_name_prefix="carrier") for _ in range(WORKERS)]

    def dispatch(self, message: Message, fails_with: int | None = None) -> None:
        """Starts the delivery of an accepted message; with `fails_with` the carrier gives up with that error code."""
        if not self.held:
            final = "undelivered" if fails_with else "delivered"
            worker = self._workers[hash(message.to) % WORKERS]
            worker.submit(self._deliver, message, ("queued", "sent", final), fails_with)

    def settle(self, message: Message, status: str, error_code: int | None = None) -> None:
        """Moves a message to `status` and sends its receipt before returning: the way on for what was held."""
        self._deliver(message, (status,), error_code)

    def _deliver(self, message: Message, states: tuple[str, ...], error_code: int | None) -> None:
        receipts = []
        for status in states:
            message.status, message.updated = status, self.clock()
            message.sender = message.sender or self.line.number
            if status in ("sent", "delivered"):
                message.sent = message.sent or self.clock()
            if status in ("undelivered", "failed"):
                message.error_code = error_code
            if status == "delivered":
                shown = self.line.signed(message.body)
                self.handsets.add(
                    message.to, message.sid, "received", shown, segments=segments(shown), status="received"
                )
            receipts.append((status, message.error_code))
        for status, code in self._as_sent_out(receipts) if message.callback else ():
            answer = self._webhooks.report(message, status, code)
            self.receipt_log.append({"sid": message.sid, "status": status, "answer": answer})

    def _as_sent_out(self, receipts: list[tuple[str, int | None]]) -> list[tuple[str, int | None]]:
        if self.receipts == "none":
            return []
        if self.receipts == "reversed":
            return receipts[::-1]
        return [receipt for receipt in receipts for _ in range(2 if self.receipts == "repeated" else 1)]

    def text_in(self, number: str, body: str, sid: str | None = None) -> list[str]:
        """A phone texts the line: posts the webhook and sends the answer's messages; returns their texts.

        The same `sid` again is the provider asking twice about one text. Raises LineDown where the line doesn't answer
        with TwiML; the text then shows as failed on the phone.
        """
        known = self.store.get(sid) if sid else None
        message = replace(known) if known else self._take(number, body, sid or new_sid())
        try:
            answers = self._webhooks.ask(message)
        except (httpx.HTTPError, BadTwiML, LineDown) as error:
            self.handsets.mark(number, message.sid, "failed")
            raise LineDown(str(error)) from error
        finally:
            message.status = "received"
        self.handsets.mark(number, message.sid, "sent")
        for reply in answers:
            self._reply(message, reply)
        return [reply.text for reply in answers]

    def _take(self, number: str, body: str, sid: str) -> Message:
        now, parts = self.clock(), segments(body)
        message = Message(
            sid=sid,
            account_sid=self.line.account_sid,
            to=self.line.number,
            sender=number,
            body=body,
            direction="inbound",
            status="receiving",
            created=now,
            updated=now,
            segments=parts,
            sent=now,
        )
        self.store.add(message)
        self.handsets.add(number, sid, "sent", body, segments=parts, status="sending")
        return message

    def _reply(self, asked: Message, reply: Reply) -> None:
        now = self.clock()
        message = Message(
            sid=new_sid(),
            account_sid=asked.account_sid,
            to=asked.sender or "",
            sender=asked.to,
            body=reply.text,
            direction="outbound-reply",
            status="queued",
            created=now,
            updated=now,
            segments=segments(reply.text),
            callback=reply.callback,
        )
        self.store.add(message)
        self.dispatch(message)
