"""What the emulated providers hold between requests: in memory, in one place, shared by their HTTP faces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.android_emulator import DEMO_ACCOUNT, AndroidPhone
from demo.faults import Faults
from demo.handsets import Handsets
from demo.telegram_emulator import BotAccount, People
from demo.twilio_emulator import Carrier, Line, MessageStore


class ShownClock:
    """The time that phones show: that of `source`, moved by `offset_seconds` where it plays on another day."""

    def __init__(self, source: Callable[[], datetime]) -> None:
        self.source = source
        self.offset_seconds = 0.0

    def __call__(self) -> datetime:
        """The instant to show, aware."""
        return self.source() + timedelta(seconds=self.offset_seconds)


@dataclass(frozen=True)
class ProviderState:
    """The providers, the phones behind them, their faults and the clock that the phones show."""

    carrier: Carrier
    android: AndroidPhone
    handsets: Handsets
    bot: BotAccount
    people: People
    faults: Faults
    clock: ShownClock

    @classmethod
    def build(cls, line: Line, bot_token: str, machine_clock: Callable[[], datetime]) -> ProviderState:
        """Empty providers for one line; records carry `machine_clock`'s time (aware, UTC)."""
        clock = ShownClock(machine_clock)
        handsets = Handsets(clock)
        bot = BotAccount(bot_token, machine_clock, clock)
        carrier = Carrier(line, MessageStore(), handsets, machine_clock)
        android = AndroidPhone(DEMO_ACCOUNT, line.url, handsets, machine_clock)
        return cls(carrier, android, handsets, bot, People(bot), Faults(), clock)

    def reset(self) -> None:
        """Forgets every message, count and fault; webhooks and command menus stay."""
        self.carrier.store.clear()
        self.carrier.receipt_log.clear()
        self.carrier.held, self.carrier.receipts = False, "normal"
        self.android.clear()
        self.handsets.clear()
        self.bot.clear()
        self.bot.limits.in_all = self.bot.limits.per_chat = None
        self.faults.clear()
