"""Twilio on loopback: its message resource, its signed callbacks, and the phones at the other end of the line."""

from demo.twilio_emulator.carrier import Carrier
from demo.twilio_emulator.rest import twilio_rest
from demo.twilio_emulator.store import MessageStore
from demo.twilio_emulator.webhooks import Line, LineDown

__all__ = ["Carrier", "Line", "LineDown", "MessageStore", "twilio_rest"]
