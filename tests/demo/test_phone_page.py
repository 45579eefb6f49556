"""The phone page's server side: what it shows of a resident, and what it lets a browser do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from demo.phone_page import Resident, phone_page
from tests.demo.conftest import Providers, RecordingLine

RESIDENTS = [
    Resident("li", "李秀英", "Li Xiuying", "+8613800000001", 5001, "发 2", "text 2"),
    Resident("zhao", "赵大山", "Zhao Dashan", "+8613800000003", None, "没有智能手机", "no smartphone"),
    Resident("sun", "孙小敏", "Sun Xiaomin", None, 5004, "可用英文", "in English"),
]


def client_for(url: str) -> FlaskClient:
    """The page in front of the providers at `url`."""
    app = Flask("page")
    app.register_blueprint(phone_page(url, RESIDENTS))
    return app.test_client()


@pytest.fixture
def page(providers: Providers) -> Iterator[FlaskClient]:
    """The page in front of running providers."""
    yield client_for(providers.url)


def test_the_page_loads_nothing_from_elsewhere(page: FlaskClient) -> None:
    """The policy sent with the page lets a browser fetch from this server alone, and the page names no other."""
    answer = page.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy
    assert "unsafe" not in policy
    assert "//" not in answer.text.replace("http://www.w3.org/2000/svg", "")


def test_a_label_cannot_end_the_page_s_data(providers: Providers) -> None:
    """A name with markup in it stays a name."""
    odd = Resident("x", "</script><script>alert(1)</script>", "x", None, None, "", "")
    app = Flask("page")
    app.register_blueprint(phone_page(providers.url, [odd]))
    assert "<script>alert" not in app.test_client().get("/").text


def test_a_resident_s_two_screens(page: FlaskClient, line: RecordingLine) -> None:
    """What he sends by either way stands on his own screens, and nobody else's."""
    line.twiml = '<Response><Message action="/sms/status">好</Message></Response>'
    assert page.post("/demo/api/li/sms", json={"text": "2"}).json == {"replies": ["好"]}
    assert page.post("/demo/api/li/chat/text", json={"text": "/menu"}).status_code == 200
    line.wait_for_receipts(3)
    screens = page.get("/demo/api/li/screens?language=zh").json
    assert [e["text"] for e in screens["sms"]["entries"]] == ["2", "好"]
    assert [e["text"] for e in screens["chat"]["entries"]] == ["/menu"]
    others = page.get("/demo/api/zhao/screens").json
    assert (others["sms"]["entries"], others["chat"]) == ([], None)


def test_he_shares_his_own_number(page: FlaskClient, providers: Providers) -> None:
    """The contact button sends the resident's own card, as Telegram would."""
    page.post("/demo/api/li/language", json={"language": "en"})
    page.post("/demo/api/li/chat/contact", json={})
    (update,) = providers.state.bot.feed.poll(0, 10, 0, None)
    card = {"phone_number": "8613800000001", "first_name": "Li Xiuying", "user_id": 5001}
    assert (update["message"]["contact"], update["message"]["from"]["language_code"]) == (card, "en")


REFUSED: list[tuple[str, str, dict[str, Any], int]] = [
    ("somebody unknown", "/demo/api/nobody/sms", {"json": {"text": "2"}}, 404),
    ("a phone where there is none", "/demo/api/sun/sms", {"json": {"text": "2"}}, 404),
    ("a chat where there is none", "/demo/api/zhao/chat/text", {"json": {"text": "2"}}, 404),
    ("an act that residents don't have", "/demo/api/li/chat/block", {"json": {}}, 404),
    ("nothing to send", "/demo/api/li/sms", {"json": {"text": "  "}}, 400),
    ("more than a phone can send", "/demo/api/li/sms", {"json": {"text": "好" * 1001}}, 400),
    ("a form, which any page could post", "/demo/api/li/sms", {"data": {"text": "2"}}, 415),
    ("another site", "/demo/api/li/sms", {"json": {"text": "2"}, "headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
]


@pytest.mark.parametrize(("label", "path", "request_", "status"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_the_page_refuses(page: FlaskClient, label: str, path: str, request_: dict[str, Any], status: int) -> None:
    """Only the residents on the page can be acted as, and only by the page itself."""
    assert (label, page.post(path, **request_).status_code) == (label, status)


def test_trouble_has_a_name(page: FlaskClient, line: RecordingLine) -> None:
    """A line that is down, a button that is gone and providers that don't run are told apart."""
    line.status = 500
    down = page.post("/demo/api/li/sms", json={"text": "2"})
    assert (down.status_code, down.json) == (502, {"error": "line_down"})
    gone = page.post("/demo/api/li/chat/press", json={"message_id": 99, "data": "1:y"})
    assert (gone.status_code, gone.json) == (409, {"error": "no_such_button"})
    alone = client_for("http://127.0.0.1:9")
    for answer in (alone.get("/demo/api/li/screens"), alone.post("/demo/api/li/sms", json={"text": "2"})):
        assert (answer.status_code, answer.json) == (503, {"error": "providers_down"})
