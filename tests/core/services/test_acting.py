"""core/services/acting: who acts is somebody in office with the right PIN, and five wrong ones are the end of it."""

from __future__ import annotations

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.staff import Role, Staff
from core.errors import NotAllowed, NotFound
from core.services import acting
from core.services.acting import WRONG_PINS, Actor, find_staff, prove, set_pin
from tests.districts import LEFT_PHONE, OFFICER_PHONE, District, settle
from tests.engines import on_sqlite

PIN = "2468"


@pytest.fixture
def district(sessions: Sessions, vault: Vault) -> District:
    """Staff of every role."""
    with transaction(sessions) as session:
        return settle(session, vault)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that costs next to nothing; what it costs in earnest is argon2's own default."""
    real = acting.PasswordHasher
    monkeypatch.setattr(acting, "PasswordHasher", lambda: real(time_cost=1, memory_cost=8, parallelism=1))


def _prove(sessions: Sessions, vault: Vault, pin: str, named: str = OFFICER_PHONE) -> Actor | None:
    with transaction(sessions) as session:
        return prove(session, vault, named, pin)


@on_sqlite
@pytest.mark.parametrize("named", [OFFICER_PHONE, OFFICER_PHONE[3:], "139 0731 0002", "0086-13907310002"])
def test_a_phone_names_its_owner(sessions: Sessions, vault: Vault, district: District, named: str) -> None:
    """As people write it."""
    with transaction(sessions) as session:
        assert find_staff(session, vault, named).id == district.staff[Role.OFFICER, "D"]


def test_a_staff_number_names_its_owner(sessions: Sessions, vault: Vault, district: District) -> None:
    """The number that `staff list` shows."""
    number = district.staff[Role.CADRE, "T1V1"]
    with transaction(sessions) as session:
        assert find_staff(session, vault, str(number)).role is Role.CADRE


@on_sqlite
@pytest.mark.parametrize(
    "named", ["", "0", "99999", "1" * 40, "+8613999999999", LEFT_PHONE, "周建明", "-1", "１", "\x00"]
)
def test_nobody_in_office(sessions: Sessions, vault: Vault, district: District, named: str) -> None:
    """Unknown, or no longer there: both are told alike."""
    with pytest.raises(NotFound, match="staff list"), transaction(sessions) as session:
        find_staff(session, vault, named)


def test_the_first_use_sets_the_pin(sessions: Sessions, vault: Vault, district: District) -> None:
    """After it that PIN opens and no other; it is kept as a hash only."""
    actor = _prove(sessions, vault, PIN)
    assert actor == Actor(district.staff[Role.OFFICER, "D"], Role.OFFICER, district.areas["D"])
    assert _prove(sessions, vault, PIN) == actor
    assert _prove(sessions, vault, "1357") is None
    with transaction(sessions) as session:
        kept = find_staff(session, vault, OFFICER_PHONE).pin_hash
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert len(kept) <= 128


@on_sqlite
@pytest.mark.parametrize(("pin", "taken"), [("", False), ("123", False), ("1234", True), ("密码密码", True)])
def test_a_pin_has_four_characters(sessions: Sessions, vault: Vault, district: District, pin: str, taken: bool) -> None:
    """A shorter one is refused and nothing is set by it."""
    if taken:
        assert _prove(sessions, vault, pin)
    else:
        with pytest.raises(NotAllowed, match="at least 4"):
            _prove(sessions, vault, pin)
    with transaction(sessions) as session:
        assert (find_staff(session, vault, OFFICER_PHONE).pin_hash is not None) == taken


def test_five_wrong_pins_lock_until_a_new_one_is_set(sessions: Sessions, vault: Vault, district: District) -> None:
    """Then the right one does not help either; a right one before that starts the count anew."""
    _prove(sessions, vault, PIN)
    for _ in range(WRONG_PINS - 1):
        assert _prove(sessions, vault, "0000") is None
    assert _prove(sessions, vault, PIN) is not None
    for _ in range(WRONG_PINS):
        assert _prove(sessions, vault, "0000") is None
    with pytest.raises(NotAllowed, match="staff pin"):
        _prove(sessions, vault, PIN)
    with transaction(sessions) as session:
        set_pin(find_staff(session, vault, OFFICER_PHONE), "1357")
    assert _prove(sessions, vault, "1357") is not None


@on_sqlite
def test_a_hash_that_is_none_opens_to_nobody(sessions: Sessions, vault: Vault, district: District) -> None:
    """A damaged row is a wrong PIN, not a first use."""
    with transaction(sessions) as session:
        session.get_one(Staff, district.staff[Role.OFFICER, "D"]).pin_hash = "damaged"
    assert _prove(sessions, vault, PIN) is None
