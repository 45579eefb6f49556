"""Inspectors with keys, for the tests of the confidential channel: who holds which, and short ways through it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from core.confidentiality.hardening import Hardener
from core.confidentiality.inspector_key import InspectorKey
from core.confidentiality.receipt import Cost, Secrets, secrets_of
from core.confidentiality.report_keys import ReportKeys
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.area import Area, Level
from core.domain.staff import Role, Staff
from core.services.acting import Actor
from core.services.reports import drafts, filing, moving
from core.services.reports.charge import in_charge, township_of
from core.services.reports.envelope import Heading, Kind
from core.services.reports.keys import add_key
from core.settings import Settings
from tests.districts import settle
from tests.stopped_clock import MID_MAY

# As cheap as libsodium lets it be.
CHEAP = Cost(1, 8192)
CHEAP_SETTINGS = {"receipt_passes": 1, "receipt_memory": 8}
ALL = tuple(sorted({Level.VILLAGE, Level.TOWNSHIP, Level.DISTRICT}))
# The district's own inspector is settled by tests.districts.
_OTHERS = ("T1V1", "T1", "T2")


@dataclass
class Inspectors:
    """The keys by area code (`city` for the one above the district), and the ids of areas and inspectors."""

    keys: dict[str, InspectorKey] = field(default_factory=dict)
    areas: dict[str, int] = field(default_factory=dict)
    staff: dict[str, int] = field(default_factory=dict)

    def who_opens(self, envelope: bytes) -> set[str]:
        """The areas whose inspector can open it."""
        from core.confidentiality.sealing import unseal
        from core.errors import KeysError

        opening = set()
        for area, key in self.keys.items():
            try:
                unseal(envelope, key.private)
            except KeysError:
                continue
            opening.add(area)
        return opening


def settle_inspectors(session: Session, vault: Vault, folder: Path, *without: str) -> Inspectors:
    """The small district, with an inspector and a key in the district, in both townships and in one village, but for
    the areas named; the public key of the city lies in `folder`."""
    district = settle(session, vault)
    settled = Inspectors(areas=district.areas)
    settled.staff["D"] = district.staff[Role.INSPECTOR, "D"]
    for number, area in enumerate(_OTHERS):
        settled.staff[area] = _inspector(session, vault, district.areas[area], f"+8613907319{number:03}").id
    admin = Actor(district.staff[Role.ADMIN, "D"], Role.ADMIN, district.areas["D"])
    for area, staff_id in settled.staff.items():
        if area not in without:
            settled.keys[area] = key = InspectorKey.generate()
            add_key(session, vault, key.public_half, str(staff_id), admin, MID_MAY)
    settled.keys["city"] = InspectorKey.generate()
    (folder / "city.pub").write_text(settled.keys["city"].public_half.to_line())
    return settled


def _inspector(session: Session, vault: Vault, area_id: int, phone: str) -> Staff:
    row = Staff(
        name=vault.seal(Staff.name, "贺清"),
        role=Role.INSPECTOR,
        area_id=area_id,
        phone=vault.seal(Staff.phone, phone),
        phone_hash=vault.lookup("staff_phone", phone),
    )
    session.add(row)
    session.flush()
    return row


@cache
def hardener() -> Hardener:
    """One process for all lines of the tests."""
    return Hardener(Path(__file__), patience=60)


def open_channel(
    sessions: Sessions,
    vault: Vault,
    settings: Callable[..., Settings],
    folder: Path,
    without: tuple[str, ...] = (),
    **others: object,
) -> Channel:
    """The channel over the small district, but for the inspectors of the areas named (`city` too)."""
    with transaction(sessions) as session:
        inspectors = settle_inspectors(session, vault, folder, *without)
    city = None if "city" in without else folder / "city.pub"
    made = settings(**{**CHEAP_SETTINGS, "city_inspector_key": city, **others})
    return Channel(sessions, vault, made, inspectors)


@dataclass
class Channel:
    """The services of the channel over one installation, without the dialogue."""

    sessions: Sessions
    vault: Vault
    settings: Settings
    inspectors: Inspectors

    @property
    def report_keys(self) -> ReportKeys:
        """The keys of the reports."""
        return ReportKeys(self.settings.report_keys_dir)

    def draft(
        self, *texts: str, area: str = "T1V1", levels: tuple[Level, ...] = (Level.VILLAGE,), now: datetime = MID_MAY
    ) -> bytes:
        """A draft with these messages."""
        with transaction(self.sessions) as session:
            area_id = self.inspectors.areas[area]
            charge = in_charge(session, self.settings, area_id, levels)
            assert charge is not None
            row = session.get_one(Area, area_id)
            heading = Heading(Kind.REPORT, now.date(), row.code, row.name, tuple(map(str, levels)))
            township = township_of(session, area_id)
            draft = drafts.begin(session, self.vault, self.report_keys, charge, now, township=township)
            drafts.head(session, self.report_keys, draft, heading)
            for text in texts:
                drafts.add(session, self.vault, self.report_keys, self.settings, draft, text, now)
            return draft

    def file(self, *texts: str, receipt: bytes = b"r" * 32, now: datetime = MID_MAY, **where: object) -> Secrets:
        """A filed report with these messages; its secrets, as if `receipt` were the hardened receipt."""
        draft, found_by = self.draft(*texts, now=now, **where), secrets_of(self.vault, receipt)  # type: ignore[arg-type]
        with transaction(self.sessions) as session:
            filing.file_report(session, self.vault, self.report_keys, self.settings, draft, found_by, CHEAP, now.date())
        return found_by

    def add_to(self, target: bytes, *texts: str, kind: Kind = Kind.ADDITION, now: datetime = MID_MAY) -> None:
        """A filed addition to the report with that look-up hash, of the village T1V1."""
        with transaction(self.sessions) as session:
            charge = in_charge(session, self.settings, self.inspectors.areas["T1V1"], (Level.VILLAGE,))
            assert charge is not None
            heading = Heading(kind, now.date(), "", "", ())
            draft = drafts.begin(session, self.vault, self.report_keys, charge, now, target=target)
            drafts.head(session, self.report_keys, draft, heading)
            for text in texts:
                drafts.add(session, self.vault, self.report_keys, self.settings, draft, text, now)
            filing.file_addition(session, self.report_keys, self.settings, draft, CHEAP, now.date())

    def move(self, today: date | None = None) -> int:
        """The daily move, on the day after, or on `today`; how many rows it moved."""
        day = today or (MID_MAY + timedelta(days=1)).date()
        with self.report_keys.changing():
            with transaction(self.sessions) as session:
                moved = moving.move_intake(session, self.vault, self.report_keys, day)
                moving.destroy_due(session, day)
            with transaction(self.sessions) as session:
                moving.keep_keys_of_reports(session, self.report_keys, day)
        return moved
