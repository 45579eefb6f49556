"""`jiangfu contacts`: stopping and starting what is sent to somebody who asked at the door."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.contact import Contact
from tests.desk.conftest import Jiangfu
from tests.districts import CADRE_PHONE, District, somebody
from tests.engines import on_sqlite

pytestmark = on_sqlite

PHONE = "13800138000"


def test_stop_and_start(
    jiangfu: Jiangfu, sessions: Sessions, vault: Vault, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the village's own cadre, with his PIN; the phone is not printed."""
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    with transaction(sessions) as session:
        somebody(session, vault, district.areas["T1V1"], phone=f"+86{PHONE}")
    for verb, said, is_silent in (("stop", "Stopped", True), ("start", "Started", False)):
        done = jiangfu("contacts", verb, PHONE, "--as", CADRE_PHONE)
        assert (done.status, done.out.split(":")[0], done.err) == (0, said, "")
        assert PHONE not in done.out
        with transaction(sessions) as session:
            assert (session.scalars(select(Contact.opted_out_at)).one() is not None) == is_silent


def test_a_number_of_nobody(jiangfu: Jiangfu, district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that says what to do, and nothing is done."""
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    done = jiangfu("contacts", "stop", PHONE, "--as", CADRE_PHONE)
    assert (done.status, done.out) == (1, "")
    assert "jiangfu applicants find" in done.err
    assert PHONE not in done.err
