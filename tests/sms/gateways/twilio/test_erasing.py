"""What was told in confidence leaves no record at Twilio: neither the message that began it nor any answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.clock import machine_now
from core.confidentiality.vault import Vault
from core.db import transaction
from core.delivery.eraser import Eraser
from core.delivery.erasing import Erasure
from core.delivery.to_erase import ToErase
from core.settings import Settings
from sms.gateways.twilio.marks import mark_of, says_erase
from sms.gateways.twilio.sender import TwilioSender
from tests.conversations.stage import Stage
from tests.core.dialogue.reporting.confidant import BEGIN, TEXTS
from tests.engines import on_sqlite
from tests.inspectors import CHEAP_SETTINGS, hardener, settle_inspectors
from tests.lines import eventually
from tests.stopped_clock import StoppedClock

PHONE, OTHER = "+8613800138000", "+8613900139000"


class Later:
    """The machine's clock, moved on by the test."""

    by = timedelta()

    def __call__(self) -> object:
        return machine_now() + self.by


@pytest.fixture
def later() -> Later:
    """Not moved yet."""
    return Later()


@pytest.fixture
def stage(
    database_url: str,
    keys_dir: Path,
    scheme_clock: StoppedClock,
    settings: Callable[..., Settings],
    tmp_path: Path,
    later: Later,
) -> Iterator[Stage]:
    """The line behind the emulated Twilio, with inspectors."""
    with Stage(database_url, scheme_clock, lambda **fields: settings(**fields, **CHEAP_SETTINGS)) as built:
        with transaction(built.line.sessions) as session:
            settle_inspectors(session, built.vault, tmp_path)
        built.line.__dict__["hardener"] = hardener()
        built.line.__dict__["to_erase"] = ToErase(built.line.sessions, built.vault, "sms", later)  # type: ignore[arg-type]
        yield built


def says(stage: Stage, *texts: str, phone: str = PHONE) -> list[str]:
    """A phone texts; what came back to the last."""
    said = [stage.providers.carrier.text_in(phone, text) for text in texts]
    return said[-1]


def records(stage: Stage) -> list[tuple[str, str]]:
    """What Twilio keeps: direction and text of each message."""
    kept = stage.providers.carrier.store.newest_first(None, lambda _message: True)
    return [(message.direction, message.body) for message in kept]


def delivered(stage: Stage) -> bool:
    """Whether every answer has arrived and been reported."""
    return all(status in {"delivered", "received"} for status in _statuses(stage))


def _statuses(stage: Stage) -> list[str]:
    return [message.status for message in stage.providers.carrier.store.newest_first(None, lambda _message: True)]


def noted(stage: Stage) -> int:
    """How many ids wait in memory."""
    return len(stage.line.to_erase._since)


@on_sqlite
def test_every_record_of_the_talk_goes_and_no_other(stage: Stage, later: Later) -> None:
    """Both ways, from the 4 that opened it to the last answer; what others say, and this phone before, stays."""
    says(stage, "菜单")
    says(stage, "2", phone=OTHER)
    before = records(stage)
    number = says(stage, *BEGIN, *TEXTS, "完")[0][3:22]
    assert says(stage, number)[0].startswith("对上了")
    messages = len(records(stage)) - len(before)
    assert messages == 8 + 6  # said, and answered
    eventually(lambda: noted(stage) == messages, "not every answer was reported")
    eraser = Eraser(stage.line.sessions, stage.vault, TwilioSender(stage.settings), None)
    assert stage.line.to_erase.write_due() == 0
    assert not eraser.step()
    later.by = timedelta(minutes=11)
    assert stage.line.to_erase.write_due() == messages
    eventually(lambda: delivered(stage), "not all answers were delivered")
    assert eraser.step()
    assert records(stage) == before
    with transaction(stage.line.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Erasure)) == 0


@on_sqlite
def test_what_is_still_under_way_is_tried_again(stage: Stage, later: Later) -> None:
    """Twilio refuses (20009) until the message has arrived; until then the erasure stays noted."""
    says(stage, "菜单")
    stage.providers.carrier.held = True
    says(stage, "4")
    stage.line.to_erase.add(stage.providers.carrier.store.newest_first(PHONE, lambda _message: True)[0].sid)
    later.by = timedelta(minutes=11)
    assert stage.line.to_erase.write_due() == 2
    eraser = Eraser(stage.line.sessions, stage.vault, TwilioSender(stage.settings), None, later)  # type: ignore[arg-type]
    assert eraser.step()
    (held,) = stage.providers.carrier.store.newest_first(PHONE, lambda message: message.status == "queued")
    stage.providers.carrier.settle(held, "delivered")
    later.by += timedelta(minutes=1)
    assert eraser.step()
    assert not [body for _direction, body in records(stage) if "不问姓名" in body]
    assert not eraser.step()


@on_sqlite
def test_old_records_are_listed_and_go(stage: Stage, later: Later) -> None:
    """After the hours of the settings, every record, either way; the last day's stay."""
    says(stage, "菜单")
    eventually(lambda: delivered(stage), "not all answers were delivered")
    store = stage.providers.carrier.store
    for message in store.newest_first(None, lambda _message: True):
        message.created -= timedelta(hours=30)
        message.sent = message.created
    says(stage, "2")
    eventually(lambda: delivered(stage), "not all answers were delivered")
    assert Eraser(stage.line.sessions, stage.vault, TwilioSender(stage.settings), timedelta(hours=24)).sweep() >= 2
    assert {body for direction, body in records(stage) if direction == "inbound"} == {"2"}


def test_no_log_can_tell_which_answers_are_to_go(vault: Vault) -> None:
    """The callback's mark says it to us alone: the same for the same message, and alike for all others."""
    erase, keep = mark_of(vault, "SM1", erase=True), mark_of(vault, "SM1", erase=False)
    assert erase == mark_of(vault, "SM1", erase=True)
    assert (says_erase(vault, erase), says_erase(vault, keep)) == (True, False)
    assert len(erase) == len(keep) == 32
    assert not any(says_erase(vault, mark) for mark in ("", "x", erase[:-1], erase[:16], "0" * 32))


@on_sqlite
def test_no_answers_length_tells_which_it_is(stage: Stage) -> None:
    """Nothing, a line or a menu: the document is as long, and every answer has a callback of one length."""
    from tests.conversations.phones import KeypadPhone

    phone, lengths = KeypadPhone(stage, PHONE), set()
    for text in ("菜单", "2", *BEGIN, TEXTS[0]):
        url = f"{stage.settings.public_url}/sms/inbound"
        form = {"From": PHONE, "To": "+8610", "Body": text, "NumMedia": "0", "MessageSid": f"SM{text}"}
        signed = {"X-Twilio-Signature": phone._sign(url, form)}
        lengths.add(len(stage.http.post(url, data=form, headers=signed).content))
    assert len(lengths) == 1
