"""Somebody who tells the line something in confidence, on a district with inspectors at every level."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import func, select

from core.db import transaction
from core.dialogue.prompt import Inbound, Kind, Reply
from core.dialogue.session import DialogueSession
from core.domain.report import Report, ReportDraft, ReportPiece, WaitingReport
from core.line import Line
from sms.render import render_all
from tests.inspectors import Channel, hardener
from tests.lines import make_line
from tests.scheduler.duties import work
from tests.stopped_clock import StoppedClock

PHONE, OTHER_PHONE = "+8613800138000", "+8613900139000"
TEXTS = ("三组的老周，女儿不止两个，大女儿在外省。", "2019年起每年都领，拿一半给了村会计。")
# What `kept` says where nothing is.
NOTHING = [0, 0, 0, 0]
# The way from the menu to the text: about T1V1, village and township.
BEGIN = ("4", "1", "名T1V1", "12")

_ids = count(1)


@dataclass
class Confidant:
    """A person with a phone (or a chat), and all that the line has said to it."""

    line: Line
    address: str = PHONE
    channel: str = "sms"
    language: str = ""
    replies: list[Reply] = field(default_factory=list)

    def says(self, *texts: str) -> list[str]:
        """Send messages; what came back to the last."""
        for text in texts:
            self.replies.append(self.line.answer(self._inbound(text=text)))
        return render_all(self.replies[-1])

    def presses(self, choice: str) -> list[str]:
        """Press a button of the newest question."""
        revision = self.replies[-1].revision
        self.replies.append(self.line.answer(self._inbound(kind=Kind.BUTTON, choice=choice, revision=revision)))
        return render_all(self.replies[-1])

    def files(self, *texts: str, begin: Sequence[str] = BEGIN) -> str:
        """Tell something to its end, with the number typed back; the number."""
        self.says(*begin, *texts)
        (said,) = self.says("完")
        number = "".join(re.findall(r"\d{4}", said)[:4])
        self.says(number)
        return number

    @property
    def heard(self) -> list[str]:
        """All that the line has said, message by message."""
        return [text for reply in self.replies for text in render_all(reply)]

    def _inbound(self, **fields: object) -> Inbound:
        said = {"erasable": True, "language": self.language, **fields}
        return Inbound(self.channel, self.address, f"SM{next(_ids)}", **said)  # type: ignore[arg-type]


def line_over(channel: Channel, clock: StoppedClock) -> Line:
    """A line over the channel, which hardens in the one process of all tests."""
    line = make_line(channel.sessions, channel.vault, clock, channel.settings)
    line.__dict__["hardener"] = hardener()
    return line


def tidy(line: Line) -> None:
    """What the scheduler does every five minutes."""
    work(line, "tidy")


def talks(channel: Channel) -> list[DialogueSession]:
    """The talks under way."""
    with transaction(channel.sessions) as session:
        return list(session.scalars(select(DialogueSession)))


def kept(channel: Channel) -> list[int]:
    """How many drafts, pieces, waiting and moved reports there are."""
    with transaction(channel.sessions) as session:
        tables = (ReportDraft, ReportPiece, WaitingReport, Report)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
