"""Which engines the thefts are played on: the embedded one in the short form, both in the long one."""

from __future__ import annotations

import pytest

from tests.engines import ENGINES


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """The engine's name: that of the form."""
    return str(request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each theft on the engines of the form that was chosen."""
    if "dialect" in metafunc.fixturenames:
        engines = ENGINES if metafunc.config.getoption("--long") else ENGINES[:1]
        metafunc.parametrize("dialect", engines, indirect=True)
