"""The Android phone as one of the gateways to choose from."""

from __future__ import annotations

from sms.gateways.android.sender import AndroidSender
from sms.gateways.android.webhooks import webhooks
from sms.gateways.gateway import Gateway

ANDROID = Gateway(AndroidSender.capabilities, webhooks, AndroidSender)
