"""The SMS channel: Flask webhooks, rendering as numbered lines, and the gateways that carry the messages."""
