"""The phone page as a newcomer meets it, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.stand_in import Demo

WIDE, NARROW = (1280, 900), (375, 760)
Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, demo: Demo) -> Iterator[Open]:
    """Opens the page; at the end no request may have left this machine, and no script may have failed."""
    asked: list[str] = []
    failed: list[str] = []
    contexts = []

    def opened(size: tuple[int, int] = WIDE, theme: str = "light", **options: object) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=theme, locale="zh-CN", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.on("dialog", lambda dialog: (failed.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(demo.url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert {urlsplit(url).hostname for url in asked} == {"127.0.0.1"}
    assert failed == []


def texts(page: Page) -> Locator:
    """The phone's screen."""
    return page.locator("#texts")


def bubbles(page: Page) -> Locator:
    """The chat's messages."""
    return page.locator("#bubbles")


def test_a_newcomer_texts_two_by_keypad(open_page: Open, demo: Demo) -> None:
    """Choose a resident, press 2, press send: the answer stands on the green screen, with its parts and its time."""
    page = open_page()
    page.get_by_role("radio", name=demo.residents[1].label_zh).check()
    page.get_by_role("button", name="2", exact=True).click()
    expect(page.locator("#sms-text")).to_have_value("2")
    page.locator("#sms-send").click()
    answer = page.locator("#texts .sms.received")
    expect(answer).to_have_count(1)
    expect(answer.locator(".words")).to_contain_text("【奖扶办】")
    expect(answer.locator(".facts")).to_contain_text("条")
    expect(page.locator("#texts .sms.sent .words")).to_have_text("2")
    expect(page.locator("#sms-text")).to_have_value("")


def test_a_button_is_pressed_in_the_chat(open_page: Open) -> None:
    """Start, press a button under the message: the answer comes, the old buttons go, the toast is read out."""
    page = open_page()
    page.locator("#chat-start").click()
    page.locator("#bubbles .button-row button", has_text="查进度").click()
    expect(page.locator("#bubbles .bubble.received")).to_have_count(2)
    expect(page.locator("#bubbles .button-row")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("查到了")


def test_the_command_menu_speaks_the_page_s_language(open_page: Open) -> None:
    """The menu opens from the keyboard, in the chosen language, sends its command, and Escape closes it."""
    page = open_page()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Village line · try it")
    button = page.locator("#menu-button")
    button.press("Enter")
    expect(page.locator("#command-menu b").first).to_have_text("Main menu")
    page.keyboard.press("Escape")
    expect(page.locator("#command-menu")).to_be_hidden()
    expect(button).to_be_focused()
    button.press("Enter")
    page.locator("#command-menu button").first.press("Enter")
    expect(page.locator("#bubbles .bubble.sent .words")).to_have_text("/menu")


def test_what_the_line_sends_unasked_appears(open_page: Open, demo: Demo) -> None:
    """A reminder shows on phone and chat by itself, in a place that a screen reader announces."""
    page = open_page()
    expect(page.locator("#texts-empty")).to_be_visible()
    demo.unasked(demo.residents[0], "明天是公示的最后一天。")
    for place in (texts(page), bubbles(page)):
        expect(place).to_contain_text("明天是公示的最后一天。")
        expect(place).to_have_attribute("aria-live", "polite")


def test_the_date_is_stepped(open_page: Open) -> None:
    """The page shows the scheme's day and what comes next, in either language, and steps to it, on, and back."""
    page = open_page()
    day, following = page.locator("#clock-day"), page.locator("#clock-next")
    expect(day).to_have_text("2026年5月5日星期二")
    following.get_by_text("到5月8日：区里开始公示").click()
    expect(day).to_have_text("2026年5月8日星期五")
    page.get_by_role("button", name="往后七天").click()
    page.get_by_role("button", name="往后一天").click()
    page.get_by_role("button", name="English").click()
    expect(day).to_have_text(re.compile("Saturday,? 16 May 2026"))
    expect(following).to_have_text("To 22 May: the district's list opens")
    page.get_by_role("button", name="Back one day").click()
    expect(day).to_have_text(re.compile("Friday,? 15 May 2026"))
    page.route("**/demo/api/clock", lambda route: route.abort())
    page.get_by_role("button", name="On by one day").click()
    expect(page.locator("#clock-notice")).to_contain_text("did not move")


def test_the_office_decides_a_case(open_page: Open) -> None:
    """The officer reads what was said, never by whom; without a reason nothing is decided, nor what isn't his; while he
    writes, the sheet stands still."""
    page = open_page()
    sheets = page.locator("#cases .case")
    expect(sheets).to_have_count(2)
    expect(page.locator("#office-count")).to_have_text("2")
    mine = sheets.first
    expect(mine.get_by_role("heading")).to_have_text("松湾村 · 区级名单 · 第 7 号")
    expect(mine).to_contain_text("清溪区 何国华办理，5月10日前答复，2 人反映")
    mine.get_by_text("打开来看").click()
    expect(mine.locator("li")).to_have_text(["年龄不对：他才五十八", "<b>大家都知道</b>"])
    expect(sheets.last.get_by_role("button")).to_have_count(0)
    mine.get_by_role("button", name="不属实").click()
    reason = mine.get_by_label("理由")
    expect(reason).to_be_focused()
    reason.fill("不归我管")
    with page.expect_response("**/demo/api/cases"):
        expect(reason).to_have_value("不归我管")
    mine.get_by_role("button", name="不属实").click()
    expect(page.locator("#office-notice")).to_contain_text("没有决定成")
    reason.fill("上门核实过，符合条件。")
    with page.expect_request("**/demo/api/cases/1") as asked:
        mine.get_by_role("button", name="不属实").click()
    assert asked.value.post_data_json == {"verdict": "dismissed", "reason": "上门核实过，符合条件。"}
    expect(sheets).to_have_count(1)
    expect(page.locator("#office-notice")).to_be_hidden()


def test_residents_keep_their_screens_apart(open_page: Open, demo: Demo) -> None:
    """What one resident got another does not see; who has no smartphone or no phone is shown so."""
    page = open_page()
    demo.unasked(demo.residents[0], "只给第一位。")
    expect(texts(page)).to_contain_text("只给第一位。")
    for resident, gone in ((demo.residents[2], "#chat"), (demo.residents[3], "#sms")):
        page.get_by_role("radio", name=resident.label_zh).check()
        expect(page.locator(f"{gone}-absent")).to_be_visible()
    page.get_by_role("radio", name=demo.residents[2].label_zh).check()
    expect(texts(page)).not_to_contain_text("只给第一位。")


def test_the_screen_is_empty_at_once_for_another(open_page: Open, demo: Demo) -> None:
    """While the providers are slow to tell the next resident's messages, the last one's are gone already."""
    page = open_page()
    page.locator("#sms-text").fill("2")
    page.locator("#sms-send").click()
    expect(page.locator("#texts .sms.received")).to_have_count(1)
    page.route(re.compile("/screens"), lambda _route: None)  # neither answered nor refused
    page.get_by_role("radio", name=demo.residents[1].label_zh).check()
    assert page.locator("#texts .sms").count() == 0
    page.unroute_all(behavior="ignoreErrors")


def test_markup_in_messages_is_inert(open_page: Open, demo: Demo) -> None:
    """A message that holds HTML is shown as it was written, on both screens, and runs nothing."""
    page = open_page()
    attack = '<script>alert(1)</script><img src="x" onerror="alert(2)"><b>粗</b>'
    page.locator("#sms-text").fill(attack)
    page.locator("#sms-send").click()
    page.locator("#chat-text").fill(attack)
    page.locator("#chat-text").press("Enter")
    demo.unasked(demo.residents[0], attack)
    for place in (texts(page), bubbles(page)):
        expect(place.locator("li.received", has_text="<script>alert(1)</script>")).to_have_count(2)
        assert place.locator("script, img, b").count() == 0


def test_a_line_that_is_down_says_so(open_page: Open) -> None:
    """Where the line does not answer, the text is marked and the page says to try again later."""
    page = open_page()
    page.route("**/demo/api/*/sms", lambda route: route.fulfill(status=502, json={"error": "line_down"}))
    page.locator("#sms-text").fill("2")
    page.locator("#sms-send").click()
    expect(page.locator("#sms-notice")).to_have_text("发不出去，稍后再试。")
    page.route("**/demo/api/*/screens*", lambda route: route.abort())
    expect(page.locator("#page-notice")).to_contain_text("没有开")
    page.unroute("**/demo/api/*/screens*")
    expect(page.locator("#page-notice")).to_be_hidden()


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [(WIDE, "light", "zh"), (WIDE, "dark", "en"), (NARROW, "light", "en"), (NARROW, "dark", "zh")],
    ids=["1280-light-zh", "1280-dark-en", "375-light-en", "375-dark-zh"],
)
def test_it_fits_the_window(open_page: Open, artefacts: Path, size: tuple[int, int], theme: str, language: str) -> None:
    """No sideways scrolling at 1280 and 375 px, in both themes and languages, with long messages on both screens."""
    page = open_page(size, theme, reduced_motion="reduce")
    page.locator(f"[data-language={language}]").click()
    expect(page.locator("#clock-next")).to_be_visible()
    page.locator("#cases summary").click()
    page.locator("#sms-chips button").last.click()
    page.locator("#sms-text").fill("长" * 90 + "x" * 90)
    page.locator("#sms-send").click()
    page.locator("#keypad [data-key='2']").click()
    page.locator("#sms-send").click()
    expect(page.locator("#texts .received")).to_have_count(3)
    page.locator("#chat-start").click()
    expect(page.locator("#bubbles .button-row button")).to_have_count(4)
    page.screenshot(path=artefacts / f"phone-page-{size[0]}-{theme}-{language}.png", full_page=True)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size[0]
    outside = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert outside == 0


def test_everything_has_a_name_and_can_be_reached(open_page: Open) -> None:
    """Every control has a name, is at least 40 px high, and is reached by Tab alone."""
    page = open_page()
    page.locator("#chat-start").click()
    expect(page.locator("#bubbles .button-row button")).to_have_count(4)
    page.locator("#cases summary").click()
    controls = page.locator("button:visible, input:visible, textarea:visible, summary:visible")
    named = "e => (e.ariaLabel || e.innerText || e.labels?.[0]?.innerText || '').trim() !== ''"
    nameless = controls.evaluate_all(f"all => all.filter(e => !({named})(e)).map(e => e.outerHTML)")
    assert nameless == []
    assert min(controls.evaluate_all("all => all.map(e => Math.round(e.getBoundingClientRect().height))")) >= 40
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.innerText"))
    assert {
        "sms-text",
        "sms-send",
        "menu-button",
        "chat-text",
        "1 查资格",
        "texts",
        "bubbles",
        "clock-next",
        "不属实",
    } <= reached


PAIRS = [
    ("body", "--ink", "--paper"),
    ("body", "--soft-ink", "--paper"),
    ("body", "--soft-ink", "--card"),
    ("body", "--soft-ink", "--accent-wash"),
    ("body", "--accent", "--card"),
    ("body", "--accent", "--accent-wash"),
    ("body", "--accent-ink", "--accent"),
    ("body", "--warn-ink", "--warn-wash"),
    ("body", "--warn-ink", "--card"),
    (".keypad-phone", "--lcd-ink", "--lcd"),
    (".keypad-phone", "--lcd-soft", "--lcd"),
    (".keypad-phone", "--key-ink", "--key"),
    (".chat-window", "--bubble-ink", "--mine"),
    (".chat-window", "--bubble-soft", "--mine"),
    (".chat-window", "--bubble-soft", "--theirs"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_told_apart(open_page: Open, theme: str) -> None:
    """Every pair of text and ground has a contrast of 4.5 to 1 at least (WCAG 2.2, 1.4.3), in both themes."""
    page = open_page(theme=theme)
    too_faint = []
    for selector, *names in PAIRS:
        style = "([selector, name]) => getComputedStyle(document.querySelector(selector)).getPropertyValue(name).trim()"
        high, low = sorted((_luminance(page.evaluate(style, [selector, name])) for name in names), reverse=True)
        if (high + 0.05) / (low + 0.05) < 4.5:
            too_faint.append((*names, round((high + 0.05) / (low + 0.05), 2)))
    assert too_faint == []


def _luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
