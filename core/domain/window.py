"""Windows that an office has moved: another opening and closing day than the calendar's, each change kept."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class WindowChange(Base):
    """The days of a window of `year`, both included, in one area and all below it. The latest change counts, and the
    nearest area. `window` is a key of the calendar: a posting's level, or one of its other days (`forms`, `papers`).
    """

    __tablename__ = "window_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(index=True)
    window: Mapped[str] = mapped_column(String(24))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    opens: Mapped[date]
    closes: Mapped[date]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime]
