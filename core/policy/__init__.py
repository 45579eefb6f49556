"""The scheme's rules: plain functions of facts and a date. No database, no clock, no network."""
