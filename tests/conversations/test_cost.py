"""docs/cost.md: what each task costs in messages and segments, counted by playing it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.db import transaction
from core.delivery.segments import is_gsm, segments
from tests.conversations.phones import Chat, KeypadPhone
from tests.conversations.register import REF, THIRD_REF, Entry, enter
from tests.conversations.stage import Stage
from tests.engines import on_sqlite

PAGE = Path(__file__).parents[2] / "docs" / "cost.md"
MINE, HOME = "+8613800138000", "+8613900139000"
PERSON = 5001
HEAD = "| task | language | texts in | texts out | segments out |\n| --- | --- | --: | --: | --: |\n"
CHECK = ("1", "1", "2", "1", "1", "1")

# A task by its name: what the person texts, once he has been introduced to the line and speaks the language.
TASKS: dict[str, dict[str, tuple[str, ...]]] = {
    "status, from the registered phone": {"Chinese": ("2",), "English": ("2",)},
    "status of a refused application, with the reason": {"Chinese": ("2", "1"), "English": ("2", "1")},
    "status, from another phone": {"Chinese": ("2", REF, "1234"), "English": ("2", REF, "1234")},
    "a whole eligibility check": {
        "Chinese": ("1", "19500312", "1", "2", "1", "1", "1"),
        "English": ("1", "19500312", "1", "2", "1", "1", "1"),
    },
    "a policy question": {"Chinese": ("一年有多少钱？",), "English": ("How much is it a year?",)},
    "reading the open list": {"Chinese": ("公示", "1"), "English": ("object", "1")},
    "an objection, until its number is there": {
        "Chinese": ("公示", "2", "1", "1", "0", "2", "1"),
        "English": ("object", "2", "1", "1", "0", "2", "1"),
    },
    "the menu": {"Chinese": ("菜单",), "English": ("menu",)},
    "opting out, and in again": {"Chinese": ("退订", "恢复"), "English": ("STOP", "START")},
}
STRANGER = "status, from another phone"
REFUSED = "status of a refused application, with the reason"
LISTED = ("reading the open list", "an objection, until its number is there")
OFFICE_REASON = "现有一儿一女，不符合“一个孩子或两个女儿”这一条。"


@pytest.mark.xdist_group("finder")
@on_sqlite
def test_the_page_says_what_is_counted(stage: Stage, rewriting: bool) -> None:
    """Each row of the table is played over true HTTP and counted with the signature, as the carrier counts."""
    counted = HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows(stage))
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(HEAD)
    after = rest[rest.index("\n\n") :] if "\n\n" in rest else "\n"
    page = before + counted.rstrip("\n") + after
    if rewriting:
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page


def rows(stage: Stage) -> list[tuple[str, ...]]:
    """Every task in each language, then what happens once: being introduced, and the link of a chat."""
    with transaction(stage.line.sessions) as session:
        enter(session, stage.vault, [Entry(last_four="1234", contacts=(("sms", MINE), ("sms", HOME)))])
        refused = Entry("31415929", "567X", "rejected", date(2026, 3, 29), reason=OFFICE_REASON)
        enter(
            session,
            stage.vault,
            [Entry(**{**vars(refused), "contacts": (("sms", "+8613700137000"),)})],
            village="QX0102",
        )
        listed = Entry(THIRD_REF, "4321", "bureau_reviewed", date(2026, 4, 20), ground="one_child", group="3")
        enter(
            session,
            stage.vault,
            [Entry(**{**vars(listed), "contacts": (("sms", "+8613600136001"),)})],
            village="QX0103",
        )
    counted = [
        _row(stage, task, language, says)
        for task, by_language in TASKS.items()
        for language, says in by_language.items()
    ]
    return [*counted, _introduction(stage), _link(stage)]


def _row(stage: Stage, task: str, language: str, says: tuple[str, ...]) -> tuple[str, ...]:
    own = {STRANGER: f"+861360013600{len(language)}", REFUSED: "+8613700137000"}
    number = own.get(task, "+8613600136001" if task in LISTED else MINE)
    phone = KeypadPhone(stage, number)
    phone.says("中文" if language == "Chinese" else "English")
    heard = [message.text for words in says for message in phone.says(words)]
    return _counted(stage, task, language, len(says), heard)


def _introduction(stage: Stage) -> tuple[str, ...]:
    heard = [message.text for message in KeypadPhone(stage, "+8613500135000").says("菜单")]
    return _counted(stage, "added to a number's first message: who we are", "Chinese", 0, heard[:1])


def _link(stage: Stage) -> tuple[str, ...]:
    """In a chat; what costs is the code alone."""
    chat = Chat(stage, PERSON)
    for words in ("2", REF, "1234", "1"):
        chat.says(words)
    return _counted(
        stage, "linking a chat: the code to the registered phone", "Chinese", 0, [text for _to, text in stage.deliver()]
    )


def _counted(stage: Stage, task: str, language: str, texts_in: int, heard: list[str]) -> tuple[str, ...]:
    settings = stage.settings
    signed = [(settings.sms_signature_en if is_gsm(text) else settings.sms_signature) + text for text in heard]
    return task, language, str(texts_in), str(len(heard)), str(sum(map(segments, signed)))
