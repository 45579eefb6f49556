"""What is committed: no address of somebody's registry or machine, nothing huge, every package and library explained."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LARGEST = 1024 * 1024
LEFT_OUT = {".git", ".venv", "build", "var", "node_modules"}
PROGRAM = ("bot", "core", "demo", "desk", "scheduler", "sms")
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-check.lock")

# Written in halves, so that this file does not name what it looks for.
REGISTRIES = tuple(
    "".join(halves)
    for halves in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("npm", "js.org"),
        ("npm", "js.com"),
        ("docker", ".io"),
        ("gh", "cr.io"),
        ("crates", ".io"),
        ("rubygems", ".org"),
        ("conda", ".anaconda.org"),
        ("--index", "-url"),
        ("--extra-index", "-url"),
        ("--trusted", "-host"),
    )
)
# An absolute path on somebody's machine: a home, a working folder, a temporary place with a name in it.
HOMES = re.compile(r"(?<![\w.}:/-])(?:/(?:home|root|Users|work|workspace|mnt)/[\w.-]|[A-Z]:\\\\Users\\\\)")


@cache
def files() -> tuple[Path, ...]:
    """What is committed, or about to be; without a repository, whatever lies here."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    names = listed.stdout.split("\0") if listed.returncode == 0 else []
    found = [ROOT / name for name in names if name] or list(ROOT.rglob("*"))
    return tuple(path for path in found if path.is_file() and not LEFT_OUT & set(path.relative_to(ROOT).parts))


@cache
def texts() -> dict[str, str]:
    """Every file that is text, by its path."""
    found = {}
    for path in files():
        try:
            found[str(path.relative_to(ROOT))] = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return found


def test_the_search_sees_the_tree() -> None:
    """Both halves of the program are among what is looked at."""
    assert {"pyproject.toml", "core/line.py", "tests/test_words_of_the_tree.py", *LOCKS} <= texts().keys()


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_a_registry(host: str) -> None:
    """Where packages come from is decided by whoever installs."""
    assert [path for path, text in texts().items() if host in text] == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    """What works here works anywhere."""
    assert [f"{path}: {found[0]}" for path, text in texts().items() for found in HOMES.finditer(text)] == []


def test_no_file_is_huge() -> None:
    """Up to 1 MiB: what is larger belongs elsewhere."""
    assert [str(path.relative_to(ROOT)) for path in files() if path.stat().st_size > LARGEST] == []


@pytest.mark.parametrize("program", PROGRAM)
def test_every_package_says_what_it_is(program: str) -> None:
    """By a README or by a sentence in its `__init__.py`; and every module opens with one."""
    modules = [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] == program]
    assert modules
    silent = [
        str(path.relative_to(ROOT))
        for path in modules
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
        and not (path.name == "__init__.py" and path.with_name("README.md").exists())
        and "versions" not in path.parts
    ]
    assert silent == []


@cache
def requirements() -> dict[str, list[str]]:
    """The distributions that pyproject.toml asks for, by the extra that asks ('' for the program itself)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: [_name(requirement) for requirement in wanted] for extra, wanted in asked.items()}


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


@pytest.mark.parametrize("name", requirements()[""])
def test_every_library_says_why_it_is_here(name: str) -> None:
    """A row of docs/dependencies.md begins with its name and has a reason."""
    rows = re.findall(r"^\| *`([^`]+)` *\| *([^|]*?) *\|", texts()["docs/dependencies.md"], re.MULTILINE)
    assert dict(rows).get(name), f"docs/dependencies.md has no row for {name}"


@pytest.mark.parametrize("extra", [extra for extra in requirements() if extra])
def test_every_tool_is_named(extra: str) -> None:
    """What only an extra brings is named in the same file; stubs for the type checker are named as such together."""
    named = set(re.findall(r"`([^`]+)`", texts()["docs/dependencies.md"]))
    assert [name for name in requirements()[extra] if name not in named and not name.startswith("types-")] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_hashes_and_no_address(lock: str) -> None:
    """Every line that pins a version is followed by hashes; nothing in it says where to get it."""
    text = texts()[lock]
    assert "://" not in text
    entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    pinned = [entry for entry in entries if entry.strip() and not entry.startswith("#")]
    assert pinned
    assert [entry.split()[0] for entry in pinned if not re.match(r"\S+==\S+", entry)] == []
    assert [entry.split()[0] for entry in pinned if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    ("lock", "extras"),
    [(LOCKS[0], ("",)), (LOCKS[1], ("", "test")), (LOCKS[2], ("", "test", "check"))],
)
def test_a_lock_pins_what_is_asked_for(lock: str, extras: tuple[str, ...]) -> None:
    """Nothing is installed beside the lock."""
    pinned = {_name(name) for name in re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*?\])?==", texts()[lock], re.MULTILINE)}
    assert [name for extra in extras for name in requirements()[extra] if name not in pinned] == []
