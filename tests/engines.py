"""Which database engine a test runs over: both, unless it is marked with one of these."""

from __future__ import annotations

import pytest

ENGINES = ("sqlite", "postgresql")

on_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
