"""Areas: the district, its townships and sub-district offices, their villages and neighbourhood committees."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, word_of


class Level(StrEnum):
    """The level of an area, from the top."""

    DISTRICT = "district"
    TOWNSHIP = "township"
    OFFICE = "office"
    VILLAGE = "village"


# Which level an area's parent has; a sub-district office stands beside the townships.
PARENT_LEVELS = {
    Level.DISTRICT: frozenset[Level](),
    Level.TOWNSHIP: frozenset({Level.DISTRICT}),
    Level.OFFICE: frozenset({Level.DISTRICT}),
    Level.VILLAGE: frozenset({Level.TOWNSHIP, Level.OFFICE}),
}


class Area(Base):
    """One area; `code` is the office's own and does not change."""

    __tablename__ = "areas"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64), default="")
    level: Mapped[Level] = mapped_column(word_of(Level))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    agricultural_population: Mapped[int | None]
