"""The demo: both providers emulated on loopback, an invented district, and a page with a phone in it."""
