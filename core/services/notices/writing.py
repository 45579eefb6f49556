"""Writing a notice, and changing it as long as nobody has confirmed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.domain.notice import Notice, NoticeArea, NoticeState
from core.domain.staff import Role
from core.errors import NotAllowed
from core.services.acting import Actor
from core.services.notices.addressing import addressed
from core.services.notices.finding import own_notice
from core.services.notices.wording import checked
from core.text import fold

# How long a notice makes sense where its writer does not say.
KEPT_FOR = timedelta(days=3)


@dataclass(frozen=True)
class Draft:
    """What a notice is to say: in Chinese and, where `english` is not '', in English. `day` is that of {date};
    `areas` are codes, none for the writer's own; `begins` (None: at once) and `ends` are aware instants."""

    words: str
    english: str = ""
    day: date | None = None
    areas: tuple[str, ...] = ()
    begins: datetime | None = None
    ends: datetime | None = None
    urgent: bool = False


def write(session: Session, vault: Vault, actor: Actor, draft: Draft, now: datetime) -> Notice:
    """A new notice of `actor`, which nobody gets before it is confirmed.

    Raises NotAllowed for words that can't be sent, areas that are not the writer's, an end that is over before the
    beginning, and a cadre's urgent one; NotFound for an area that there is not.
    """
    notice = Notice(
        staff_id=actor.staff_id, keeper_id=actor.staff_id, office_id=actor.area_id, state=NoticeState.DRAFT,
        written_at=now, revision=0,
    )  # fmt: skip
    _fill(session, vault, actor, notice, draft, now)
    audit.note(session, vault, actor.staff_id, "write_notice", f"notice {notice.id}", now, draft.words)
    return notice


def change(session: Session, vault: Vault, actor: Actor, notice_id: int, draft: Draft, now: datetime) -> Notice:
    """Put `draft` in the place of what the notice said. Raises as `write`, and NotAllowed where it is another's or
    somebody has confirmed it already."""
    notice = own_notice(session, actor, notice_id)
    if notice.state is not NoticeState.DRAFT:
        raise NotAllowed(f"Notice {notice_id} is {notice.state}: what was confirmed is not changed; write a new one.")
    _fill(session, vault, actor, notice, draft, now)
    audit.note(session, vault, actor.staff_id, "change_notice", f"notice {notice.id}", now, draft.words)
    return notice


def words_hash(vault: Vault, words: str) -> bytes:
    """The keyed hash by which the same words are found again, however they were spaced."""
    return vault.lookup("notice.words", "".join(fold(words).split()))


def _fill(session: Session, vault: Vault, actor: Actor, notice: Notice, draft: Draft, now: datetime) -> None:
    areas = addressed(session, actor, draft.areas)
    words = checked(draft.words, draft.day)
    english = checked(draft.english, draft.day) if draft.english.strip() else ""
    begins = max(draft.begins or now, now)
    ends = draft.ends or begins + KEPT_FOR
    if ends <= begins:
        raise NotAllowed("The notice would end before it begins; give a later end with --until.")
    if draft.urgent and actor.role is not Role.OFFICER:
        raise NotAllowed("Only an officer sends an urgent notice, for it may wake people.")
    notice.words, notice.words_hash = vault.seal(Notice.words, words), words_hash(vault, words)
    notice.words_en = vault.seal(Notice.words_en, english) if english else None
    notice.day, notice.urgent, notice.not_before, notice.expires_at = draft.day, draft.urgent, draft.begins, ends
    notice.revision += 1
    session.add(notice)
    session.flush()
    session.execute(delete(NoticeArea).where(NoticeArea.notice_id == notice.id))
    session.add_all(NoticeArea(notice_id=notice.id, area_id=area.id) for area in areas)
    session.flush()
