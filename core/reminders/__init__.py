"""Reminders: which event is told to whom, when, and in which words; what is due is recomputed from the records."""
