"""`jiangfu ask`: one policy question, answered as the line would."""

from __future__ import annotations

import json

import click

from desk.office import Office


@click.command()
@click.argument("text")
@click.pass_obj
def ask(office: Office, text: str) -> None:
    """Answer one policy question as a JSON line: topic (or null), candidates (best first), answer.

    Example: jiangfu ask 两个女儿可以领吗
    """
    from core.dialogue.flows.ask import entry_text
    from core.domain.contact import Language
    from core.faq import Finder, load_catalogue
    from core.texts import speaker

    settings, catalogue = office.settings, load_catalogue()
    finding = Finder(catalogue).find(text)
    language = Language(finding.language)
    if finding.topic:
        answer = entry_text(catalogue[finding.topic], language, settings)
    elif finding.candidates:
        answer = "\n".join(catalogue[topic].question[language] for topic in finding.candidates)
    else:
        answer = speaker(language)("ask.unknown", phone=settings.office_phone, hours=settings.office_hours)
    topic = finding.topic if finding.kind == "answer" else None
    line = {"topic": topic, "candidates": list(finding.candidates), "answer": answer}
    click.echo(json.dumps(line, ensure_ascii=False))
