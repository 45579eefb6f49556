"""core/confidentiality/hardening: Argon2id in one process of its own; who would wait too long is told so at once."""

from __future__ import annotations

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from nacl.pwhash import argon2id

from core.confidentiality import hardening
from core.confidentiality.hardening import Busy, Hardener
from core.confidentiality.receipt import Cost
from core.settings import Settings

RECEIPT, SALT = "1234567890123455", b"s" * 16
CHEAP, DEAR = Cost(1, 8192), Cost(1, 256 * 1024 * 1024)
# Long enough that nothing is done in it however fast the machine, short enough that nobody waits for the test.
A_MOMENT = 0.02


@pytest.fixture
def lock_file(tmp_path: Path) -> Path:
    """What hardeners take turns by."""
    path = tmp_path / "data-keys.json"
    path.write_text("{}")
    return path


def test_it_is_argon2id(lock_file: Path) -> None:
    """What the process of its own answers is what libsodium says."""
    ours = Hardener(lock_file).harden(RECEIPT, SALT, CHEAP)
    assert ours == argon2id.kdf(32, RECEIPT.encode(), SALT, opslimit=1, memlimit=8192)


def test_many_at_once_are_done_one_after_another(lock_file: Path) -> None:
    """Each gets the answer to its own receipt."""
    hardener, together = Hardener(lock_file), Barrier(8)
    receipts = [f"{number:016}" for number in range(8)]

    def harden(receipt: str) -> bytes:
        together.wait()
        return hardener.harden(receipt, SALT, CHEAP)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(harden, receipts))
    assert found == [argon2id.kdf(32, each.encode(), SALT, opslimit=1, memlimit=8192) for each in receipts]


def test_no_thread_of_the_line_computes(lock_file: Path) -> None:
    """What is dear is computed elsewhere: this process spends next to nothing on it."""
    hardener = Hardener(lock_file, patience=60)
    hardener.harden(RECEIPT, SALT, CHEAP)
    began = time.process_time()
    hardener.harden(RECEIPT, SALT, DEAR)
    assert time.process_time() - began < 0.05


def test_who_would_wait_too_long_is_told_at_once(lock_file: Path) -> None:
    """With less patience than one hardening takes nothing is begun, and nobody waits."""
    hardener = Hardener(lock_file, patience=0.1)
    with pytest.raises(Busy):
        hardener.harden(RECEIPT, SALT, DEAR)
    assert hardener._process is None


def test_what_takes_too_long_is_ended_and_the_next_is_answered(
    lock_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its late answer is never taken for that to somebody else's receipt."""
    monkeypatch.setattr(hardening, "_FIRST_GUESS", 0.0)
    hardener = Hardener(lock_file, patience=A_MOMENT)
    with pytest.raises(Busy):
        hardener.harden(RECEIPT, SALT, DEAR)
    hardener._patience = 60
    assert hardener.harden("0" * 16, SALT, CHEAP) == argon2id.kdf(32, b"0" * 16, SALT, opslimit=1, memlimit=8192)


def test_two_processes_take_turns(lock_file: Path) -> None:
    """While another hardener of this machine has the turn, this one waits, and gives up in time."""
    first, second = Hardener(lock_file, patience=60), Hardener(lock_file, patience=60)
    for hardener in (first, second):
        hardener.harden(RECEIPT, SALT, CHEAP)
    import fcntl

    with lock_file.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second._patience = A_MOMENT
        second._seconds = 0.0
        with pytest.raises(Busy):
            second.harden(RECEIPT, SALT, CHEAP)
    assert first.harden(RECEIPT, SALT, CHEAP)


def test_a_process_that_died_is_started_again(lock_file: Path) -> None:
    """The one who asked just then sends again; all others notice nothing."""
    hardener = Hardener(lock_file)
    hardener.start()
    assert hardener._process is not None
    hardener._process.kill()
    hardener._process.wait()
    assert hardener.harden(RECEIPT, SALT, CHEAP)


def test_it_ends_with_the_line(lock_file: Path) -> None:
    """Nobody holds its input any more: it goes by itself, also where the line was killed."""
    hardener = Hardener(lock_file)
    hardener.start()
    process = hardener._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == 0


def test_the_receipt_stands_in_no_command_line(lock_file: Path) -> None:
    """Whoever lists the machine's processes sees no receipt, and neither does its environment hold one."""
    hardener = Hardener(lock_file)
    hardener.harden(RECEIPT, SALT, CHEAP)
    process = hardener._process
    assert isinstance(process, subprocess.Popen)
    shown = Path(f"/proc/{process.pid}/cmdline").read_bytes() + Path(f"/proc/{process.pid}/environ").read_bytes()
    assert b"hardening" in shown
    assert RECEIPT.encode() not in shown


def test_the_usual_cost_is_what_the_threat_model_counts_on() -> None:
    """Fewer than two passes over 128 MiB would make guessing cheaper than the docs say."""
    usual = Settings()
    assert usual.receipt_passes >= 3
    assert usual.receipt_memory >= 128 * 1024


def test_the_usual_cost_on_this_machine(lock_file: Path) -> None:
    """The real parameters work here, in the process of their own."""
    usual = Settings()
    cost = Cost(usual.receipt_passes, usual.receipt_memory * 1024)
    assert len(Hardener(lock_file, patience=60).harden(RECEIPT, SALT, cost)) == 32
