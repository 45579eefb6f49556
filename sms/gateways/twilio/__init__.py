"""Twilio: two-way, with receipts, and it can be asked what it has."""
