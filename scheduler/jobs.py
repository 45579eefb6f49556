"""The jobs. Each can run at any time, twice, or late: what is due is always recomputed from the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from core import audit
from core.audit.heads import append_head, is_exported
from core.clock import machine_now
from core.confidentiality.report_keys import ReportKeys
from core.db import transaction
from core.delivery.inbox import forget_answers
from core.delivery.receipts import give_up_silent
from core.dialogue.session import forget_ended
from core.errors import KeysError, Unavailable
from core.heartbeat import beat
from core.residue import clear_log, reclaim
from core.services.annual_review import annual_review
from core.services.attempts import forget_attempts
from core.services.cases.escalating import escalate_overdue
from core.services.linking import forget_codes
from core.services.lists import open_due
from core.services.notices import ladder
from core.services.personal.retention import forget_old
from core.services.reports.drafts import forget_silent
from core.services.reports.moving import PASSING, destroy_due, keep_keys_of_reports, move_intake
from core.services.staffing.proving import forget_staff_codes
from core.services.visits.failed_payments import ask_for_failed_payments
from core.services.watch import tell_administrators
from scheduler.duty import Duty

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """What runs, under which id, every how many seconds; by whoever holds the lease, or by every scheduler."""

    id: str
    seconds: int
    work: Callable[[Duty], None]
    by_all: bool = False

    def run(self, duty: Duty) -> None:
        """Do the work if it is this scheduler's; a database or keys that are away are noted, and the next run finds
        what is still due."""
        try:
            if self.by_all or duty.is_mine():
                self.work(duty)
        except (Unavailable, KeysError):
            log.warning("job_put_off", job=self.id)


def _beat(duty: Duty) -> None:
    with transaction(duty.line.sessions) as session:
        beat(session, "scheduler", machine_now())


def _remind(duty: Duty) -> None:
    duty.planner.run(duty.line.clock.now())


def _open_lists(duty: Duty) -> None:
    opened = None
    while opened != 0:
        with transaction(duty.line.sessions) as session:
            opened = open_due(session, duty.line.clock.today(), duty.line.clock.now())
        if opened:
            log.info("lists_opened", lists=opened)


def _escalate(duty: Duty) -> None:
    with transaction(duty.line.sessions) as session:
        cases = escalate_overdue(session, duty.line.clock.today(), duty.line.clock.now())
    if cases:
        log.info("cases_escalated", cases=cases)


def _climb(duty: Duty) -> None:
    now = duty.line.clock.now()
    with transaction(duty.line.sessions) as session:
        under_way = ladder.due(session, now)
    for notice_id in under_way:
        with transaction(duty.line.sessions) as session:
            climbed = ladder.climb(session, notice_id, now)
        if climbed.tried or climbed.to_visit:
            log.info("notice_ladder", notice=notice_id, tried=climbed.tried, to_visit=climbed.to_visit)


def _visit(duty: Duty) -> None:
    with transaction(duty.line.sessions) as session:
        visits = ask_for_failed_payments(session, duty.line.clock.now())
    if visits:
        log.info("visits_asked_for", visits=visits)


def _give_up_silent(duty: Duty) -> None:
    with transaction(duty.line.sessions) as session:
        messages = give_up_silent(session, duty.line.clock.now())
    if messages:
        log.info("messages_without_receipt", messages=messages)


def _review(duty: Duty) -> None:
    with transaction(duty.line.sessions) as session:
        reviewed = annual_review(session, duty.line.clock.today().year, duty.line.clock.now())
    if reviewed.asked or reviewed.paused:
        log.info("yearly_check", asked=reviewed.asked, paused=reviewed.paused)


def _warn(duty: Duty) -> None:
    line = duty.line
    with transaction(line.sessions) as session:
        messages = tell_administrators(session, line.vault, line.settings, line.clock.now())
    if messages:
        log.warning("administrators_warned", messages=messages)


def _forget(duty: Duty) -> None:
    import core.schema  # noqa: F401 - every table is to be known

    line = duty.line
    with transaction(line.sessions) as session:
        gone = forget_old(session, line.settings, line.clock.now())
    if any(gone.values()):
        log.info("retention", **gone)


def _export_head(duty: Duty) -> None:
    with transaction(duty.line.sessions) as session:
        head = audit.head(session)
    heads = duty.line.settings.audit_heads
    if head is not None and not is_exported(heads, head):
        append_head(heads, head)


def _move_reports(duty: Duty) -> None:
    line = duty.line
    today, report_keys = line.clock.today(), ReportKeys(line.settings.report_keys_dir)
    with report_keys.changing():
        with transaction(line.sessions) as session:
            moved = move_intake(session, line.vault, report_keys, today)
            destroyed = destroy_due(session, today)
        with transaction(line.sessions) as session:
            keep_keys_of_reports(session, report_keys, today)
    if moved or destroyed:
        reclaim(line.sessions.kw["bind"], PASSING)


def _tidy(duty: Duty) -> None:
    line = duty.line
    with transaction(line.sessions) as session:
        answers = forget_answers(session, machine_now())
    with transaction(line.sessions) as session:
        forget_silent(session, line.vault, line.clock.now())
    # A talk that does not open must not keep the answers of everybody else.
    with transaction(line.sessions) as session:
        talks = forget_ended(session, line.vault, line.clock.now())
        attempts = forget_attempts(session, line.clock.now())
        codes = forget_codes(session, line.clock.now()) + forget_staff_codes(session, line.clock.now())
    clear_log(line.sessions.kw["bind"])  # where somebody reads just now, the next run does it
    log.info("tidied", answers=answers, talks=talks, attempts=attempts, codes=codes)


MINUTE, HOUR, DAY = 60, 3600, 86400

JOBS = (
    Job("heartbeat", 20, _beat),
    Job("lists", MINUTE, _open_lists),
    Job("reminders", MINUTE, _remind),
    Job("escalation", 5 * MINUTE, _escalate),
    Job("receipts", 5 * MINUTE, _give_up_silent),
    Job("notices", 10 * MINUTE, _climb),
    Job("visits", HOUR, _visit),
    Job("yearly_check", HOUR, _review),
    Job("reports", HOUR, _move_reports),
    Job("warnings", HOUR, _warn),
    Job("retention", DAY, _forget),
    Job("audit_head", DAY, _export_head),
    Job("tidy", 5 * MINUTE, _tidy, by_all=True),
)
