"""SMSGate on loopback: its REST interface, the Android phone behind it, and the phone's signed webhooks."""

from demo.android_emulator.account import DEMO_ACCOUNT, Account
from demo.android_emulator.control import android_control
from demo.android_emulator.phone import AndroidPhone
from demo.android_emulator.rest import sms_gate

__all__ = ["DEMO_ACCOUNT", "Account", "AndroidPhone", "android_control", "sms_gate"]
