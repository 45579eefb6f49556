"""What the sender counts for whoever keeps the line running; channels, kinds and outcomes, nothing of a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

messages = Counter("jiangfu_messages_total", "Unasked messages by what became of them", ["channel", "kind", "outcome"])
troubles = Counter("jiangfu_send_errors_total", "Tries that failed, by our name for why", ["channel", "error"])
pauses = Counter("jiangfu_channel_pauses_total", "Times that a whole channel was made to wait", ["channel"])
budget_reached = Gauge(
    "jiangfu_budget_reached",
    "1 while the day's ceiling of money holds unasked messages back",
    multiprocess_mode="mostrecent",
)
