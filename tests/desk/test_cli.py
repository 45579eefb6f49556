"""The command line as a whole: quick to start, one line for every failure, the right exit status, help with examples."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from desk.cli import cli
from tests.desk.conftest import Jiangfu

HEAVY = ("sqlalchemy", "flask", "telegram", "numpy", "twilio", "apscheduler", "sklearn", "cryptography")


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    """Every command, and every group, that is not hidden."""
    found: list[tuple[tuple[str, ...], click.Command]] = [(path, group)]
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found += _commands(command, (*path, name))
        elif not command.hidden:
            found.append(((*path, name), command))
    return found


@pytest.mark.parametrize("words", [path for path, _ in _commands(cli)], ids=" ".join)
def test_every_command_shows_an_example(jiangfu: Jiangfu, words: tuple[str, ...]) -> None:
    """`--help` tells what it does and how it is typed, and that example begins as the command does."""
    done = jiangfu(*words, "--help")
    assert (done.status, done.err) == (0, "")
    [example] = [line.strip() for line in done.out.splitlines() if line.strip().startswith("Example: ")]
    assert example.startswith(" ".join(["Example: jiangfu", *words]))


def test_help_loads_nothing_heavy() -> None:
    """The list of commands comes at once: no database, web or model library is imported for it."""
    program = (
        "import sys; sys.argv = ['jiangfu', '--help']\n"
        "from desk.cli import main\n"
        "try: main()\n"
        "except SystemExit as ended: print(ended.code, [name for name in sys.modules if name in " + repr(HEAVY) + "])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("advance",),
        ("advance", "1", "--to", "nowhere", "--as", "1"),
        ("advance", "1", "--to", "confirmed"),
        ("applicants", "find"),
        ("check",),
        ("check", "--cases", "missing.jsonl"),
        ("import", "areas", "missing.csv"),
        ("serve", "everything"),
        ("chat", "--phone", "12"),
        ("staff", "fire"),
        ("--nonsense",),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_two(jiangfu: Jiangfu, words: tuple[str, ...]) -> None:
    """It says how the command is used, and nothing is done."""
    done = jiangfu(*words)
    assert (done.status, done.out) == (2, "")
    assert "Error: " in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("chat",),
        ("staff", "list"),
        ("staff", "pin", "1"),
        ("applicants", "find", "1", "--as", "1"),
        ("advance", "1", "--to", "ceased", "--as", "1"),
        ("keys", "rotate"),
        ("serve", "scheduler"),
    ],
    ids=" ".join,
)
def test_before_init_one_line_says_what_to_do(
    jiangfu: Jiangfu, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1, and the line names `jiangfu init`."""
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    monkeypatch.delenv("JIANGFU_NOW")
    done = jiangfu(*words)
    assert (done.status, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert "`jiangfu init`" in done.err


def test_init_may_be_run_again(jiangfu: Jiangfu, tmp_path: Path) -> None:
    """Schema and keys are made once; the second time nothing changes."""
    assert jiangfu("init").status == 0
    key_file = tmp_path / "keys" / "data-keys.json"
    assert ((tmp_path / "keys").stat().st_mode & 0o777, key_file.stat().st_mode & 0o777) == (0o700, 0o600)
    before = key_file.read_bytes()
    again = jiangfu("init")
    assert (again.status, again.err, key_file.read_bytes()) == (0, "", before)
    assert jiangfu("staff", "list").status == 0


SERVE = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "+8673100000000",
    "TELEGRAM_BOT_TOKEN": "7000000001:token",
}


@pytest.mark.parametrize(
    ("words", "variable", "value", "also"),
    [
        (("serve",), "TWILIO_AUTH_TOKEN", None, {}),
        (("serve",), "TELEGRAM_BOT_TOKEN", None, {}),
        (("serve",), "TWILIO_ACCOUNT_SID", None, {}),
        (("serve",), "TWILIO_FROM", None, {}),
        (("serve", "web", "sender"), "TWILIO_FROM", None, {}),
        (("serve", "bot", "web"), "TELEGRAM_WEBHOOK_SECRET", None, {"JIANGFU_TELEGRAM_MODE": "webhook"}),
        (("serve", "web"), "JIANGFU_BIND", "8000", {}),
        (("serve", "bot"), "TELEGRAM_API_URL", "api.example.org", {}),
        (("init",), "JIANGFU_DATABASE_URL", "nonsense", {}),
        (("init",), "JIANGFU_NOW", "yesterday", {}),
        (("chat",), "JIANGFU_TIMEZONE", "Mars/Olympus", {}),
        (("ask", "x"), "JIANGFU_LOG_LEVEL", "LOUD", {}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_setting_that_is_missing_or_malformed_is_named(
    jiangfu: Jiangfu,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    variable: str,
    value: str | None,
    also: dict[str, str],
) -> None:
    """One line that begins with the variable, exit 1, and nothing has started."""
    monkeypatch.delenv("JIANGFU_NOW")
    for name, good in {**SERVE, **also}.items():
        monkeypatch.setenv(name, good)
    if value is None:
        monkeypatch.delenv(variable, raising=False)
    else:
        monkeypatch.setenv(variable, value)
    done = jiangfu(*words)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"jiangfu: {variable}")
    assert done.err.count("\n") == 1


def test_a_database_that_is_away_is_no_riddle(jiangfu: Jiangfu, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that does not answer is told in one line, not as an unforeseen error."""
    monkeypatch.setenv("JIANGFU_DATABASE_URL", "postgresql+psycopg://nobody:secret@127.0.0.1:1/x")
    for words in (("init",), ("staff", "list"), ("serve", "scheduler")):
        done = jiangfu(*words)
        assert done.status == 1
        assert "The database cannot be reached" in done.err.splitlines()[-1]
        assert "secret" not in done.err


def test_an_unforeseen_error_is_one_line_too(jiangfu: Jiangfu, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells kind and place, and never the text, which may hold anything; no traceback."""

    def fail(_query: str) -> None:
        raise LookupError("王桂兰 13800138000")

    monkeypatch.setattr("core.faq.Finder.find", lambda _self, query: fail(query))
    done = jiangfu("ask", "两个女儿可以领吗")
    assert done.status == 1
    assert done.out == ""
    assert done.err.startswith("jiangfu: an unforeseen LookupError at test_cli.py:")
    assert done.err.count("\n") == 1
    assert "13800138000" not in done.err
