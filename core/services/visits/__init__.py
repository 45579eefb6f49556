"""Visits: who is to be seen at the door, and what came of it."""
