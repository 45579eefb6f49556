"""`jiangfu reports`: from a key pair on the inspector's machine to an answer that only the receipt opens."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from core.confidentiality import inspector_key
from core.confidentiality.inspector_key import InspectorKey
from core.confidentiality.receipt import Secrets, draw_receipt
from core.db import transaction
from core.domain.report import Report
from core.services.reports.answers import Answer, Standing, compose
from core.services.reports.filing import lookup_hash
from tests.desk.conftest import TEXTS, Inspector
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY

pytestmark = on_sqlite


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


def test_control_characters_do_not_reach_the_terminal(inspector: Inspector) -> None:
    """What somebody reports may try to repaint the inspector's screen."""
    inspector.channel.file("\x1b[2J看\x07", now=MID_MAY - timedelta(days=1), area="T1")
    inspector.channel.move(MID_MAY.date())
    inspector.fetch()
    assert inspector("show", inspector.only_handle()).out.splitlines()[1] == "[2J看"
