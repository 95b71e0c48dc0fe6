"""Ten minutes of spoilt files, and imports killed at two hundred random moments."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from tests.measured import Tell
from tests.services.sync.book import open_book
from tests.services.sync.killed import kill_imports
from tests.services.sync.laws.hold import hold
from tests.services.sync.laws.spoil import sources, spoilt

MINUTES = float(os.environ.get("BELLWETHER_SOAK_MINUTES", "10"))
#: A file of a few kilobytes has had its answer long before; the machine may be busy.
HANGS_SECONDS = 60
SETTLED_FILES = 100
GROWTH_BYTES = 60_000_000
#: A book is left for a new one before the history of what was undone makes each proof of it slow.
FILES_A_BOOK = 25
KILLS = 200


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
    counts = kill_imports(python, project, tmp_path, rows=12_000, kills=KILLS, seed=4)
    tell(f"{KILLS} imports: {dict(counts)}")
    assert counts["killed"] > KILLS // 4
