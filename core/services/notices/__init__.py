"""Notices: written, looked at, confirmed, stopped, recalled, and followed to the last door."""
