"""Staff in chat: the contact of a member of staff, and the codes that are on their way to prove who is speaking."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class StaffInvite(Base):
    """The one-time code with which a member of staff links a chat or a phone; only its keyed hash is kept."""

    __tablename__ = "staff_invites"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime]


class StaffContact(Base):
    """That a contact is a member of staff's."""

    __tablename__ = "staff_contacts"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    linked_at: Mapped[datetime]


class ActCode(Base):
    """A code on its way to a registered phone, which will confirm the one act that `code_hash` was made of."""

    __tablename__ = "act_codes"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    expires_at: Mapped[datetime]
    wrong_tries: Mapped[int] = mapped_column(default=0)
