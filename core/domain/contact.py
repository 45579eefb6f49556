"""Contacts: an address on a channel, its language and consent, and the persons whom it serves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.confidentiality.vault import SealedText
from core.db import Base, word_of


class Language(StrEnum):
    """A language of the line; Chinese is the first."""

    CHINESE = "zh"
    ENGLISH = "en"


class Contact(Base):
    """An address (E.164 phone, Telegram chat id) on a channel; a family may share one.

    `introduced_at`: when it was told who we are and what is kept. `opted_out_at`: no unasked message since then.
    `stopped_at`: the channel itself refuses (number invalid, opted out at the carrier, bot blocked).
    """

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("channel", "address_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    address: Mapped[bytes] = mapped_column(SealedText)
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    language: Mapped[Language] = mapped_column(word_of(Language), default=Language.CHINESE)
    introduced_at: Mapped[datetime | None]
    opted_out_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stopped_reason: Mapped[str | None] = mapped_column(String(32))


class ContactPerson(Base):
    """That a contact serves a person, since when, and how that is known: `import` or `code`."""

    __tablename__ = "contact_persons"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)
    linked_at: Mapped[datetime]
    linked_by: Mapped[str] = mapped_column(String(16))


class LinkCode(Base):
    """A code on its way to the registered phone, which will link a chat to the person; only its keyed hash is kept."""

    __tablename__ = "link_codes"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    expires_at: Mapped[datetime]
    wrong_tries: Mapped[int] = mapped_column(default=0)
