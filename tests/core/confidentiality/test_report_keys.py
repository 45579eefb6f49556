"""core/confidentiality/report_keys: a key a report, outside the database; without it nothing opens."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.confidentiality.report_keys import FILE, ReportKeys
from core.errors import KeysError

DAY = date(2026, 5, 12)
ONE, OTHER = b"1" * 16, b"2" * 16


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where they lie; not there yet."""
    return tmp_path / "report-keys"


@pytest.fixture
def report_keys(folder: Path) -> ReportKeys:
    """Over that folder."""
    return ReportKeys(folder)


def test_made_when_first_needed(report_keys: ReportKeys, folder: Path) -> None:
    """For the line's own user alone, and shared by all processes."""
    sealed = report_keys.seal_waiting(b"x")
    assert ReportKeys(folder).open_waiting(sealed) == b"x"
    assert (folder.stat().st_mode & 0o777, (folder / FILE).stat().st_mode & 0o777) == (0o700, 0o600)


def test_each_report_has_its_own(report_keys: ReportKeys) -> None:
    """One report's key opens no other."""
    with report_keys.changing():
        report_keys.add([ONE, OTHER])
    sealed = report_keys.seal(ONE, b"x")
    assert report_keys.open(ONE, sealed) == b"x"
    with pytest.raises(KeysError):
        report_keys.open(OTHER, sealed)


def test_a_destroyed_key_is_gone_for_good(report_keys: ReportKeys, folder: Path) -> None:
    """The report stays shut, also where a backup brings its row back; the others are as they were."""
    with report_keys.changing():
        report_keys.add([ONE, OTHER])
    gone, kept = report_keys.seal(ONE, b"x"), report_keys.seal(OTHER, b"y")
    with report_keys.changing():
        report_keys.keep_only({OTHER})
    with pytest.raises(KeysError):
        report_keys.open(ONE, gone)
    assert report_keys.open(OTHER, kept) == b"y"
    assert ONE.hex() not in (folder / FILE).read_text()
    assert sorted(path.name for path in folder.iterdir()) == [FILE]


def test_what_waits_opens_until_the_day_after_next(report_keys: ReportKeys) -> None:
    """A draft begun before midnight is filed after it; two renewals later its key is destroyed. Once a day is enough."""
    sealed = report_keys.seal_waiting(b"x")
    for day in (12, 12, 12):
        with report_keys.changing():
            report_keys.renew_waiting(DAY.replace(day=day))
    assert report_keys.open_waiting(sealed) == b"x"
    with report_keys.changing():
        report_keys.renew_waiting(DAY.replace(day=13))
    with pytest.raises(KeysError):
        report_keys.open_waiting(sealed)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"waiting": {"x": ""}, "reports": {}}'])
def test_a_damaged_file_is_never_replaced(report_keys: ReportKeys, folder: Path, content: str) -> None:
    """It may be all that opens the reports: whoever wants to write stops."""
    folder.mkdir()
    (folder / FILE).write_text(content)
    with pytest.raises(KeysError):
        report_keys.seal_waiting(b"x")
    assert (folder / FILE).read_text() == content


def test_the_order_in_the_file_says_nothing(report_keys: ReportKeys, folder: Path) -> None:
    """Which report came first cannot be read from it."""
    for report_id in (OTHER, ONE):
        with report_keys.changing():
            report_keys.add([report_id])
    text = (folder / FILE).read_text()
    assert text.index(ONE.hex()) < text.index(OTHER.hex())


@pytest.mark.parametrize("sealed", [b"", b"x", b"x" * 100])
def test_rubbish_does_not_open(report_keys: ReportKeys, sealed: bytes) -> None:
    """KeysError, whatever lies in the table."""
    report_keys.seal_waiting(b"")
    with pytest.raises(KeysError):
        report_keys.open_waiting(sealed)
    with pytest.raises(KeysError):
        report_keys.open(ONE, sealed)
