"""A Chromium, and the demo that it looks at: providers, page and a small line of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.stand_in import Demo, stand_in_demo

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium, headless; none is ever downloaded.

    Of one module only: while it is open, playwright's event loop runs in this thread, and other tests need their own.
    """
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS, headless=True)
        yield chromium
        chromium.close()


@pytest.fixture
def demo() -> Iterator[Demo]:
    """The demo under test. Another that has the same three parts (url, providers_url, residents) can stand here."""
    with ExitStack() as stack:
        yield stand_in_demo(stack)


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots go: JIANGFU_ARTEFACTS, else build/."""
    project = Path(__file__).parents[2]
    folder = Path(os.environ.get("JIANGFU_ARTEFACTS", project / "build")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
