"""The registered phone of an applicant: one at a time, which a family may share."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.contact import Contact, ContactPerson, Language, LinkCode
from core.domain.enrolment import Disowned
from core.domain.person import Person
from core.services.importing.applicant_records import SMS, Additions, Records
from core.services.importing.applicant_row import ApplicantRow
from core.services.importing.seen import Seen


class Phones:
    """Brings the phones of a batch's people to what its rows say."""

    def __init__(self, session: Session, vault: Vault, seen: Seen, records: Records, additions: Additions) -> None:
        self._session = session
        self._vault = vault
        self._seen = seen
        self._records = records
        self._additions = additions

    def update(self, row: ApplicantRow, person: Person) -> bool:
        """Whether the row changed the person's phone or its language. An empty cell takes the old phone away:
        a number that has changed hands must not go on telling how the person's case stands."""
        if row.phone is None:
            return False
        contact = self._contact(row) if row.phone else None
        before = self._records.phones.get(person.ref, [])
        changed = self._speaks(row, contact) if contact else False
        for old in before:
            if old is not contact:
                self._unlink(old, person)
                changed = True
        if not row.phone and before:
            row.reader.warn("phone", "was taken from the record, which had one")
        if contact is not None and contact not in before and not self._is_disowned(row, contact, person):
            self._additions.link(contact, person)
            changed = True
        self._records.phones[person.ref] = [contact] if contact else []
        return changed

    def _is_disowned(self, row: ApplicantRow, contact: Contact, person: Person) -> bool:
        """Whether the phone's owner has said that it is not this person's; then a file alone does not make it so."""
        if contact.id is None or self._session.get(Disowned, (contact.id, person.id)) is None:
            return False
        row.reader.warn("phone", "is not his, its owner says; the village enrols the right one at the door")
        return True

    def _contact(self, row: ApplicantRow) -> Contact:
        phone = row.phone or ""
        phone_hash = self._records.phone_hash(phone)
        contact = self._records.contacts.get(phone_hash)
        if contact is None:
            contact = Contact(
                channel=SMS,
                address=self._vault.seal(Contact.address, phone),
                address_hash=phone_hash,
                language=row.language or Language.CHINESE,
            )
            self._session.add(contact)
            self._records.contacts[phone_hash] = contact
        return contact

    def _speaks(self, row: ApplicantRow, contact: Contact) -> bool:
        """Whether the row changed the language of the phone. Of a family's rows the first one that names it decides."""
        if row.language is None:
            return False
        earlier = self._seen.earlier(contact.address_hash, (row.language,))
        if earlier is not None:
            if earlier.differs is not None:
                row.reader.warn("language", f"line {earlier.line} names another for the same phone; that one holds")
            return False
        self._seen.note(contact.address_hash, row.reader.line, (row.language,))
        changed = contact.language is not row.language
        contact.language = row.language
        return changed

    def _unlink(self, contact: Contact, person: Person) -> None:
        whose = ContactPerson.person_id == person.id
        self._session.execute(delete(ContactPerson).where(whose, ContactPerson.contact_id == contact.id))
        # A code may be on its way to the old number.
        self._session.execute(delete(LinkCode).where(LinkCode.person_id == person.id))
