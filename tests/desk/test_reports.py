"""`jiangfu reports`: from a key pair on the inspector's machine to an answer that only the receipt opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.confidentiality import inspector_key
from core.confidentiality.inspector_key import InspectorKey
from core.confidentiality.receipt import Secrets, draw_receipt
from core.confidentiality.report_keys import FILE
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.report import Report
from core.services.reports.answers import Answer, Standing, compose
from core.services.reports.filing import lookup_hash
from core.services.reports.returning import Found, find
from core.settings import Settings
from tests.desk.conftest import Done, Jiangfu
from tests.districts import ADMIN_PHONE, INSPECTOR_PHONE, OFFICER_PHONE
from tests.engines import on_sqlite
from tests.inspectors import CHEAP_SETTINGS, Channel, settle_inspectors
from tests.stopped_clock import MID_MAY

pytestmark = on_sqlite

TEXTS = ("三组的老周，女儿不止两个。", "钱有一半给了村里的人。")


@dataclass
class Inspector:
    """The district's inspector with a machine of his own, and the installation that he works with."""

    jiangfu: Jiangfu
    channel: Channel
    folder: Path

    def __call__(self, command: str, *words: str) -> Done:
        """A command on his own machine, on the bundle there."""
        return self.jiangfu("reports", command, str(self.folder / "bundle.jf"), *words, "--key", str(self.key))

    @property
    def key(self) -> Path:
        """His private key."""
        return self.folder / "zhou.key"

    @property
    def answers(self) -> Path:
        """What he brings back."""
        return self.folder / "answers.jf"

    def fetch(self, phone: str = INSPECTOR_PHONE) -> Done:
        """Export the bundle."""
        return self.jiangfu("reports", "export", str(self.folder / "bundle.jf"), "--as", phone)

    def bring(self) -> Done:
        """Import the answers."""
        return self.jiangfu("reports", "import-answers", str(self.answers), "--as", INSPECTOR_PHONE)

    def only_handle(self) -> str:
        """The one report of the bundle."""
        return self("list").out.split("\t")[0]

    def found(self, receipt: Secrets) -> Found | None:
        """What the receipt finds."""
        with transaction(self.channel.sessions) as session:
            return find(session, self.channel.vault, self.channel.report_keys, receipt)


@pytest.fixture
def inspector(
    jiangfu: Jiangfu,
    sessions: Sessions,
    vault: Vault,
    settings: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Inspector:
    """With a key made on his own machine and registered by the administrator; the usual cost would take a second."""
    monkeypatch.setattr(inspector_key.write, "__defaults__", ((1, 8192),))
    for name, value in {
        "PIN": "2468",
        "PASSPHRASE": "five red persimmons",
        "CITY_INSPECTOR_KEY": tmp_path / "city.pub",
    }.items():
        monkeypatch.setenv(f"JIANGFU_{name}", str(value))
    with transaction(sessions) as session:
        inspectors = settle_inspectors(session, vault, tmp_path, "D")
    channel = Channel(sessions, vault, settings(**CHEAP_SETTINGS, city_inspector_key=tmp_path / "city.pub"), inspectors)
    machine = tmp_path / "machine"
    machine.mkdir()
    made = Inspector(jiangfu, channel, machine)
    done = jiangfu("reports", "keygen", str(made.key))
    assert (done.status, done.err) == (0, "")
    fingerprint = done.out.rpartition(": ")[2].strip()
    public = str(inspector_key.public_path(made.key))
    done = jiangfu("reports", "key", "add", public, "--staff", INSPECTOR_PHONE, "--as", ADMIN_PHONE)
    assert done.status == 0
    assert fingerprint in done.out
    return made


@pytest.fixture
def receipt(inspector: Inspector) -> Secrets:
    """Of a report about a village and its township, which waits for the district's inspector since yesterday."""
    from core.domain.area import Level

    found_by = inspector.channel.file(*TEXTS, now=MID_MAY - timedelta(days=1), levels=(Level.VILLAGE, Level.TOWNSHIP))
    inspector.channel.move(MID_MAY.date())
    return found_by


def test_from_report_to_answer(inspector: Inspector, receipt: Secrets) -> None:
    """Exported, listed, read, answered, brought back: the author reads the answer, and the text is nowhere on the disk."""
    assert inspector.fetch().status == 0
    listed = inspector("list")
    fingerprint = inspector_key.read_public(inspector_key.public_path(inspector.key)).fingerprint
    assert listed.err == f"Whatever is filed now opens with the key {fingerprint}\n"
    handle, filed_on, due_on, place, levels, progress = listed.out.rstrip("\n").split("\t")
    assert (filed_on, due_on, place) == ("2026-05-11", "2026-06-10", "名T1V1 (T1V1)")
    assert (levels, progress) == ("village,township", "new")
    shown = inspector("show", handle)
    assert shown.out.splitlines()[1:] == list(TEXTS)
    assert inspector("answer", handle, "是哪一年的事？", "--out", str(inspector.answers)).status == 0
    assert inspector.bring().out == "1 taken in, 0 known before, 0 refused\n"
    found = inspector.found(receipt)
    assert found is not None
    assert (found.standing, [answer.text for answer in found.answers]) == (Standing.EXAMINING, ["是哪一年的事？"])
    for path in inspector.folder.parent.rglob("*"):
        assert path.is_dir() or not any(text.encode() in path.read_bytes() for text in (*TEXTS, "是哪一年的事？")), path


def test_what_was_answered_is_seen_the_next_time(inspector: Inspector, receipt: Secrets) -> None:
    """The bundle of next week tells the inspector what he has said, and what the author said to it."""
    inspector.fetch()
    handle = inspector.only_handle()
    inspector("answer", handle, "是哪一年的事？", "--out", str(inspector.answers))
    inspector.bring()
    with transaction(inspector.channel.sessions) as session:
        target = session.scalars(select(Report.lookup_hash)).one()
    assert target == lookup_hash(inspector.channel.vault, receipt.lookup)
    inspector.fetch()
    assert inspector("list").out.rstrip().endswith("\texamining")
    assert "-- answer" in inspector("show", handle).out
    assert "是哪一年的事？" in inspector("show", handle).out


def test_answers_are_taken_once(inspector: Inspector, receipt: Secrets) -> None:
    """The same file again changes nothing; what was added to it since is taken."""
    inspector.fetch()
    handle = inspector.only_handle()
    for expected in ("1 taken in, 0 known before", "1 taken in, 1 known before"):
        inspector("answer", handle, "请说说是谁。", "--out", str(inspector.answers))
        assert expected in inspector.bring().out
    assert "0 taken in, 2 known before" in inspector.bring().out


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


def test_an_excluded_inspector_takes_nothing_away(inspector: Inspector, receipt: Secrets) -> None:
    """The township's own bundle neither holds the report nor is a byte longer for it."""
    channel = inspector.channel
    done = inspector.fetch("+8613907319001")
    assert (done.status, done.out, done.err) == (0, "", "")
    excluded = (inspector.folder / "bundle.jf").read_bytes()
    inspector.fetch()
    own = (inspector.folder / "bundle.jf").read_bytes()
    assert len(excluded) == len(own)
    from core.services.reports.inspecting import open_bundle

    bundle = open_bundle(excluded, [channel.inspectors.keys["T1"]])
    assert (bundle.cases, bundle.shut) == ((), 0)


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


def test_a_forged_answer_is_refused(inspector: Inspector, receipt: Secrets) -> None:
    """Signed by nobody's key, by another inspector's, or changed: each is named by its line, and the good ones are taken."""
    inspector.fetch()
    inspector("answer", inspector.only_handle(), "好的。", "--out", str(inspector.answers))
    good = inspector.answers.read_text().strip()
    with transaction(inspector.channel.sessions) as session:
        report_id = session.scalars(select(Report.id)).one()
    close = Answer("2026-05-12T10:00:00", Standing.NOT_TRUE, "查无此事。")
    forged = [
        compose(key, report_id, receipt.public_key, [key.public_half.sealing], close)
        for key in (InspectorKey.generate(), inspector.channel.inspectors.keys["T1"])
    ]
    inspector.answers.write_text("\n".join([*forged, "rubbish", good[:-8] + "AAAAAAAA", "", good]) + "\n")
    done = inspector.bring()
    assert (done.status, done.out) == (1, "1 taken in, 0 known before, 4 refused\n")
    assert [line.split(":")[0] for line in done.err.splitlines()] == ["line 1", "line 2", "line 3", "line 4"]
    found = inspector.found(receipt)
    assert found is not None
    assert found.standing is Standing.EXAMINING


def test_a_receipt_in_an_answer_is_refused(inspector: Inspector, receipt: Secrets) -> None:
    """Whoever sees the author's phone could read all answers with it."""
    inspector.fetch()
    done = inspector("answer", inspector.only_handle(), f"您的编号{draw_receipt()}", "--out", str(inspector.answers))
    assert done.status == 1
    assert "reads as a receipt" in done.err
    assert not inspector.answers.exists()


def test_an_answer_too_long_for_a_phone_is_refused(inspector: Inspector, receipt: Secrets) -> None:
    """It says how long it may be."""
    inspector.fetch()
    done = inspector("answer", inspector.only_handle(), "长" * 301, "--out", str(inspector.answers))
    assert (done.status, "300" in done.err) == (1, True)


def test_the_text_of_an_answer_comes_from_a_pipe(inspector: Inspector, receipt: Secrets) -> None:
    """So that it stands in no shell's history."""
    inspector.fetch()
    words = (str(inspector.folder / "bundle.jf"), inspector.only_handle(), "-", "--key", str(inspector.key))
    done = inspector.jiangfu("reports", "answer", *words, "--out", str(inspector.answers), stdin="问您一句。\n")
    assert done.status == 0
    inspector.bring()
    found = inspector.found(receipt)
    assert found is not None
    assert found.answers[0].text == "问您一句。"


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


def test_control_characters_do_not_reach_the_terminal(inspector: Inspector) -> None:
    """What somebody reports may try to repaint the inspector's screen."""
    inspector.channel.file("\x1b[2J看\x07", now=MID_MAY - timedelta(days=1), area="T1")
    inspector.channel.move(MID_MAY.date())
    inspector.fetch()
    assert inspector("show", inspector.only_handle()).out.splitlines()[1] == "[2J看"
