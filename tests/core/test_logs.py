"""core/logs: at the loudest level nothing of a person gets out, and what we mean to say does, as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.core.loud_process import CANARIES, LIBRARIES

ROOT = Path(__file__).parents[2]


@cache
def _output() -> tuple[int, str, str]:
    """What a process in which everything logs a person gives back, prints, and logs."""
    command = [sys.executable, "-X", "dev", "-m", "tests.core.loud_process"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def _events(name: str, **fields: Any) -> list[dict[str, Any]]:
    events = [json.loads(line) for line in _output()[2].splitlines()]
    return [event for event in events if event["event"] == name and fields.items() <= event.items()]


@pytest.mark.parametrize("canary", CANARIES)
def test_nothing_of_a_person_gets_out(canary: str) -> None:
    """Not by our own mistake, by no library, at no level, by no exception that nobody caught; nor in any escape."""
    _status, printed, logged = _output()
    plain = "".join(json.dumps(json.loads(line), ensure_ascii=False) for line in logged.splitlines())
    for text in (printed, logged, plain):
        assert canary not in text
    assert json.dumps(canary)[1:-1] not in logged
    assert canary.encode().hex() not in logged


def test_every_line_is_one_json_event() -> None:
    """A collector can read each line; each says when, how grave, and from which part."""
    status, printed, logged = _output()
    events = [json.loads(line) for line in logged.splitlines()]
    assert (status, printed) == (1, "")
    assert all({"event", "level", "timestamp"} <= event.keys() for event in events)
    assert {event["part"] for event in events if event["event"] != "uncaught_exception"} <= {"web"}


def test_our_own_events_come_out_as_meant() -> None:
    """Row ids, providers' references, request ids and instants are not masked."""
    [sent] = _events("message_sent")
    assert {key: sent[key] for key in ("row", "channel", "reference", "took", "level", "part")} == {
        "row": 4711,
        "channel": "sms",
        "reference": "SM0123456789abcdef0123456789abcdef",
        "took": 0.25,
        "level": "info",
        "part": "web",
    }
    [request] = _events("request")
    assert request["id"] == "550e8400-e29b-41d4-a716-446655440000"
    assert request["at"] == "2026-05-12T10:00:00.123456+08:00"
    assert request["timestamp"].endswith("Z")


def test_what_we_put_there_by_mistake_is_masked() -> None:
    """The last resort leaves a mark where something was, so that the mistake is seen and can be mended."""
    [mistake] = _events("mistake")
    assert mistake["phone"] == mistake["id_number"] == mistake["number"] == mistake["spaced"] == "[number]"
    assert (mistake["name"], mistake["token"]) == ("[words]", "[token]")
    [below] = _events("mistake_below")
    assert below["fields"] == {"[number]": ["[words]", {"url": "https://api.telegram.org/bot[token]/getMe"}]}
    [of_type] = _events("mistake_of_type")
    assert (of_type["update"], of_type["raw"], of_type["number"]) == ("<Loaded>", "<bytes>", "[number]")


def test_an_exception_is_told_by_types_and_places() -> None:
    """Both links of the chain are there, each with the functions it came through."""
    [caught] = _events("caught")
    first, cause = caught["exceptions"]
    assert (first["type"], cause["type"]) == ("builtins.KeyError", "builtins.ValueError")
    assert [place.split(":")[2] for place in first["stack"]] == ["our_events", "fail"]
    assert [place.split(":")[2] for place in cause["stack"]] == ["fail"]


@pytest.mark.parametrize("library", [name for name in LIBRARIES if name != "jieba"])
def test_a_library_that_warns_is_told_by_its_place(library: str) -> None:
    """Who spoke, where, and of which exception, comes out; of the text no more than the library's own code says."""
    told = [event for event in _events("library_message", library=library) if event["at"].startswith("loud_process:")]
    assert {event["level"] for event in told} == {"warning", "error", "critical"}
    assert {event.get("message") for event in told} == {None, "sent %s", "%d", "while %s"}
    assert any("exceptions" in event for event in told)


def test_the_schedulers_words_are_job_names() -> None:
    """Which job was late, or failed, is told."""
    told = [event for event in _events("library_message") if event["library"].startswith("apscheduler")]
    assert any(event["message"] == 'Run time of job "reminders" was missed by 0:01:00' for event in told)
    assert any("raised an exception" in event["message"] and "exceptions" in event for event in told)


def test_what_nobody_caught_is_told() -> None:
    """A dead thread, a forgotten task, a destructor, a warning and the end of the process leave their line."""
    assert len(_events("uncaught_exception", level="critical")) >= 3
    assert _events("library_message", library="asyncio")
    assert [event["category"] for event in _events("python_warning") if "loud_process" in event["at"]] == [
        "UserWarning"
    ]
