"""A notice written in chat: its words, how it reads and what it costs, a yes, and how far the last one came."""

from __future__ import annotations

from core.days import day
from core.dialogue.flows.work_desk import Desk, Step
from core.dialogue.flows.work_proof import act
from core.dialogue.prompt import Awaits, Prompt, numbered
from core.dialogue.turn import Answer, Outcome
from core.domain.area import Area
from core.domain.contact import Language
from core.domain.notice import NoticeState
from core.errors import JiangfuError, NotAllowed
from core.services.notices import sending
from core.services.notices.cautions import Caution, Kind
from core.services.notices.ending import stop
from core.services.notices.finding import last_of, notice_in_area
from core.services.notices.preview import Preview, preview
from core.services.notices.reach import counts
from core.services.notices.wording import checked, names_of
from core.services.notices.writing import Draft, change, write
from core.texts import _

_CAUTIONS = {
    Kind.COSTLY: _("caution.costly"),
    Kind.SPARE: _("caution.spare"),
    Kind.LINK: _("caution.link"),
    Kind.ID_NUMBER: _("caution.id_number"),
    Kind.PHONE: _("caution.phone"),
    Kind.ACCOUNT: _("caution.account"),
    Kind.PAST: _("caution.past"),
}


def begin(desk: Desk) -> Outcome:
    """Ask for the words."""
    return _ask_words(desk)


def reach(desk: Desk) -> Outcome:
    """How far the last notice came: the number that its keeper answers for."""
    session, say = desk.turn.session, desk.turn.say
    notice = last_of(session, desk.actor.staff_id)
    if notice is None:
        return desk.menu(say("work.no_notice"))
    far = counts(session, notice)
    return desk.menu(say("work.reach_of", people=far.people, told=far.told, visited=far.visited, open=far.open))


def _ask_words(desk: Desk, key: str = _("work.words"), notice_id: int = 0) -> Outcome:
    office = names_of(desk.turn.session.get_one(Area, desk.actor.area_id))[desk.turn.sender.language]
    prompt = Prompt(desk.turn.say(key, office=office), awaits=Awaits.WORDS)
    return desk.ask("words", prompt, notice=notice_id)


def _take_words(desk: Desk, answer: Answer) -> Outcome | None:
    turn, notice_id = desk.turn, desk.data["notice"]
    try:
        draft = Draft(checked(answer.text, None))
    except NotAllowed:
        return _ask_words(desk, _("work.bad_words"), notice_id)
    if notice_id:
        notice = change(turn.session, turn.vault, desk.actor, notice_id, draft, turn.now)
    else:
        notice = write(turn.session, turn.vault, desk.actor, draft, turn.now)
    return _show(desk, preview(turn.session, turn.vault, turn.settings, notice, turn.now))


def _show(desk: Desk, seen: Preview) -> Outcome:
    say = desk.turn.say
    shown = [Prompt(seen.texts[Language.CHINESE])]
    if seen.cautions:
        shown.append(Prompt(say("work.look_again", what="；".join(_in_words(desk, each) for each in seen.cautions))))
    choices = [("rewrite", say("work.rewrite")), ("drop", say("work.drop"))]
    if seen.is_in_time and seen.people:
        choices.insert(0, ("send", say("work.send")))
    prompt = Prompt(_summary(desk, seen), numbered(*choices), Awaits.CHOICE)
    return desk.ask("look", prompt, notice=seen.notice_id, revision=seen.revision).preceded_by(*shown)


def _summary(desk: Desk, seen: Preview) -> str:
    say, now = desk.turn.say, desk.turn.now
    if not seen.is_in_time or seen.done_at is None:
        return say("work.too_late", people=seen.people)
    done = seen.done_at.astimezone(desk.turn.settings.timezone)
    return say(
        "work.look",
        people=seen.people,
        messages=seen.messages,
        yuan=f"{seen.yuan:f}",
        done=f"{day(say, done.date(), now.date())} {done:%H:%M}",
        without=seen.no_channel,
        silent=seen.opted_out,
    )


def _in_words(desk: Desk, caution: Caution) -> str:
    return desk.turn.say(_CAUTIONS[caution.kind], what=caution.what)


def _take_look(desk: Desk, answer: Answer) -> Outcome | None:
    notice_id, revision = desk.data["notice"], desk.data["revision"]
    if answer.choice == "send":
        return act(desk, "send", notice_id, revision, 0)
    if answer.choice == "again":
        return act(desk, "send", notice_id, revision, 1)
    if answer.choice == "rewrite":
        return _ask_words(desk, notice_id=notice_id)
    if answer.choice == "drop":
        stop(desk.turn.session, desk.turn.vault, desk.actor, notice_id, desk.turn.now)
        return desk.menu(desk.turn.say("work.dropped"))
    return None


def send(desk: Desk, notice_id: int, revision: int, again: int) -> Outcome:
    """Confirm the notice; where the same words went out within a day, ask first."""
    turn = desk.turn
    try:
        notice = sending.send(
            turn.session, turn.vault, turn.settings, desk.actor, notice_id, revision, turn.now, again=bool(again)
        )
    except sending.SaidBefore:
        choices = numbered(("again", turn.say("work.once_more")), ("drop", turn.say("work.drop")))
        prompt = Prompt(turn.say("work.said_before"), choices, Awaits.CHOICE)
        return desk.ask("look", prompt, notice=notice_id, revision=revision)
    except JiangfuError:
        return desk.menu(turn.say("work.refused"))
    if notice.state is NoticeState.AWAITING:
        return desk.menu(turn.say("work.awaits_second"))
    found = notice_in_area(turn.session, desk.actor, notice_id)
    return desk.menu(turn.say("work.sent", messages=found.people))


STEPS: dict[str, Step] = {"words": _take_words, "look": _take_look}
