"""The SMS channel, over HTTP as Twilio speaks it."""
