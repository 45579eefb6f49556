"""The schema's history. `run.py` brings a database to any point of it."""
