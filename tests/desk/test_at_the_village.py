"""Nobody at the village learns who objected: every command that there is, run as the village's cadre, is searched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from desk.cli import cli
from tests.desk.conftest import Jiangfu
from tests.desk.objected import PHONE, WORDS, Objected, object_to_entry
from tests.districts import CADRE_PHONE, TOWNSHIP_PHONE, District
from tests.engines import on_sqlite

# They run until they are stopped, or measure on data of their own.
NO_VIEWS = {"serve", "demo", "bench"}


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


VIEWS = {" ".join(words): command for words, command in commands(cli) if words[0] not in NO_VIEWS}


@pytest.fixture
def objected(sessions: Sessions, vault: Vault, district: District) -> Objected:
    """The case, numbered 1, in the cadre's own village."""
    with transaction(sessions) as session:
        return object_to_entry(session, vault, district)


def arguments(command: click.Command, ref: str, folder: Path, *, flags: bool) -> list[str]:
    """What the command needs to run, taken from its own declaration; with `flags`, every switch too."""
    given = []
    for param in command.params:
        if isinstance(param, click.Argument):
            given.append(value(param, ref, folder))
        elif isinstance(param, click.Option) and param.name != "named":
            if param.is_flag and flags and param.name != "help":
                given.append(param.opts[0])
            elif param.required and not param.is_flag:
                given += [param.opts[0], value(param, ref, folder)]
    return given


def value(param: click.Parameter, ref: str, folder: Path) -> str:
    """A value that `param` takes."""
    if isinstance(param.type, click.Choice):
        return str(next(iter(param.type.choices)))
    if isinstance(param.type, click.Path | click.File):
        return str(folder / "something.csv")
    if isinstance(param.type, click.DateTime):
        return "2026-03-15"
    name = str(param.name)
    if param.type is click.INT or isinstance(param.type, click.IntRange) or name == "year":
        return "2026" if "year" in name else "1"
    if "area" in {name, str(param.metavar).lower()}:
        return "T1V1"
    return {"reason": "够60岁。", "phone": CADRE_PHONE}.get(name, ref)


@on_sqlite
@pytest.mark.parametrize("flags", [False, True], ids=["plain", "with every switch"])
@pytest.mark.parametrize("view", VIEWS)
def test_no_command_tells_a_cadre_who_objected(
    jiangfu: Jiangfu,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    objected: Objected,
    view: str,
    flags: bool,
) -> None:
    """Neither phone, nor words, nor number of a voice: not on the screen, and in no file that is written."""
    monkeypatch.setattr("core.confidentiality.rotation.SETTLE", 0.0)
    monkeypatch.setenv("JIANGFU_STAFF", CADRE_PHONE)
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    (tmp_path / "something.csv").write_text("ref,year,amount\n", "utf-8")
    words = arguments(VIEWS[view], objected.ref, tmp_path, flags=flags)
    done = jiangfu(*view.split(), *words, stdin="3\n1\n1\n第1号\n")
    assert leaks(done.out + done.err, objected) == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in files if leaks(path.read_bytes().decode("utf-8", "replace"), objected)] == []


def leaks(text: str, objected: Objected) -> list[str]:
    """What of the voice stands in `text`."""
    together = "".join(text.split())
    return [canary for canary in (PHONE[3:], WORDS, objected.number) if canary in together]


@on_sqlite
def test_the_search_finds_what_an_officer_may_read(
    jiangfu: Jiangfu, monkeypatch: pytest.MonkeyPatch, objected: Objected
) -> None:
    """The words are there to be found, by those who decide."""
    monkeypatch.setenv("JIANGFU_STAFF", TOWNSHIP_PHONE)
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    assert leaks(jiangfu("objections", "show", "1").out, objected) == [WORDS]


def test_every_view_of_objections_was_tried() -> None:
    """The walk through the commands sees those of this desk."""
    assert {f"objections {verb}" for verb in ("list", "show", "take", "decide")} <= VIEWS.keys()
