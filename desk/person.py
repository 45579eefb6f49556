"""`jiangfu person`: what is held of somebody: shown, copied, erased, and put right."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from desk.acting import acting, as_option
from desk.corrections import CORRECTIONS
from desk.office import Office

if TYPE_CHECKING:
    from core.services.acting import Actor

_KEY = click.argument("key", metavar="REF|PHONE")


@click.group()
def person() -> None:
    """Requests under the personal-information law (see, copy, erase), and corrections by a clerk.

    Example: jiangfu person show 27183644 --as 13907310002
    """


for command in CORRECTIONS:
    person.add_command(command)


@person.command()
@_KEY
@as_option
@click.pass_obj
def show(office: Office, key: str, named: str) -> None:
    """Everything held of a person, in clear; who looked is noted.

    Objections that somebody has made himself, and reports, are not among it: nothing leads to them but their numbers.

    Example: jiangfu person show 27183644 --as 13907310002
    """
    click.echo(_everything(office, key, acting(office, named), "show"), nl=False)


@person.command()
@_KEY
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_option
@click.pass_obj
def export(office: Office, key: str, file: Path, named: str) -> None:
    """The same, in a new FILE that only you can read, to be handed to the person.

    Example: jiangfu person export 27183644 copy.txt --as 13907310002
    """
    said = _everything(office, key, acting(office, named), "export")
    with _new_file(file) as copy:
        copy.write(said.encode())
    click.echo("Written; hand it over and delete it here.")


@person.command()
@click.argument("ref")
@as_option
@click.pass_obj
def erase(office: Office, ref: str, named: str) -> None:
    """Erase what is held of a person, at that person's request. What the law bids to keep stays, and is named.

    Example: jiangfu person erase 27183644 --as 13907310002
    """
    import core.schema  # noqa: F401 - every table is to be known
    from core.db import transaction
    from core.services.personal.erasing import erase as erase_person

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        erased = erase_person(session, office.vault, ref, actor, office.clock.now())
    click.echo(f"{ref}: erased: {_listed(erased.gone)}")
    if erased.kept:
        click.echo(f"{ref}: kept, for the vouchers of public money are kept for thirty years: {_listed(erased.kept)}")
    click.echo("The audit trail keeps the reference and what was done; older backups keep the rest until they go.")


@person.command("file")
@click.argument("ref", required=False)
@click.option("--village", help="Everybody of the village with this code, as one ZIP archive.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
@as_option
@click.pass_obj
def print_file(office: Office, ref: str | None, village: str | None, output: Path, named: str) -> None:
    """The file of one person (一人一档) as an HTML page to be printed from any browser; or of a whole village.

    \b
    Example: jiangfu person file 27183644 -o file.html --as 13907310002
    Or: jiangfu person file --village 4305210101 -o village.zip --as 13907310002
    """
    if (ref is None) == (village is None):
        raise click.UsageError("Say either one reference or --village CODE.")
    actor = acting(office, named)
    pages = _files(office, actor, [ref] if ref else _refs_in(office, str(village)))
    with _new_file(output) as file:
        if ref:
            file.write(pages[ref].encode())
        else:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for each, page in pages.items():
                    archive.writestr(f"{each}.html", page)
    click.echo(f"{len(pages)} files of persons are written.")


def _refs_in(office: Office, code: str) -> list[str]:
    from sqlalchemy import select

    from core.db import transaction
    from core.domain.person import Person
    from core.services.areas import area_of

    with transaction(office.sessions) as session:
        village = area_of(session, code)
        return list(session.scalars(select(Person.ref).where(Person.area_id == village.id).order_by(Person.ref)))


def _files(office: Office, actor: Actor, refs: list[str]) -> dict[str, str]:
    from core import audit
    from core.db import transaction
    from core.services.personal.asking import person_of
    from desk.person_file import person_file

    today, pages = office.clock.today(), {}
    for ref in refs:  # a short transaction each, so that a large village keeps nobody waiting
        with transaction(office.sessions) as session:
            found = person_of(session, ref, actor)
            pages[ref] = person_file(session, office.vault, found, today, office.clock.timezone)
            audit.note(session, office.vault, actor.staff_id, "file", ref, office.clock.now())
    return pages


def _new_file(path: Path) -> BinaryIO:
    """A new file, readable by its owner alone. Raises NotAllowed."""
    from core.errors import NotAllowed

    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError:
        raise NotAllowed("The file is there already, or cannot be written: name a new one.") from None


def _everything(office: Office, key: str, actor: Actor, act: str) -> str:
    import core.schema  # noqa: F401 - every table is to be known
    from core import audit
    from core.db import transaction
    from core.errors import NotFound
    from core.services.finding import find_persons
    from core.services.personal.asking import person_of
    from core.services.personal.holdings import holdings

    pages = []
    with transaction(office.sessions) as session:
        refs = [found.ref for found in find_persons(session, office.vault, key)]
        if not refs:
            raise NotFound("Nobody has this reference, ID number or phone.")
        for ref in refs:
            records = holdings(session, office.vault, person_of(session, ref, actor).id)
            acts = audit.entries(session, ref, 1000)
            audit.note(session, office.vault, actor.staff_id, act, ref, office.clock.now())
            lines = [f"# {ref}"]
            for record in records:
                lines.append(f"\n{record.table}")
                lines += [f"  {name}: {value}" for name, value in record.said.items()]
            lines.append("\naudit_entries")
            lines += [f"  {entry.at:%Y-%m-%d %H:%M} staff {entry.actor_id or '-'}: {entry.action}" for entry in acts]
            pages.append("\n".join(lines) + "\n")
    return "\n".join(pages)


def _listed(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number} {table}" for table, number in numbers.items()) or "nothing"
