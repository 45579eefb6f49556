"""Backups: one encrypted archive of database, keys and manifest, made while the line runs; verified, and restored."""
