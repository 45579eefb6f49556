"""The account at the emulated gateway, and what phone and line share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """`login` and `password` open the REST interface; the phone signs what it posts with `signing_key`."""

    login: str
    password: str
    signing_key: str
    device: str
    number: str


# Credentials of nobody: they open nothing but the emulator.
DEMO_ACCOUNT = Account("DEMO01", "demo-phone-password", "demo-signing-key", "demo-device-000000001", "+8613700000000")
