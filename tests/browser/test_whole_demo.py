"""`jiangfu demo` itself in the browser: the true line behind the page."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

START_SECONDS = 60


@pytest.fixture(scope="module")
def demo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo on a free port, in a folder of its own, until the module's tests are through."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("demo")
    program = [str(Path(sys.executable).with_name("jiangfu")), "demo", "--port", str(port), "--folder", str(folder)]
    with subprocess.Popen(program, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            assert _answers(process, f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    """Whether the page comes up while the process lives."""
    with httpx.Client(trust_env=False) as http:
        for _ in range(START_SECONDS * 5):
            try:
                return http.get(url).status_code == 200
            except httpx.TransportError:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.2)
                    return False
    return False


@pytest.fixture
def page(browser: Browser, demo_url: str) -> Iterator[Page]:
    """The demo's page at the width of a small phone."""
    context = browser.new_context(viewport={"width": 375, "height": 760}, locale="zh-CN", reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    opened.goto(demo_url)
    yield opened
    context.close()


def test_a_newcomer_gets_an_answer_on_the_phone(page: Page) -> None:
    """The first resident texts 2 by keypad and reads the answer of the true line, signed by the carrier."""
    page.locator("#keypad [data-key='2']").click()
    page.locator("#sms-send").click()
    expect(page.locator("#texts .sms.received").first.locator(".words")).to_contain_text("【奖扶办】", timeout=15_000)
    expect(page.locator("#sms-notice")).to_be_hidden()


def test_a_newcomer_gets_an_answer_in_the_chat(page: Page, artefacts: Path) -> None:
    """START brings a message with buttons; pressing one brings the next."""
    expect(page.locator("#chat-state")).to_have_text("在线", timeout=30_000)
    page.locator("#chat-start").click()
    button = page.locator("#bubbles .button-row button")
    expect(button.first).to_be_visible(timeout=15_000)
    before = page.locator("#bubbles .bubble").count()
    button.first.click()
    expect(page.locator("#bubbles .bubble").nth(before)).to_be_visible(timeout=15_000)
    page.screenshot(path=artefacts / "whole-demo-375.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
