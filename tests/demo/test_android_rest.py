"""The emulated SMSGate, driven by its maker's own client: what a true gateway's user would see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from android_sms_gateway import APIClient, Message, ProcessState, TextMessage
from android_sms_gateway.errors import APIError
from android_sms_gateway.http import HttpxHttpClient

from demo.android_emulator import DEMO_ACCOUNT
from tests.demo.conftest import Providers
from tests.lines import eventually

PHONE = "+8613800000001"
ROOTS = ["/3rdparty/v1", "/local"]

Make = Callable[..., APIClient]


@pytest.fixture
def client(providers: Providers) -> Iterator[Make]:
    """Makes the maker's client, by default with the demo's account, at the path of the server."""
    with httpx.Client(timeout=0.5, trust_env=False) as http:

        def make(password: str = DEMO_ACCOUNT.password, root: str = ROOTS[0]) -> APIClient:
            url = f"{providers.url}{root}"
            return APIClient(DEMO_ACCOUNT.login, password, base_url=url, http=HttpxHttpClient(http))

        yield make


def text(words: str = "名单明天张榜", **fields: Any) -> Message:
    """A message under an id of its own."""
    return Message(**{"phone_numbers": [PHONE], "text_message": TextMessage(words), "id": "row-1", **fields})


def accepted(providers: Providers) -> list[dict[str, object]]:
    """How often each text was accepted for each number, over HTTP as a separate process would ask."""
    return list(providers.http.get("/phones/android/accepted").json())


@pytest.mark.parametrize("root", ROOTS)
def test_a_message_is_accepted_and_delivered(providers: Providers, client: Make, root: str) -> None:
    """At once it is pending, under the id that was given; then the phone has it, and says so when asked."""
    gateway = client(root=root)
    taken = gateway.send(text())
    assert (taken.id, taken.state, taken.device_id) == ("row-1", ProcessState.Pending, DEMO_ACCOUNT.device)
    eventually(lambda: gateway.get_state("row-1").state is ProcessState.Delivered)
    shown = providers.http.get(f"/phones/sms/{PHONE}").json()["entries"]
    assert [entry["text"] for entry in shown] == ["名单明天张榜"]
    assert accepted(providers) == [{"to": PHONE, "text": "名单明天张榜", "count": 1}]


def test_an_id_is_accepted_once(providers: Providers, client: Make) -> None:
    """409 for the second, whatever it says; the repeats are counted."""
    gateway = client()
    gateway.send(text())
    for words in ("名单明天张榜", "别的话"):
        with pytest.raises(APIError) as caught:
            gateway.send(text(words))
        assert caught.value.status_code == 409
    rows = providers.http.get("/phones/android/messages").json()
    assert [(row["id"], row["text"], row["repeats"]) for row in rows] == [("row-1", "名单明天张榜", 2)]


@pytest.mark.parametrize(
    ("label", "fields", "words"),
    [
        ("no number", {"phone_numbers": ["12"]}, "phone number"),
        ("a landline", {"phone_numbers": ["+8673184887000"]}, "phone number"),
        ("an id that is too long", {"id": "x" * 37}, "ID"),
        ("no text", {"text_message": TextMessage("")}, "text"),
        ("another phone", {"device_id": "elsewhere"}, "not found"),
        ("a life too short", {"ttl": 4}, "TTL"),
        ("a priority beyond all", {"priority": 128}, "priority"),
    ],
)
def test_what_the_true_one_refuses_is_refused(
    providers: Providers, client: Make, label: str, fields: dict[str, Any], words: str
) -> None:
    """400 with a reason, and nothing is taken."""
    with pytest.raises(APIError) as caught:
        client().send(text(**fields))
    assert caught.value.status_code == 400
    assert words in str(caught.value.response)
    assert accepted(providers) == []


def test_without_the_password_nothing_is_shown(providers: Providers, client: Make) -> None:
    """401, for sending and for asking."""
    for act in (lambda: client("wrong").send(text()), lambda: client("wrong").get_state("row-1")):
        with pytest.raises(APIError) as caught:
            act()
        assert caught.value.status_code == 401
    assert accepted(providers) == []


def test_what_was_never_sent_is_not_found(client: Make) -> None:
    """404."""
    with pytest.raises(APIError) as caught:
        client().get_state("row-1")
    assert caught.value.status_code == 404


@pytest.mark.parametrize(("kind", "status"), [("throttle", 429), ("error", 500)])
def test_a_gateway_that_says_no_took_nothing(providers: Providers, client: Make, kind: str, status: int) -> None:
    """429 (with the wait) and 500 last for as many requests as asked."""
    providers.fault(provider="android", kind=kind, times=1, seconds=7)
    with pytest.raises(APIError) as caught:
        client().send(text())
    answer = caught.value.__cause__.response  # type: ignore[union-attr]
    assert (caught.value.status_code, answer.headers.get("Retry-After")) == (status, "7" if status == 429 else None)
    assert accepted(providers) == []
    client().send(text())
    assert len(accepted(providers)) == 1


@pytest.mark.parametrize(("kind", "taken"), [("drop", 0), ("lose", 1), ("stall", 1)])
def test_a_connection_that_breaks_leaves_doubt(providers: Providers, client: Make, kind: str, taken: int) -> None:
    """To the client a break before the work and one after it look alike; its list, or the repeat, tells."""
    providers.fault(provider="android", kind=kind, times=1, seconds=30)
    with pytest.raises(httpx.HTTPError):
        client().send(text())
    assert len(accepted(providers)) == taken


def test_a_phone_that_cannot_send_says_so_later(providers: Providers, client: Make) -> None:
    """Accepted first; then it has failed, for the reason given."""
    reason = "Send result: RESULT_ERROR_NO_SERVICE"
    providers.fault(provider="android", kind="reject", text=reason, times=1)
    client().send(text())
    eventually(lambda: client().get_state("row-1").state is ProcessState.Failed)
    [recipient] = client().get_state("row-1").recipients
    assert recipient.error == reason
    assert providers.http.get(f"/phones/sms/{PHONE}").json()["entries"] == []


def test_a_reset_forgets_everything(providers: Providers, client: Make) -> None:
    """The next test begins anew, and the id may be used again."""
    client().send(text())
    providers.http.post("/phones/reset", json={})
    assert accepted(providers) == []
    assert client().send(text()).id == "row-1"
