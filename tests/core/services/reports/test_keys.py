"""core/services/reports/keys: whose key is registered by whom, once for ever, and is seen to be."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core import audit
from core.confidentiality.inspector_key import InspectorKey
from core.db import transaction
from core.domain.staff import Role, Staff
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.reports.keys import add_key, all_keys, keys_of, keys_of_staff, revoke_key
from tests.inspectors import Channel
from tests.stopped_clock import MID_MAY


def actor(channel: Channel, role: Role, area: str = "D") -> Actor:
    """Somebody in office."""
    with transaction(channel.sessions) as session:
        areas = channel.inspectors.areas
        staff_id = session.scalar(select(Staff.id).where(Staff.role == role, Staff.area_id == areas[area]))
    assert staff_id is not None
    return Actor(staff_id, role, areas[area])


def test_rotation(channel: Channel) -> None:
    """A new key beside the old one, then the old one revoked: the area is never without, and both stand in the trail."""
    inspector, new = actor(channel, Role.INSPECTOR), InspectorKey.generate().public_half
    old = channel.inspectors.keys["D"].public_half
    with transaction(channel.sessions) as session:
        add_key(session, channel.vault, new, str(inspector.staff_id), inspector, MID_MAY)
        assert set(keys_of(session, inspector.area_id)) == {new, old}
        number = next(key.number for key in all_keys(session) if key.half == old)
        revoke_key(session, channel.vault, number, inspector, MID_MAY)
        assert keys_of(session, inspector.area_id) == (new,)
        assert keys_of_staff(session, inspector.staff_id) == (new, old)
        assert keys_of_staff(session, inspector.staff_id, only_counting=True) == (new,)
        actions = session.scalars(select(audit.AuditEntry.action).order_by(audit.AuditEntry.sequence)).all()
    assert actions[-2:] == ["key_added", "key_revoked"]


def test_who_may_register_a_key(channel: Channel) -> None:
    """The inspector and an administrator; an officer, or another inspector, may not."""
    staff_id = channel.inspectors.staff["T1"]
    for other in (actor(channel, Role.OFFICER), actor(channel, Role.INSPECTOR)):
        with transaction(channel.sessions) as session, pytest.raises(NotAllowed, match="by the inspector or by an"):
            add_key(session, channel.vault, InspectorKey.generate().public_half, str(staff_id), other, MID_MAY)


def test_who_has_a_key(channel: Channel) -> None:
    """Nobody but inspectors in office."""
    admin, officer = actor(channel, Role.ADMIN), actor(channel, Role.OFFICER)
    half = InspectorKey.generate().public_half
    with transaction(channel.sessions) as session:
        with pytest.raises(NotAllowed, match="Only inspectors"):
            add_key(session, channel.vault, half, str(officer.staff_id), admin, MID_MAY)
        with pytest.raises(NotFound):
            add_key(session, channel.vault, half, "999", admin, MID_MAY)


def test_a_key_is_registered_once_for_ever(channel: Channel) -> None:
    """Neither for two areas nor again after it was revoked: what was stolen once is never trusted again."""
    inspector, half = actor(channel, Role.INSPECTOR), channel.inspectors.keys["D"].public_half
    with transaction(channel.sessions) as session:
        number = next(key.number for key in all_keys(session) if key.half == half)
        revoke_key(session, channel.vault, number, inspector, MID_MAY)
        with pytest.raises(NotAllowed, match="registered before"):
            add_key(session, channel.vault, half, str(inspector.staff_id), inspector, MID_MAY)
        with pytest.raises(NotFound):
            revoke_key(session, channel.vault, number, inspector, MID_MAY)


def test_no_more_keys_than_a_seal_has_room_for(channel: Channel) -> None:
    """The ninth key of an area would be left out in silence: it is refused in words."""
    inspector = actor(channel, Role.INSPECTOR)
    with transaction(channel.sessions) as session:
        for _ in range(7):
            half = InspectorKey.generate().public_half
            add_key(session, channel.vault, half, str(inspector.staff_id), inspector, MID_MAY)
        with pytest.raises(NotAllowed, match="8 keys"):
            half = InspectorKey.generate().public_half
            add_key(session, channel.vault, half, str(inspector.staff_id), inspector, MID_MAY)


def test_nobody_revokes_anothers_key(channel: Channel) -> None:
    """An officer who could would shut the channel."""
    officer = actor(channel, Role.OFFICER)
    with transaction(channel.sessions) as session:
        number = next(iter(all_keys(session))).number
        with pytest.raises(NotAllowed, match="its owner"):
            revoke_key(session, channel.vault, number, officer, MID_MAY)
