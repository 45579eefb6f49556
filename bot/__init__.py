"""The Telegram channel: updates become inbound messages, prompts become texts with buttons."""
