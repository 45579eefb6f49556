"""The officers' side of the page: the cases that residents have raised, and a decision in the name of the officer whose
case it is, through the same services as the officers' own commands."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, jsonify
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import transaction
from core.domain.area import Area, Level
from core.domain.staff import Role, Staff
from core.errors import NotAllowed, NotFound
from core.line import Line
from core.services.acting import Actor
from core.services.cases.deciding import Verdict, decide
from core.services.cases.seeing import CaseLine, cases_for, sheet_of
from demo.same_origin import posted, words

LONGEST_REASON = 200  # characters
Json = dict[str, Any]


def officer_panel(line: Line) -> Blueprint:
    """`/demo/api/cases`: GET shows what is still to be decided, and of one of them what was said, which is noted as
    read; POST on one, with `verdict` and `reason`, decides it. What the services refuse is answered 409 with their own
    words."""
    blueprint = Blueprint("officer_panel", __name__)
    blueprint.register_error_handler(NotFound, _refused)
    blueprint.register_error_handler(NotAllowed, _refused)

    @blueprint.get("/demo/api/cases")
    def cases() -> Response:
        with transaction(line.sessions) as session:
            panel = _Panel(session, line.vault)
            return jsonify(cases=[panel.shown(case) for case in panel.lines()])

    @blueprint.get("/demo/api/cases/<int:case_id>")
    def sheet(case_id: int) -> Response:
        with transaction(line.sessions) as session:
            actor = _Panel(session, line.vault).actor_for(case_id)
            read = sheet_of(session, line.vault, actor, case_id, line.clock.now())
        return jsonify(ref=read.ref, said=[{"ground": said.ground, "words": said.words} for said in read.said])

    @blueprint.post("/demo/api/cases/<int:case_id>")
    def verdict(case_id: int) -> Response:
        body = posted()
        reason, verdict = words(body, "reason", LONGEST_REASON), body.get("verdict")
        if verdict not in list(Verdict):
            abort(HTTPStatus.BAD_REQUEST)
        with transaction(line.sessions) as session:
            actor = _Panel(session, line.vault).actor_for(case_id)
            decide(session, line.vault, case_id, Verdict(verdict), actor, reason, line.clock.now())
        return jsonify(decided=case_id)

    return blueprint


def _refused(error: Exception) -> tuple[Response, int]:
    return jsonify(error="not_decided", words=str(error)), HTTPStatus.CONFLICT


class _Panel:
    """The district's cases, each in the hands of an officer of the office that decides it."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session, self._vault = session, vault
        self._areas = {area.code: area for area in session.scalars(select(Area))}
        in_office = select(Staff).where(Staff.role == Role.OFFICER, Staff.left_at.is_(None)).order_by(Staff.id.desc())
        self._officers = {staff.area_id: staff for staff in session.scalars(in_office)}

    def lines(self) -> list[CaseLine]:
        """Every case still to be decided, the next due first."""
        district = next(area for area in self._areas.values() if area.level is Level.DISTRICT)
        return cases_for(self._session, _actor(self._officers[district.id]))

    def actor_for(self, case_id: int) -> Actor:
        """Whoever decides that case. Raises NotFound for one that is decided already, or that nobody here decides."""
        for case in self.lines():
            if case.id == case_id and (officer := self._officer_of(case)):
                return _actor(officer)
        raise NotFound(f"Case {case_id} is decided already, or nobody here decides it.")

    def shown(self, case: CaseLine) -> Json:
        """A case as the page lists it; `officer` is None where the demo has nobody in that office."""
        officer = self._officer_of(case)
        return {
            "id": case.id,
            "kind": case.kind,
            "state": case.state,
            "village": self._areas[case.village].name,
            "office": self._areas[case.office].name,
            "officer": self._vault.open(Staff.name, officer.name) if officer else None,
            "level": case.level,
            "entry": case.entry_number,
            "voices": case.voices,
            "due": case.due_on.isoformat(),
        }

    def _officer_of(self, case: CaseLine) -> Staff | None:
        return self._officers.get(self._areas[case.office].id)


def _actor(staff: Staff) -> Actor:
    return Actor(staff.id, staff.role, staff.area_id)
