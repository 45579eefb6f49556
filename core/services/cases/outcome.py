"""What both sides are told when a case is decided: who raised it and wished to hear, and the applicant it is about."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery.outbox import MessageKind
from core.domain.application import Application
from core.domain.case import Case, CaseKind, CaseState, Voice
from core.services.telling import contact_of, tell, tell_contact
from core.texts import _

GOOD_FOR = timedelta(days=14)

# How a case ended, in words for whoever raised it; also the answer to whoever follows it by its number.
OUTCOMES = {
    (CaseKind.ENTRY, CaseState.UPHELD): _("case.entry_upheld"),
    (CaseKind.ENTRY, CaseState.DISMISSED): _("case.entry_dismissed"),
    (CaseKind.MISSING, CaseState.UPHELD): _("case.missing_upheld"),
    (CaseKind.MISSING, CaseState.DISMISSED): _("case.missing_dismissed"),
    (CaseKind.RECHECK, CaseState.UPHELD): _("case.recheck_upheld"),
    (CaseKind.RECHECK, CaseState.DISMISSED): _("case.recheck_dismissed"),
}
NOTED = _("case.done")


def outcome_key(kind: CaseKind, state: CaseState) -> str:
    """The text that says how a case of that kind ended."""
    return OUTCOMES.get((kind, state), NOTED)


def tell_outcome(
    session: Session, vault: Vault, case: Case, reason: str, now: datetime, *, was_late: bool = False
) -> None:
    """Put the outcome into the outbox for both sides.

    That somebody was rejected or brought back he hears of with that change itself; here he hears that all stays as it
    was, and never that somebody objected. A late note had held nothing up: one that is dismissed he need not know of.
    """
    person_id = session.scalar(select(Application.person_id).where(Application.id == case.application_id))
    own_contact = contact_of(session, person_id) if person_id is not None else None
    # Whoever asked for a re-check is as a rule the applicant himself: what he hears as such he hears once.
    heard = {own_contact} if case.kind is CaseKind.RECHECK and case.state is CaseState.UPHELD else set()
    told = _tell_voices(session, vault, case, reason, now, but=heard)
    if person_id is None or case.state is not CaseState.DISMISSED or was_late:
        return
    if case.kind is CaseKind.RECHECK and own_contact in told:
        return
    tell(
        session,
        vault,
        person_id=person_id,
        text_key=_("case.applicant_stays") if case.kind is CaseKind.ENTRY else outcome_key(case.kind, case.state),
        event=f"case:{case.id}",
        kind=MessageKind.DECISION,
        now=now,
        expires_at=now + GOOD_FOR,
        fields={"reason": reason},
    )


def _tell_voices(
    session: Session, vault: Vault, case: Case, reason: str, now: datetime, but: set[int | None]
) -> set[int]:
    """Tell each contact once, however many of the voices were its own, and forget whose they were; the contacts."""
    voices = session.scalars(select(Voice).where(Voice.case_id == case.id, Voice.contact.is_not(None))).all()
    contacts = {int(vault.open(Voice.contact, voice.contact)) for voice in voices if voice.contact} - but
    for contact_id in sorted(contacts):
        tell_contact(
            session,
            vault,
            contact_id=contact_id,
            text_key=outcome_key(case.kind, case.state),
            event=_event(vault, case.id, contact_id),
            kind=MessageKind.DECISION,
            now=now,
            expires_at=now + GOOD_FOR,
            fields={"entry": str(case.entry_number or ""), "reason": reason},
        )
    for voice in voices:
        voice.contact = None
    return contacts


def _event(vault: Vault, case_id: int, contact_id: int) -> str:
    # A keyed hash instead of the case's number: the outbox shall not say in the clear who spoke in which case.
    return f"case:{vault.lookup('case.told', f'{case_id}:{contact_id}').hex()[:32]}"
