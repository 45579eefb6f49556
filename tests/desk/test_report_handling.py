"""`jiangfu reports`: closed, destroyed, rewarded; whose bundle it is, and with which key it opens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.confidentiality.receipt import Secrets
from core.confidentiality.report_keys import FILE
from core.db import transaction
from core.domain.report import Report
from core.services.reports.answers import Answer, Standing, compose
from tests.desk.conftest import Inspector
from tests.districts import ADMIN_PHONE, INSPECTOR_PHONE, OFFICER_PHONE
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY

pytestmark = on_sqlite


def test_closing_and_destruction(inspector: Inspector, receipt: Secrets) -> None:
    """Closed, it is kept for the time of the settings, and then goes with its key; so it does at once on demand."""
    inspector.fetch()
    handle = inspector.only_handle()
    done = inspector("close", handle, "钱已退还。", "--verdict", "true", "--out", str(inspector.answers))
    assert done.status == 0
    inspector.bring()
    found = inspector.found(receipt)
    assert found is not None
    assert found.is_closed
    assert found.standing is Standing.TRUE
    with transaction(inspector.channel.sessions) as session:
        report = session.scalars(select(Report)).one()
    assert report.destroy_on == MID_MAY.date() + timedelta(days=180)
    keys = inspector.channel.settings.report_keys_dir / FILE
    inspector.channel.move(report.destroy_on - timedelta(days=1))
    assert report.id.hex() in keys.read_text()
    inspector.channel.move(report.destroy_on)
    assert report.id.hex() not in keys.read_text()
    assert inspector.found(receipt) is None


def test_destroyed_at_once(inspector: Inspector, receipt: Secrets) -> None:
    """By the inspector who has it; nobody else's command even says that there is such a report."""
    inspector.fetch()
    handle = inspector.only_handle()
    for named, status in (("+8613907319001", 1), (OFFICER_PHONE, 1), (INSPECTOR_PHONE, 0)):
        done = inspector.jiangfu("reports", "destroy", handle, "--as", named)
        assert done.status == status
        assert status == 0 or done.err == "jiangfu: There is no such report among yours.\n"
    assert inspector.found(receipt) is None
    assert '"reports": {}' in (inspector.channel.settings.report_keys_dir / FILE).read_text()


def test_a_reward_is_fetched_with_its_word_alone(inspector: Inspector, receipt: Secrets) -> None:
    """The author reads a word that neither the inspector nor the server has seen; it is good once, at any counter."""
    inspector.fetch()
    granted = inspector("grant", inspector.only_handle(), "--amount", "500", "--out", str(inspector.answers))
    assert inspector.bring().out.startswith("2 taken in")
    found = inspector.found(receipt)
    assert found is not None
    (answer,) = found.answers
    assert (answer.amount, len(answer.word)) == (500, 6)
    assert answer.word not in granted.out + inspector.answers.read_text()
    counter = ("reports", "reward", answer.word, "--as", OFFICER_PHONE)
    assert inspector.jiangfu(*counter).out == "Hand over 500 yuan. The word is used up.\n"
    again = inspector.jiangfu(*counter)
    assert (again.status, again.err) == (1, "jiangfu: This reward was handed over on 2026-05-12.\n")
    wrong = inspector.jiangfu("reports", "reward", "山水火土木石", "--as", OFFICER_PHONE)
    assert wrong.status == 1


def test_the_citys_bundle_is_sent_by_an_administrator(inspector: Inspector) -> None:
    """Who sends it sees nothing of it; the city's inspector opens it."""
    from core.domain.area import Level
    from core.services.reports.inspecting import open_bundle

    channel = inspector.channel
    channel.file("区里也有份", now=MID_MAY - timedelta(days=1), levels=(Level.DISTRICT,))
    channel.move(MID_MAY.date())
    out = inspector.folder / "city.jf"
    assert inspector.jiangfu("reports", "export", str(out), "--city", "--as", INSPECTOR_PHONE).status == 1
    assert inspector.jiangfu("reports", "export", str(out), "--city", "--as", ADMIN_PHONE).status == 0
    (case,) = open_bundle(out.read_bytes(), [channel.inspectors.keys["city"]]).cases
    assert case.opened.messages == ("区里也有份",)
    answer = Answer("2026-05-12T10:00:00", Standing.EXAMINING, "收到。")
    city = channel.inspectors.keys["city"]
    line = compose(city, case.id, case.answer_key, [city.public_half.sealing], answer)
    inspector.answers.write_text(line + "\n")
    assert inspector.bring().out == "1 taken in, 0 known before, 0 refused\n"


def test_rotation_keeps_old_reports_readable(inspector: Inspector, receipt: Secrets) -> None:
    """After a new key has taken the place of the old one, both named, old reports open and are answered with the new."""
    jiangfu, new = inspector.jiangfu, inspector.folder / "new.key"
    jiangfu("reports", "keygen", str(new))
    jiangfu("reports", "key", "add", f"{new}.pub", "--staff", INSPECTOR_PHONE, "--as", INSPECTOR_PHONE)
    numbers = [line.split("\t")[0] for line in jiangfu("reports", "key", "list").out.splitlines()]
    old = numbers[-3]
    assert jiangfu("reports", "key", "revoke", old, "--as", INSPECTOR_PHONE).status == 0
    assert jiangfu("reports", "key", "list").out.splitlines()[-3].endswith("not in use")
    inspector.fetch()
    bundle = str(inspector.folder / "bundle.jf")
    alone = jiangfu("reports", "list", bundle, "--key", str(new))
    assert alone.out == ""
    assert alone.err.startswith("1 more need an older key of yours: name it with another --key.\n")
    both = ("--key", str(new), "--key", str(inspector.key))
    handle = jiangfu("reports", "list", bundle, *both).out.split("\t")[0]
    assert jiangfu("reports", "answer", bundle, handle, "好。", *both, "--out", str(inspector.answers)).status == 0
    assert inspector.bring().status == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "ffffffff"), "no report of the bundle is called so"),
        (("close", "ffffffff", "--verdict", "true", "--out", "x"), "no report of the bundle is called so"),
    ],
)
def test_an_unknown_report(inspector: Inspector, receipt: Secrets, words: tuple[str, ...], says: str) -> None:
    """One line that says what to do."""
    inspector.fetch()
    done = inspector(*words)
    assert done.status == 1
    assert says in done.err


def test_the_wrong_passphrase(inspector: Inspector, receipt: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opens nothing."""
    inspector.fetch()
    monkeypatch.setenv("JIANGFU_PASSPHRASE", "five green persimmons")
    done = inspector("list")
    assert (done.status, done.err) == (1, "jiangfu: The passphrase is wrong.\n")


def test_only_inspectors_export(inspector: Inspector) -> None:
    """An officer or an administrator takes nothing away."""
    for phone in (OFFICER_PHONE, ADMIN_PHONE):
        done = inspector.fetch(phone)
        assert (done.status, "Only inspectors" in done.err) == (1, True)
