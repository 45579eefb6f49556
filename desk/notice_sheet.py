"""How notices look on the screen, and the reach report as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from core.confidentiality.vault import Vault
from core.delivery.outbox import State
from core.domain.notice import Notice
from core.errors import NotAllowed
from core.services.notices.cautions import Caution, Kind
from core.services.notices.preview import Preview
from core.services.notices.reach import Counts, Line
from core.settings import Settings
from core.text import printable

_CAUTIONS = {
    Kind.COSTLY: "{what} cost a segment in the {language} text",
    Kind.SPARE: "{what} characters fewer in the {language} text save a segment",
    Kind.LINK: "a link: carriers refuse it, and people are warned of links",
    Kind.ID_NUMBER: "an ID number stands in the {language} text",
    Kind.PHONE: "a phone number stands in the {language} text",
    Kind.ACCOUNT: "a number like a bank account's stands in the {language} text",
    Kind.PAST: "the day that it names is over",
}
_LANGUAGES = {"zh": "Chinese", "en": "English"}
_HEADS = ("ref", "village", "group", "reach", "why")


def preview_lines(seen: Preview, settings: Settings) -> Iterator[str]:
    """A preview, a fact a line."""
    over = ", ".join(f"{count} by {channel}" for channel, count in sorted(seen.channels.items())) or "nobody"
    yield f"people\t{seen.people}"
    yield f"reached\t{over}"
    yield f"no phone\t{seen.no_channel}"
    yield f"opted out\t{seen.opted_out}"
    yield f"at home\t{seen.home_visit}"
    yield f"followers\t{seen.followers}"
    yield f"segments\tat most {seen.segments}"
    yield f"yuan\tat most {seen.yuan:f}"
    yield f"begins\t{_local(seen.begins_at, settings)}"
    done = _local(seen.done_at, settings) if seen.done_at else "never: a day's money does not pay for one message"
    late = "" if seen.is_in_time else f"\tAFTER ITS END {_local(seen.expires_at, settings)}"
    yield f"finished\t{done}{late}"
    for language, text in seen.texts.items():
        yield f"text {language}\t{seen.parts[language]} segments\t{' '.join(text.split())}"
    for caution in seen.cautions:
        yield f"look again\t{in_words(caution)}"


def in_words(caution: Caution) -> str:
    """What is to be looked at again."""
    return _CAUTIONS[caution.kind].format(what=caution.what, language=_LANGUAGES[caution.language])


def list_line(notice: Notice, vault: Vault, settings: Settings) -> str:
    """A notice at a glance."""
    begins = _local(notice.not_before or notice.released_at or notice.written_at, settings)
    words = vault.open(Notice.words, notice.words)
    people = "-" if notice.people is None else str(notice.people)
    return "\t".join((str(notice.id), notice.state, people, begins, _local(notice.expires_at, settings), words))


def reach_lines(states: Mapping[State, int], far: Counts) -> Iterator[str]:
    """How far it is, messages first, then people."""
    for state in State:
        if states.get(state):
            yield f"messages\t{state}\t{states[state]}"
    for reach, count in far.by_reach.items():
        yield f"people\t{reach}\t{count}"
    yield f"told\t{far.told}\nvisited\t{far.visited}\nopen\t{far.open}\nin all\t{far.people}"


def write_report(output: Path, lines: Sequence[Line]) -> None:
    """The report as CSV or XLSX, by the file's name. Raises NotAllowed for another ending, or where it can't be
    written."""
    rows = [(line.ref, line.village, line.group, str(line.reach), line.why) for line in lines]
    try:
        if output.suffix == ".csv":
            with output.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows([_HEADS, *([_harmless(cell) for cell in row] for row in rows)])
        elif output.suffix == ".xlsx":
            _workbook(output, rows)
        else:
            raise NotAllowed("The report is written as .csv or .xlsx; give -o such a name.")
    except OSError:
        raise NotAllowed("The file cannot be written; name another with -o.") from None


def _workbook(output: Path, rows: Sequence[tuple[str, ...]]) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for number, row in enumerate((_HEADS, *rows), 1):
        for place, value in enumerate(row, 1):
            cell = sheet.cell(number, place)
            cell.value, cell.data_type = printable(value), "s"  # else a group called =1 would be a formula
    sheet.freeze_panes = "A2"
    book.save(output)


def _harmless(cell: str) -> str:
    """What a spreadsheet would take for a formula is text to it with an apostrophe."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell


def _local(instant: datetime, settings: Settings) -> str:
    return f"{instant.astimezone(settings.timezone):%F %H:%M}"
