"""`jiangfu import`: what is printed where, exit statuses, and the file of references."""

from __future__ import annotations

import csv
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from core.domain.person import Person
from core.errors import NotAllowed
from core.services.importing.report import Stopped
from core.services.importing.table import FileRefused
from desk.imports import import_group
from tests.core.services.importing.conftest import Desk
from tests.core.services.importing.invented import csv_file, people, person
from tests.engines import on_sqlite
from tests.stopped_clock import StoppedClock

pytestmark = on_sqlite


def call(desk: Desk, *words: object) -> Result:
    """Run `jiangfu import` with these words."""
    office = SimpleNamespace(sessions=desk.sessions, vault=desk.vault, clock=StoppedClock())
    return CliRunner().invoke(import_group, [str(word) for word in words], obj=office)


def test_good_rows(desk: Desk) -> None:
    """One line of counts, exit 0; a second time everything is unchanged."""
    path = csv_file(desk.folder / "a.csv", people(3))
    result = call(desk, "applicants", path)
    assert (result.exit_code, result.stdout) == (0, "rows read: 3, created: 3, updated: 0, unchanged: 0, rejected: 0\n")
    assert result.stderr == ""
    assert "unchanged: 3, rejected: 0" in call(desk, "applicants", path).stdout


def test_a_rejected_row(desk: Desk) -> None:
    """It is named on standard output, the exit is 1, the good rows are kept."""
    path = csv_file(desk.folder / "a.csv", [person(1), person(2, area="V9"), person(3, phone="")])
    result = call(desk, "applicants", path)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "line 3, column area: is no area of the records: import the areas first",
        "line 4, column phone: warning: is empty: this person is reached by visit only",
        "rows read: 3, created: 2, updated: 0, unchanged: 0, rejected: 1",
    ]
    assert len(desk.all(Person)) == 2


def test_areas_and_staff(desk: Desk) -> None:
    """The two other tables."""
    areas = csv_file(
        desk.folder / "a.csv",
        [{"code": "V3", "name": "丙村", "level": "村", "parent": "T"}],
        ("code", "name", "level", "parent"),
    )
    assert call(desk, "areas", areas).stdout.startswith("rows read: 1, created: 1")
    staff = csv_file(
        desk.folder / "s.csv",
        [{"name": "张强", "role": "cadre", "area": "V3", "phone": "13912345678"}],
        ("name", "role", "area", "phone"),
    )
    assert call(desk, "staff", staff).stdout.startswith("rows read: 1, created: 1")


def test_a_dry_run(desk: Desk) -> None:
    """It says that it was one."""
    result = call(desk, "applicants", csv_file(desk.folder / "a.csv", people(2)), "--dry-run")
    assert result.stdout.splitlines()[1:] == ["This was a dry run: nothing is saved."]
    assert desk.all(Person) == []


def test_references_for_the_clerk(desk: Desk) -> None:
    """Line and reference of each created row, in a new file that only its owner reads; never over another file."""
    refs = desk.folder / "refs.csv"
    path = csv_file(desk.folder / "a.csv", [person(1), person(2, area="V9"), person(3)])
    call(desk, "applicants", path, "--refs", refs)
    assert refs.stat().st_mode & 0o777 == 0o600
    assert refs.read_bytes().startswith(b"\xef\xbb\xbf")
    given = [person.ref for person in desk.all(Person)]
    assert list(csv.reader(refs.read_text("utf-8-sig").splitlines())) == [
        ["line", "ref"],
        ["2", given[0]],
        ["4", given[1]],
    ]
    result = call(desk, "applicants", path, "--refs", refs)
    assert isinstance(result.exception, NotAllowed)
    assert len(refs.read_text().splitlines()) == 3


def test_wrong_usage(desk: Desk) -> None:
    """Exit 2: a file that is not there, references of a dry run."""
    path = csv_file(desk.folder / "a.csv", people(1))
    assert call(desk, "applicants", desk.folder / "none.csv").exit_code == 2
    assert call(desk, "applicants", path, "--dry-run", "--refs", desk.folder / "r.csv").exit_code == 2
    assert not (desk.folder / "r.csv").exists()


def test_a_file_that_is_no_table(desk: Desk) -> None:
    """The error goes up to the one place that prints errors."""
    (desk.folder / "a.csv").write_text("什么\n")
    assert isinstance(call(desk, "applicants", desk.folder / "a.csv").exception, FileRefused)


def test_an_import_that_stops_half_way(desk: Desk) -> None:
    """The counts so far are printed before the error goes up."""
    path = csv_file(desk.folder / "a.csv", people(2))
    path.write_bytes(path.read_bytes() + b'"open\n')
    result = call(desk, "applicants", path)
    assert isinstance(result.exception, Stopped)
    assert result.stdout.startswith("rows read: 2, created: 2")


@pytest.mark.parametrize("command", [[], ["areas"], ["staff"], ["applicants"]], ids=str)
def test_help_has_an_example(desk: Desk, command: list[str]) -> None:
    """Every command shows one."""
    assert "Example: jiangfu import " in call(desk, *command, "--help").stdout
