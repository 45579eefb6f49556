"""Import of applicants: who is created, found again and updated, and with which stage and phone."""

from __future__ import annotations

import pytest

from core.domain.application import Application, StageChange
from core.domain.contact import Contact, ContactPerson, Language, LinkCode
from core.domain.person import Person
from core.domain.reference import draw_reference, is_reference
from core.domain.stage import Stage
from core.services.contacts import address_hash
from tests.core.services.importing.conftest import Desk
from tests.core.services.importing.invented import HEADER, person
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY


def test_a_new_applicant_is_written_sealed(desk: Desk) -> None:
    """A good row becomes a person with a reference, an application with its first change, and a linked phone."""
    imported = desk.people(person(1, stage="未通过", reason="年龄不到", home_visit="是", language="英文"))
    assert imported.counts == (1, 0, 0, 0)
    assert imported.said == []
    (someone,), (application,), (change,) = desk.all(Person), desk.all(Application), desk.all(StageChange)
    (contact,), (link,) = desk.all(Contact), desk.all(ContactPerson)
    opened = desk.vault.open
    assert is_reference(someone.ref)
    assert imported.results[0].ref == someone.ref
    assert opened(Person.name, someone.name) == person(1)["name"]
    assert opened(Person.id_number, someone.id_number) == person(1)["id_number"]
    assert someone.id_number_hash == desk.vault.lookup("id_number", str(person(1)["id_number"]))
    assert someone.home_visit
    assert (application.year, application.stage, application.stage_since) == (2026, Stage.REJECTED, MID_MAY)
    assert (change.from_stage, change.to_stage, change.staff_id) == (None, Stage.REJECTED, None)
    assert opened(StageChange.reason, change.reason) == "年龄不到"
    assert opened(Contact.address, contact.address) == "+8613800000001"
    assert contact.address_hash == address_hash(desk.vault, "sms", "+8613800000001")
    assert (contact.channel, contact.language, contact.introduced_at) == ("sms", Language.ENGLISH, None)
    assert (link.contact_id, link.person_id, link.linked_by) == (contact.id, someone.id, "import")


def test_a_second_import_changes_nothing(desk: Desk) -> None:
    """The same file again: every row unchanged, and not a byte of any record is another."""
    rows = [person(serial, language="zh" if serial % 2 else "", reason="说明") for serial in range(7)]
    assert desk.people(*rows).counts == (7, 0, 0, 0)
    kinds = (Person, Application, StageChange, Contact, ContactPerson)
    before = [[vars(record) for record in desk.all(kind)] for kind in kinds]
    assert desk.people(*rows).counts == (0, 0, 7, 0)
    after = [[vars(record) for record in desk.all(kind)] for kind in kinds]
    for old, new in zip(before, after, strict=True):
        strip = [{key: value for key, value in record.items() if key[0] != "_"} for record in (*old, *new)]
        assert strip[: len(old)] == strip[len(old) :]


class TestFindingPeopleAgain:
    """A person is found by reference or ID number, and has one application a year."""

    def test_a_new_year_is_a_new_application_of_the_same_person(self, desk: Desk) -> None:
        """The reference stays."""
        first = desk.people(person(1))
        second = desk.people(person(1, year=2027))
        assert second.counts == (1, 0, 0, 0)
        assert second.results[0].ref == first.results[0].ref
        assert (len(desk.all(Person)), len(desk.all(Application))) == (1, 2)

    def test_two_years_in_one_file(self, desk: Desk) -> None:
        """One person, one phone link, two applications; and again: nothing."""
        rows = person(1), person(1, year=2025, stage="confirmed"), person(1, year=2025, stage="confirmed")
        assert desk.people(*rows).counts == (2, 0, 1, 0)
        assert (len(desk.all(Person)), len(desk.all(ContactPerson))) == (1, 1)
        assert desk.people(*rows).counts == (0, 0, 3, 0)

    def test_by_reference_alone(self, desk: Desk) -> None:
        """A row with a known reference needs no ID number."""
        ref = desk.people(person(1)).results[0].ref
        imported = desk.people(person(1, ref=ref, id_number="", name="李秀英", area="V2", home_visit="yes"))
        assert imported.counts == (0, 1, 0, 0)
        (someone,) = desk.all(Person)
        assert desk.vault.open(Person.name, someone.name) == "李秀英"
        assert someone.home_visit

    def test_a_given_reference_is_taken(self, desk: Desk) -> None:
        """A reference from an earlier list of this line is kept for the new person."""
        ref = draw_reference()
        assert desk.people(person(1, ref=ref)).results[0].ref == ref
        assert desk.people(person(1, ref=ref)).counts == (0, 0, 1, 0)

    def test_references_and_id_numbers_must_agree(self, desk: Desk) -> None:
        """Neither can be moved to somebody else by an import."""
        first, second = (result.ref for result in desk.people(person(1), person(2)).results)
        other = draw_reference()
        imported = desk.people(
            person(1, ref=second), person(2, ref=other), person(3, ref=first), person(4, ref=other, id_number="")
        )
        assert imported.counts == (0, 0, 0, 4)
        assert [line.split(",", 1)[1].split(":")[0].strip() for line in imported.said] == [
            "column ref", "column ref", "column id_number", "column id_number",
        ]  # fmt: skip
        assert "have the record corrected" in imported.said[2]

    def test_one_new_reference_for_two_people(self, desk: Desk) -> None:
        """The second is told which line has it already; in a dry run too."""
        ref = draw_reference()
        rows = person(1, ref=ref), person(2, ref=ref)
        for dry_run in (True, False):
            imported = desk.people(*rows, dry_run=dry_run)
            assert imported.counts == (1, 0, 0, 1)
            assert imported.said[0].startswith("line 3, column ref: ")


class TestTwiceInOneFile:
    """A file may say a thing twice, but not two things."""

    @pytest.mark.parametrize(
        ("column", "value"),
        [("name", "李芳"), ("phone", "13900000000"), ("area", "V2"), ("stage", "confirmed"), ("home_visit", "是"),
         ("language", "en"), ("reason", "因为")],
    )  # fmt: skip
    @on_sqlite
    def test_otherwise(self, desk: Desk, column: str, value: str) -> None:
        """The second row is rejected, naming the first and the column."""
        imported = desk.people(person(1), person(2), person(1) | {column: value})
        assert imported.counts == (2, 0, 0, 1)
        assert imported.said == [f"line 4, column {column}: line 2 says otherwise of the same person"]

    def test_the_same(self, desk: Desk) -> None:
        """The second row changes nothing."""
        assert desk.people(person(1), person(1)).counts == (1, 0, 1, 0)

    def test_far_apart(self, desk: Desk) -> None:
        """It is seen across batches, in a dry run too."""
        rows = [person(serial) for serial in range(600)] + [person(0), person(1, name="李芳")]
        for dry_run in (True, False):
            assert desk.people(*rows, dry_run=dry_run).counts == (600, 0, 1, 1)

    def test_a_rejected_row_says_nothing(self, desk: Desk) -> None:
        """The good row after a bad one of the same person is taken."""
        assert desk.people(person(1, area="V9"), person(1)).counts == (1, 0, 0, 1)


class TestStage:
    """Import begins an application; `jiangfu advance` moves it."""

    def test_a_later_difference(self, desk: Desk) -> None:
        """The row is rejected with a pointer, and nothing else of it is taken."""
        desk.people(person(1))
        imported = desk.people(person(1, stage="village_listed", name="李芳"))
        assert imported.said == [
            "line 2, column stage: differs from the record: move the applicant with `jiangfu advance`"
        ]
        assert desk.vault.open(Person.name, desk.all(Person)[0].name) == person(1)["name"]

    def test_another_reason(self, desk: Desk) -> None:
        """A reason on record is not overwritten; left out, it stays."""
        desk.people(person(1, stage="withdrawn", reason="本人要求"))
        assert (
            desk.people(person(1, stage="withdrawn", reason="别的"))
            .said[0]
            .startswith("line 2, column reason: differs")
        )
        assert desk.people(person(1, stage="", reason="")).counts == (0, 0, 1, 0)


class TestPhones:
    """One registered phone a person; a phone may serve a family."""

    def test_a_family(self, desk: Desk) -> None:
        """Two people, one contact."""
        rows = person(1, phone="13912345678"), person(2, phone="139 1234 5678")
        assert desk.people(*rows).counts == (2, 0, 0, 0)
        assert (len(desk.all(Contact)), len(desk.all(ContactPerson))) == (1, 2)

    def test_a_change(self, desk: Desk) -> None:
        """The old number no longer serves the person, nor does a code on its way to it; the rest of the family keeps it."""
        desk.people(person(1, phone="13912345678"), person(2, phone="13912345678"))
        first, second = desk.all(Person)
        (old,) = desk.all(Contact)
        with desk.sessions.begin() as session:
            session.add(LinkCode(contact_id=old.id, person_id=first.id, code_hash=b"", expires_at=MID_MAY))
        imported = desk.people(person(1, phone="13987654321"), person(2, phone="13912345678"))
        assert imported.counts == (0, 1, 1, 0)
        new = desk.all(Contact)[1]
        links = {(link.contact_id, link.person_id) for link in desk.all(ContactPerson)}
        assert links == {(new.id, first.id), (old.id, second.id)}
        assert desk.all(LinkCode) == []

    def test_taken_away(self, desk: Desk) -> None:
        """An emptied cell unlinks the number, and says so."""
        desk.people(person(1))
        imported = desk.people(person(1, phone=""))
        assert imported.counts == (0, 1, 0, 0)
        assert imported.said[1] == "line 2, column phone: warning: was taken from the record, which had one"
        assert desk.all(ContactPerson) == []
        assert desk.people(person(1, phone="")).counts == (0, 0, 1, 0)

    def test_no_such_column(self, desk: Desk) -> None:
        """A file without phones leaves them alone."""
        desk.people(person(1))
        header = [column for column in HEADER if column != "phone"]
        assert desk.people(person(1), header=header).counts == (0, 0, 1, 0)
        assert len(desk.all(ContactPerson)) == 1

    def test_a_telegram_link_stays(self, desk: Desk) -> None:
        """Only the phone is the register's; what the person linked by a code is theirs."""
        desk.people(person(1))
        with desk.sessions.begin() as session:
            chat = Contact(channel="telegram", address=b"", address_hash=b"t" * 32)
            session.add(chat)
            session.flush()
            session.add(ContactPerson(contact_id=chat.id, person_id=1, linked_at=MID_MAY, linked_by="code"))
        desk.people(person(1, phone=""))
        assert [link.linked_by for link in desk.all(ContactPerson)] == ["code"]

    def test_language(self, desk: Desk) -> None:
        """A language that is given holds; one left out changes nothing; of a family's two the first holds, again too."""
        desk.people(person(1, language="en"))
        assert desk.people(person(1)).counts == (0, 0, 1, 0)
        assert desk.all(Contact)[0].language is Language.ENGLISH
        rows = person(1, language="zh"), person(2, language="en", phone=person(1)["phone"])
        first, again = desk.people(*rows), desk.people(*rows)
        assert (first.counts, again.counts) == ((1, 1, 0, 0), (0, 0, 2, 0))
        assert again.said == [
            "line 3, column language: warning: line 2 names another for the same phone; that one holds"
        ]
        assert desk.all(Contact)[0].language is Language.CHINESE


def test_a_dry_run_saves_nothing(desk: Desk) -> None:
    """It finds what a real run would, and leaves no record."""
    rows = person(1), person(2, area="V9"), person(3)
    assert desk.people(*rows, dry_run=True).counts == (2, 0, 0, 1)
    assert desk.all(Person) == desk.all(Contact) == []
    assert desk.people(*rows).counts == (2, 0, 0, 1)
