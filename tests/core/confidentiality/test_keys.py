"""core/confidentiality/keys: the key file is private, whole at every moment, and never made twice."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from threading import Barrier, Thread

import pytest

from core.confidentiality import keys
from core.errors import KeysError, NotAllowed


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_its_owner_may_read_the_file(tmp_path: Path, umask: int) -> None:
    """Whatever the process's mask: the folder is 0700, the file 0600, and nothing else lies in the folder."""
    before = os.umask(umask)
    try:
        keys.ensure(tmp_path / "var" / "keys")
    finally:
        os.umask(before)
    assert _mode(tmp_path / "var" / "keys") == 0o700
    assert _mode(tmp_path / "var" / "keys" / keys.FILE) == 0o600
    assert [path.name for path in (tmp_path / "var" / "keys").iterdir()] == [keys.FILE]


def test_a_folder_that_stood_open_is_closed(tmp_path: Path) -> None:
    """`jiangfu init` over a folder that others may enter shuts it."""
    tmp_path.chmod(0o755)
    keys.ensure(tmp_path)
    assert _mode(tmp_path) == 0o700


def test_keys_that_are_there_are_kept(tmp_path: Path) -> None:
    """To run `jiangfu init` again changes nothing."""
    first = keys.ensure(tmp_path)
    assert keys.ensure(tmp_path) == first == keys.load(tmp_path)


def test_two_first_starts_at_once_make_one_set_of_keys(tmp_path: Path) -> None:
    """Whoever comes second takes what the first made, so that nothing is sealed with keys that are overwritten."""
    start, found = Barrier(8), []

    def begin() -> None:
        start.wait()
        found.append(keys.ensure(tmp_path))

    threads = [Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [keys.load(tmp_path)] * 8


def test_a_write_that_breaks_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before the last step, the process leaves the keys that were there; the next one can go on."""
    old = keys.ensure(tmp_path)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            keys.save(tmp_path, old.with_new_column_key())
    assert keys.load(tmp_path) == old
    keys.save(tmp_path, old.with_new_column_key())
    assert keys.load(tmp_path).current == 2


def test_only_one_changes_the_keys_at_a_time(tmp_path: Path) -> None:
    """A second rotation is told so at once; when the first lets go, the next may."""
    keys.ensure(tmp_path)
    with keys.alone(tmp_path), pytest.raises(NotAllowed), keys.alone(tmp_path, wait=False):
        pass
    with keys.alone(tmp_path, wait=False):
        pass


def test_each_key_is_drawn_by_itself(tmp_path: Path) -> None:
    """No two keys of an installation, and no two installations, share one."""
    found = [keys.ensure(tmp_path / name) for name in "ab"]
    drawn = [key for one in found for key in (*one.with_new_column_key().columns.values(), one.lookup, one.answers)]
    assert len(set(drawn)) == len(drawn) == 8
    assert {len(key) for key in drawn} == {32}


def test_no_key_is_shown() -> None:
    """Printing the keys shows none."""
    shown = repr(keys.Keys({1: b"secret-one"}, b"secret-two", b"secret-three"))
    assert "secret" not in shown


@pytest.mark.parametrize(
    ("label", "content"),
    [
        ("nothing", b""),
        ("no JSON", b"{"),
        ("a list", b"[]"),
        ("a number", b"1"),
        ("no column key", json.dumps({"columns": {}, "lookup": "", "answers": ""}).encode()),
        ("keys that are too short", json.dumps({"columns": {"1": "AAAA"}, "lookup": "AA==", "answers": ""}).encode()),
        ("a number that is none", json.dumps({"columns": {"x": "AAAA"}, "lookup": "", "answers": ""}).encode()),
        ("columns that are no table", json.dumps({"columns": 1, "lookup": "", "answers": ""}).encode()),
        ("a key that is no text", json.dumps({"columns": {"1": 1}, "lookup": 1, "answers": 1}).encode()),
        ("letters outside ASCII", "钥匙".encode()),
    ],
)
def test_a_damaged_file_is_an_error_in_words(tmp_path: Path, label: str, content: bytes) -> None:
    """Every kind of damage says that the keys are unreadable and what to do, and does not make new ones."""
    (tmp_path / keys.FILE).write_bytes(content)
    with pytest.raises(KeysError, match="restore JIANGFU_KEYS_DIR"):
        keys.ensure(tmp_path)
    assert (tmp_path / keys.FILE).read_bytes() == content
