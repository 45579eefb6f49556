"""`jiangfu demo` itself in the browser: the true line behind the page."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import open_engine
from core.domain.application import Application
from core.domain.contact import Contact, ContactPerson
from core.domain.published_list import ListEntry
from core.services.contacts import address_hash
from demo.settle import FARMER
from tests.processes import free_port

START_SECONDS = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo keeps its database and keys."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo_url(folder: Path) -> Iterator[str]:
    """The demo on a free port, three days before the district's list opens, until the module's tests are through."""
    port = free_port()
    program = [str(Path(sys.executable).with_name("jiangfu")), "demo", "--port", str(port), "--folder", str(folder)]
    program += ["--today", "2026-05-05"]
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


def test_a_list_opens_and_an_objection_is_decided(page: Page, folder: Path, artefacts: Path) -> None:
    """The date is stepped to the opening of the list, and the farmer's phone rings; the neighbour objects to the
    farmer's entry from another phone; the officer decides, and both hear it; a day back changes nothing of all that."""
    page.locator("#clock-next").get_by_text("到5月8日：区里开始公示").click()
    expect(page.locator("#clock-day")).to_contain_text("2026年5月8日")
    texts = page.locator("#texts")
    expect(texts).to_contain_text("区级公示到5月18日止", timeout=60_000)

    page.get_by_role("radio", name="没有登记").check()
    for words in ("3", "1", "1", "2", str(_farmers_entry(folder)), "1", "他才五十八", "1", "1"):
        _text(page, words)
    expect(texts).to_contain_text("收下了")

    case = page.locator("#cases .case")
    case.get_by_text("打开来看").click()
    expect(case.locator("li")).to_have_text("年龄不对：他才五十八")
    case.get_by_label("理由").fill("上门核实过，年龄没错。")
    page.screenshot(path=artefacts / "whole-demo-objection-375.png", full_page=True)
    case.get_by_role("button", name="不属实").click()
    expect(case).to_have_count(0)
    expect(texts).to_contain_text("异议不成立。理由：上门核实过", timeout=60_000)
    page.get_by_role("radio", name="今年申报的老人").check()
    expect(texts).to_contain_text("上门核实过，年龄没错。", timeout=60_000)

    page.get_by_role("button", name="退回一天").click()
    expect(page.locator("#clock-day")).to_contain_text("2026年5月7日")
    _text(page, "2")
    assert texts.get_by_text("区级公示到5月18日止").count() == 1


def _text(page: Page, words: str) -> None:
    """Send a text from the phone, and wait for the answer."""
    received, sent = page.locator("#texts .sms.received"), page.locator("#texts .sms.sent")
    before, mine = received.count(), sent.count()
    page.locator("#sms-text").fill(words)
    page.locator("#sms-send").click()
    expect(sent.nth(mine)).to_be_visible(timeout=30_000)
    expect(received.nth(before)).to_be_visible(timeout=30_000)


def _farmers_entry(folder: Path) -> int:
    """The number under which the farmer stands on the list."""
    engine = open_engine(f"sqlite:///{folder / 'jiangfu.db'}")
    found = select(ListEntry.number).join(Application, Application.id == ListEntry.application_id)
    found = found.join(ContactPerson, ContactPerson.person_id == Application.person_id).join(Contact)
    with engine.connect() as connection:
        whose = address_hash(Vault(folder / "keys"), "sms", FARMER)
        number = connection.execute(found.where(Contact.address_hash == whose)).scalar_one()
    engine.dispose()
    return number
