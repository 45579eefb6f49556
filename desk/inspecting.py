"""`jiangfu reports`, on the inspector's own machine: a key pair, and a bundle read and answered. Neither settings nor
a database are needed, and nothing is written in the clear."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

if TYPE_CHECKING:
    from core.confidentiality.inspector_key import InspectorKey
    from core.services.reports.answers import Standing
    from core.services.reports.inspecting import Bundle, Case

VERDICTS = ("true", "not-true", "not-examined")

key_option = click.option(
    "--key",
    "files",
    multiple=True,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Your private key; for old reports an older one too. The first signs.",
)
out_option = click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file of answers, added to."
)
bundle_argument = click.argument("bundle", type=click.File("rb"))


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def keygen(file: Path) -> None:
    """Make a key pair on your own machine: FILE is private and never leaves it, FILE.pub is to be handed in.

    The passphrase is typed twice (or JIANGFU_PASSPHRASE in scripts). Nobody can restore either.

    Example: jiangfu reports keygen zhou.key
    """
    from core.confidentiality.inspector_key import InspectorKey, public_path, write

    passphrase = os.environ.get("JIANGFU_PASSPHRASE") or click.prompt(
        "Passphrase (12 characters or more)", hide_input=True, confirmation_prompt=True, err=True
    )
    key = InspectorKey.generate()
    write(file, key, passphrase)
    click.echo(f"Hand in {public_path(file)} and tell its fingerprint: {key.public_half.fingerprint}")


@click.command("list")
@bundle_argument
@key_option
def list_reports(bundle: BinaryIO, files: tuple[Path, ...]) -> None:
    """The reports of a bundle: name, day, day of the promised answer, area, levels concerned, what has happened since.

    Example: jiangfu reports list bundle.jf --key zhou.key
    """
    opened = _open(bundle, _keys(files))
    for case in opened.cases:
        heading = case.opened.heading
        place, levels = f"{heading.area_name} ({heading.area})", ",".join(heading.levels)
        click.echo("\t".join((case.handle, str(case.filed_on), str(case.due_on), place, levels, _progress(case))))
    _tell_of_shut(opened)
    for half in opened.readers:
        click.echo(f"Whatever is filed now opens with the key {half.fingerprint}", err=True)


@click.command()
@bundle_argument
@click.argument("handle", metavar="REPORT")
@key_option
def show(bundle: BinaryIO, handle: str, files: tuple[Path, ...]) -> None:
    """What was reported, added and answered, on standard output alone.

    Example: jiangfu reports show bundle.jf 3f9a01c2 --key zhou.key
    """
    from core.text import printable

    case = _open(bundle, _keys(files)).find(handle)
    heading = case.opened.heading
    click.echo(f"{case.handle}  {heading.filed_on}  {heading.area_name} ({heading.area})  {', '.join(heading.levels)}")
    for message in case.opened.messages:
        click.echo(printable(message))
    for day, added in case.additions:
        click.echo(f"-- {added.heading.kind} {day}")
        for message in added.messages:
            click.echo(printable(message))
    for said in case.answers:
        reward = f" (reward {said.amount} yuan)" if said.amount else ""
        click.echo(f"-- answer {said.said_at[:10]} {said.standing}{reward}\n{printable(said.text)}")


@click.command()
@bundle_argument
@click.argument("handle", metavar="REPORT")
@click.argument("text", default="")
@key_option
@out_option
def answer(bundle: BinaryIO, handle: str, text: str, files: tuple[Path, ...], out: Path) -> None:
    """Ask or tell the author something; without TEXT, only that the matter is being examined. - reads standard input.

    Example: jiangfu reports answer bundle.jf 3f9a01c2 "是哪一年的事？" --key zhou.key --out answers.jf
    """
    from core.services.reports.answers import Standing

    _say(bundle, handle, text, files, out, Standing.EXAMINING)


@click.command()
@bundle_argument
@click.argument("handle", metavar="REPORT")
@click.argument("text", default="")
@click.option("--verdict", required=True, type=click.Choice(VERDICTS), help="What was found.")
@key_option
@out_option
def close(bundle: BinaryIO, handle: str, text: str, verdict: str, files: tuple[Path, ...], out: Path) -> None:
    """Close a report; after the time that the settings name it is destroyed.

    Example: jiangfu reports close bundle.jf 3f9a01c2 "钱已退还。" --verdict true --key zhou.key --out answers.jf
    """
    from core.services.reports.answers import Standing

    _say(bundle, handle, text, files, out, Standing(verdict.replace("-", "_")))


@click.command()
@bundle_argument
@click.argument("handle", metavar="REPORT")
@click.option("--amount", required=True, type=click.IntRange(1, 1_000_000), help="Yuan.")
@key_option
@out_option
def grant(bundle: BinaryIO, handle: str, amount: int, files: tuple[Path, ...], out: Path) -> None:
    """Close a report as true and grant a reward. Its author gets a word to say at a counter; you never see it.

    Example: jiangfu reports grant bundle.jf 3f9a01c2 --amount 500 --key zhou.key --out answers.jf
    """
    from core.services.reports import rewards
    from core.services.reports.answers import Standing, compose_reward

    word = rewards.draw_word()
    key = _say(bundle, handle, "", files, out, Standing.TRUE, amount, word)
    _append(out, compose_reward(key, rewards.digest_of(word), amount))


def _say(
    bundle: BinaryIO,
    handle: str,
    text: str,
    files: tuple[Path, ...],
    out: Path,
    standing: Standing,
    amount: int = 0,
    word: str = "",
) -> InspectorKey:
    from core.clock import machine_now
    from core.services.reports.answers import Answer, check_text, compose

    said = check_text(sys.stdin.read() if text == "-" else text)
    keys = _keys(files)
    opened = _open(bundle, keys)
    case = opened.find(handle)
    spoken = Answer(machine_now().isoformat(timespec="seconds"), standing, said, amount, word)
    readers = [half.sealing for half in opened.readers]
    _append(out, compose(keys[0], case.id, case.answer_key, readers, spoken))
    click.echo(f"{case.handle}: {standing}; bring {out} to the server with `jiangfu reports import-answers`.")
    return keys[0]


def _append(out: Path, line: str) -> None:
    with out.open("a", encoding="ascii") as file:
        file.write(line + "\n")


def _keys(files: tuple[Path, ...]) -> list[InspectorKey]:
    from core.confidentiality.inspector_key import read

    passphrase = os.environ.get("JIANGFU_PASSPHRASE")
    return [
        read(file, passphrase or click.prompt(f"Passphrase of {file.name}", hide_input=True, err=True))
        for file in files
    ]


def _open(bundle: BinaryIO, keys: list[InspectorKey]) -> Bundle:
    from core.services.reports.inspecting import open_bundle

    return open_bundle(bundle.read(), keys)


def _progress(case: Case) -> str:
    words = [
        f"{len(case.additions)} added" if case.additions else "",
        "RETALIATION" if case.tells_of_retaliation else "",
        case.answers[-1].standing if case.answers else "new",
    ]
    return ", ".join(word for word in words if word)


def _tell_of_shut(bundle: Bundle) -> None:
    if bundle.shut:
        click.echo(f"{bundle.shut} more need an older key of yours: name it with another --key.", err=True)
