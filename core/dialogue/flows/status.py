"""Where is my application: at once from the registered address, elsewhere by reference and last four characters."""

from __future__ import annotations

from collections.abc import Sequence

from core.dialogue.flows import filing, menu
from core.dialogue.flows.payment_lines import payment_of
from core.dialogue.flows.status_lines import REASONED, status_line
from core.dialogue.prompt import Awaits, Prompt, numbered
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Outcome, Turn, asks
from core.domain.case import CaseKind
from core.domain.payout import PayoutStatus
from core.domain.reference import LENGTH, is_reference
from core.services import linking, status, villages
from core.services.cases.raising import may_ask_for_recheck
from core.services.payouts import bank_reason
from core.services.status import Locked, Standing
from core.text import as_digits, fold
from core.texts import _


class StatusFlow:
    """Steps: `last_four_of` (a shared phone), `ref`, `last_four`, `shown` (what may follow), `reason` (of a refusal,
    and what can be done), `code` (links a chat)."""

    name = "status"

    def start(self, turn: Turn) -> Outcome:
        """Answer at once where the address serves one person; ask which one where it serves several."""
        return self._of(turn, turn.sender.serves)

    def _of(self, turn: Turn, standings: Sequence[Standing]) -> Outcome:
        if len(standings) == 1:
            return self._show(turn, standings[0], may_link=False)
        if standings:
            prompt = Prompt(turn.say("status.which", count=len(standings)), awaits=Awaits.DIGITS)
            return asks(self.name, "last_four_of", prompt)
        return self._ask_reference(turn)

    def with_reference(self, turn: Turn, ref: str) -> Outcome:
        """Begin with a reference that was sent unasked."""
        mine = [standing for standing in turn.sender.serves if standing.ref == ref]
        return self._show(turn, mine[0], may_link=False) if mine else self._ask_last_four(turn, ref)

    def resume(self, turn: Turn, talk: Talk, answer: Answer) -> Outcome | None:
        """Take a reference, four characters, a code, or a choice under an answer."""
        if talk.step in {"shown", "reason"}:
            return self._after(turn, talk, answer.choice) if answer.choice else None
        if talk.step == "ref":
            return self._take_reference(turn, answer.text)
        if talk.step == "code":
            return self._take_code(turn, talk, answer.text)
        last_four = _last_four(answer.text)
        if not last_four:
            return _repeat(turn, talk, _("status.last_four_unclear"))
        try:
            if talk.step == "last_four_of":
                return self._among_registered(turn, last_four)
            standing = status.prove(
                turn.session, turn.vault, turn.sender.address_hash, talk.data["ref"], last_four, turn.now
            )
        except Locked:
            return Outcome((Prompt(turn.say("status.locked", phone=turn.settings.office_phone)),))
        if standing is None:
            return self._ask_reference(turn, _("status.wrong"))
        return self._show(turn, standing, may_link=turn.sender.channel != "sms")

    def back(self, turn: Turn, talk: Talk) -> Outcome | None:
        """From the four characters back to the reference."""
        return self._ask_reference(turn) if talk.step == "last_four" else None

    def _ask_reference(self, turn: Turn, key: str = _("status.ref")) -> Outcome:
        prompt = Prompt(turn.say(key, phone=turn.settings.office_phone), awaits=Awaits.DIGITS)
        return asks(self.name, "ref", prompt)

    def _take_reference(self, turn: Turn, text: str) -> Outcome | None:
        number = as_digits(text)
        if is_reference(number):
            return self.with_reference(turn, number)
        if not number and len(fold(text)) > 2 * LENGTH:
            return None
        return self._ask_reference(turn, _("status.ref_mistyped"))

    def _ask_last_four(self, turn: Turn, ref: str) -> Outcome:
        return asks(self.name, "last_four", Prompt(turn.say("status.last_four"), awaits=Awaits.DIGITS), {"ref": ref})

    def _among_registered(self, turn: Turn, last_four: str) -> Outcome:
        sender = turn.sender
        matching = status.tell_apart(turn.session, turn.vault, sender.address_hash, sender.serves, last_four, turn.now)
        if len(matching) == 1:
            return self._show(turn, matching[0], may_link=False)
        if matching:
            return self._ask_reference(turn, _("status.same_last_four"))
        prompt = Prompt(turn.say("status.none_of_family"), awaits=Awaits.DIGITS)
        return asks(self.name, "last_four_of", prompt)

    def _show(self, turn: Turn, standing: Standing, may_link: bool) -> Outcome:
        choices = []
        payout = payment_of(turn, standing)
        if payout is not None and payout.status is PayoutStatus.FAILED:
            choices.append(("payment_reason", turn.say("status.show_reason")))
        if standing.stage in REASONED and standing.application_id:
            choices.append(("reason", turn.say("status.show_reason")))
        if may_link and turn.sender.contact_id is not None:
            choices.append(("link", turn.say("status.link_chat")))
        prompt = Prompt(status_line(turn, standing, payout), numbered(*choices))
        if not choices:
            return Outcome((prompt,))
        data = {"application": standing.application_id, "person": standing.person_id}
        data |= {"payout": payout.id} if payout else {}
        return asks(self.name, "shown", prompt, data)

    def _after(self, turn: Turn, talk: Talk, choice: str) -> Outcome:
        if choice == "reason":
            return self._reason(turn, talk)
        if choice == "recheck":
            (home,) = villages.villages_of(turn.session, [talk.data["person"]])
            known = {"application": talk.data["application"]}
            return filing.begin(turn, CaseKind.RECHECK, home.id, known=known)
        if choice == "payment_reason":
            words = bank_reason(turn.session, turn.vault, talk.data["payout"])
            return Outcome((Prompt(turn.say("status.reason", reason=words)),))
        contact_id = turn.sender.contact_id
        if contact_id is None or not linking.send_code(
            turn.session, turn.vault, contact_id, talk.data["person"], turn.now
        ):
            return Outcome((Prompt(turn.say("link.impossible", phone=turn.settings.office_phone)),))
        return asks(self.name, "code", Prompt(turn.say("link.sent"), awaits=Awaits.DIGITS))

    def _reason(self, turn: Turn, talk: Talk) -> Outcome:
        """Why, and what can be done: once, another officer can be asked to check again."""
        application_id = talk.data["application"]
        words = status.reason_of(turn.session, turn.vault, application_id)
        text = turn.say("status.reason", reason=words) if words else turn.say("status.no_reason")
        remedy = turn.say("status.remedy", phone=turn.settings.office_phone)
        if not may_ask_for_recheck(turn.session, application_id):
            return Outcome((Prompt(text), Prompt(remedy)))
        recheck = numbered(("recheck", turn.say("status.ask_recheck")))
        return asks(self.name, "reason", Prompt(remedy, recheck), talk.data).preceded_by(Prompt(text))

    def _take_code(self, turn: Turn, talk: Talk, text: str) -> Outcome | None:
        code = as_digits(text)
        if len(code) != linking.CODE_LENGTH or turn.sender.contact_id is None:
            return _repeat(turn, talk, _("link.unclear"))
        linked = linking.take_code(turn.session, turn.vault, turn.sender.contact_id, code, turn.now)
        if linked:
            served = status.standings_of_contact(turn.session, turn.sender.contact_id)
            return self._of(turn, served).preceded_by(Prompt(turn.say("link.done")))
        if linked is None:
            return menu.show(turn, turn.say("link.over"))
        return _repeat(turn, talk, _("link.wrong"))


def _last_four(text: str) -> str:
    """Four characters as typed, or the end of a whole ID number; '' where it is neither."""
    compact = "".join(fold(text).upper().split())
    if compact[-1:] in {"X", "×"}:
        digits, end = as_digits(compact[:-1]), "X"
    else:
        digits, end = as_digits(compact), ""
    number = digits + end
    return number[-4:] if len(number) in {4, 18} else ""


def _repeat(turn: Turn, talk: Talk, key: str) -> Outcome:
    prompt = Prompt(turn.say(key), awaits=Awaits.DIGITS)
    return asks(talk.flow, talk.step, prompt, talk.data)
