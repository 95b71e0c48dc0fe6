"""Ten minutes of spoilt files, and imports killed at two hundred random moments."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from services.sync import imports_history, undo_import
from tests.measured import Tell
from tests.services.sync.book import open_book
from tests.services.sync.laws.hold import hold
from tests.services.sync.laws.spoil import sources, spoilt
from tests.services.sync.test_faults import IMPORT, left_behind, many_orders

MINUTES = float(os.environ.get("BELLWETHER_SOAK_MINUTES", "10"))
#: A file of a few kilobytes has had its answer long before; the machine may be busy.
HANGS_SECONDS = 60
SETTLED_FILES = 100
GROWTH_BYTES = 60_000_000
#: A book is left for a new one before the history of what was undone makes each proof of it slow.
FILES_A_BOOK = 25
KILLS = 200
ROWS = 12_000


@pytest.mark.soak
def test_spoilt_files_for_ten_minutes(tmp_path: Path, tell: Tell) -> None:
    seed = int(os.environ.get("BELLWETHER_SOAK_SEED", time.time_ns() % 1_000_000))
    print(f"\nseed {seed}")
    chance, files, process = random.Random(seed), sources(), psutil.Process()
    until = time.monotonic() + 60 * MINUTES
    counts: Counter[str] = Counter()
    settled = longest = 0.0
    book = open_book(tmp_path / "0.db")
    while time.monotonic() < until:
        number = counts.total()
        if number and number % FILES_A_BOOK == 0:
            book.workspace.close()
            book = open_book(tmp_path / f"{number}.db")
        source = chance.choice(files)
        path = tmp_path / source.name
        path.write_bytes(spoilt(source.read_bytes(), chance))
        began = time.monotonic()
        try:
            counts[hold(book, path)] += 1
        except BaseException:
            print(f"file {number} of seed {seed}: {path}")
            raise
        longest = max(longest, time.monotonic() - began)
        assert longest < HANGS_SECONDS, path
        if number == SETTLED_FILES:
            settled = process.memory_info().rss
    book.workspace.close()
    grown = process.memory_info().rss - settled if settled else 0
    tell(f"{dict(counts)}, longest {longest:.1f} s, grown {grown / 1e6:.0f} MB")
    assert grown < GROWTH_BYTES


@pytest.mark.soak
def test_imports_killed_at_two_hundred_moments(tmp_path: Path, python: str, project: Path, tell: Tell) -> None:
    path = many_orders(tmp_path / "orders.csv", ROWS)
    whole_book = open_book(tmp_path / "whole.db")
    empty = whole_book.hash()
    began = time.monotonic()
    whole_book.bring(path)
    seconds = time.monotonic() - began
    whole = whole_book.hash()
    whole_book.workspace.close()
    chance, counts = random.Random(4), Counter[str]()
    store = tmp_path / "killed.db"
    open_book(store).workspace.close()
    for number in range(KILLS):
        if _killed(python, project, store, path, chance.uniform(0, 1.3 * seconds)):
            counts["killed"] += 1
        found = open_book(store)
        state = found.hash()
        assert state in (empty, whole), number
        counts["after" if state == whole else "before"] += 1
        if state == whole:
            assert found.bring(path).rows["unchanged"] == ROWS
            for record in imports_history(found.workspace):
                if not record.undone:
                    undo_import(found.workspace, record.id)
            assert found.hash() == empty
        found.workspace.close()
        if state == whole:
            # Each begins alike: what was undone takes no time of the next one.
            store = tmp_path / f"killed-{number}.db"
            open_book(store).workspace.close()
    tell(f"{KILLS} imports: {dict(counts)}")
    assert counts["killed"] > KILLS // 4
    survivor = open_book(store)
    survivor.bring(path)
    assert survivor.hash() == whole
    assert left_behind(store) == []
    survivor.workspace.close()


def _killed(python: str, project: Path, store: Path, path: Path, after: float) -> bool:
    """Begin an import in a process and kill it after so many seconds; return whether it was still at work."""
    child = subprocess.Popen(
        [python, "-c", IMPORT, str(store), str(path)],
        cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdin is not None and child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.stdin.write("go\n")
    child.stdin.flush()
    try:
        child.wait(timeout=after)
        return False
    except subprocess.TimeoutExpired:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        return True
    finally:
        child.stdin.close()
        child.stdout.close()
