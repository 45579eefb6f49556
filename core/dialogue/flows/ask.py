"""Policy questions: the catalogue's own answer, or the nearest two or three as digits, or the office's phone."""

from __future__ import annotations

from core.dialogue.prompt import Awaits, Choice, Prompt, numbered
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Outcome, Turn, asks
from core.domain.contact import Language
from core.faq import Entry
from core.settings import Settings
from core.text import as_digits

NONE_OF_THESE = "none"


def entry_text(entry: Entry, language: Language, settings: Settings) -> str:
    """The entry's own answer, with the office's phones and hours put in."""
    return entry.answer[language].format(
        office_phone=settings.office_phone, office_hours=settings.office_hours, report_phone=settings.report_phone
    )


class AskFlow:
    """Free text in, an entry of the catalogue out."""

    name = "ask"

    def start(self, turn: Turn) -> Outcome:
        """Ask for the question."""
        prompt = Prompt(turn.say("ask.question"), awaits=Awaits.WORDS)
        return asks(self.name, "question", prompt, {"awaits": Awaits.WORDS})

    def resume(self, turn: Turn, talk: Talk, answer: Answer) -> Outcome | None:
        """Take the question, or the choice among those offered; other words are another question."""
        if talk.step == "offered":
            turn = turn.in_language(Language(talk.data["language"]))
            if answer.choice == NONE_OF_THESE:
                return self._unknown(turn)
            return self._entry(turn, answer.choice) if answer.choice else None
        # A number is no question: it means what it means at the menu.
        return None if as_digits(answer.text) else self.question(turn, answer.text)

    def back(self, turn: Turn, talk: Talk) -> Outcome | None:
        """From the offered topics back to the question."""
        return self.start(turn) if talk.step == "offered" else None

    def question(self, turn: Turn, text: str) -> Outcome:
        """Answer `text`."""
        finding = turn.find(text)
        if Language(finding.language) is Language.ENGLISH:
            turn = turn.in_language(Language.ENGLISH)
        if finding.kind in {"answer", "redirect"} and finding.topic:
            return self._entry(turn, finding.topic)
        if finding.kind == "offer" and finding.candidates:
            return self._offer(turn, finding.candidates)
        return self._unknown(turn)

    def _entry(self, turn: Turn, topic: str) -> Outcome:
        return Outcome((Prompt(entry_text(turn.catalogue[topic], turn.sender.language, turn.settings)),))

    def _offer(self, turn: Turn, topics: tuple[str, ...]) -> Outcome:
        language = turn.sender.language
        labels = [(topic, turn.catalogue[topic].question[language]) for topic in topics]
        choices: tuple[Choice, ...] = numbered(*labels, (NONE_OF_THESE, turn.say("ask.none_of_these")))
        prompt = Prompt(turn.say("ask.did_you_mean"), choices, Awaits.CHOICE)
        return asks(self.name, "offered", prompt, {"language": language})

    def _unknown(self, turn: Turn) -> Outcome:
        settings = turn.settings
        text = turn.say("ask.unknown", phone=settings.office_phone, hours=settings.office_hours)
        return Outcome((Prompt(text),))
