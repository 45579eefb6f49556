"""Twilio as one of the gateways to choose from."""

from __future__ import annotations

from sms.gateways.gateway import Gateway
from sms.gateways.twilio.sender import TwilioSender
from sms.gateways.twilio.webhooks import webhooks

TWILIO = Gateway(TwilioSender.capabilities, webhooks, TwilioSender, TwilioSender)
