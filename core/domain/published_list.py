"""Published lists: frozen and numbered when their window opens, with a code that the sheet on the wall shows too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class PublishedList(Base):
    """The list of one year, level (village, township, district) and area of that level. `entries` counts what it held
    when it was frozen; `board_code` (four digits) never changes."""

    __tablename__ = "published_lists"
    __table_args__ = (UniqueConstraint("year", "level", "area_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    level: Mapped[str] = mapped_column(String(16))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    board_code: Mapped[str] = mapped_column(String(4))
    entries: Mapped[int]
    frozen_at: Mapped[datetime]


class ListEntry(Base):
    """One numbered line of a list. One that was taken off stays, as withdrawn; its village is that of the freezing."""

    __tablename__ = "list_entries"

    list_id: Mapped[int] = mapped_column(ForeignKey("published_lists.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    withdrawn_at: Mapped[datetime | None]
