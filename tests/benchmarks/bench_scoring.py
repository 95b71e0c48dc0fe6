"""Scoring of books of 100,000 customers with 1 million orders, and of 1 million with 10 million.

    python -m tests.benchmarks.bench_scoring [--customers N --orders N]

The first scoring of a book has a fit and the history of past weeks in it; a new day of data has neither; a change of
one customer in a hundred is what follows an import. "Scores" is all from reading the events to the reasons; what
writing them and the past weeks into the store takes is told apart. Each book is measured in a process of its own.

Goals: 100,000 customers' scores within 10 s and 1 GB, 1 million within 60 s and 2 GB; a change of 1 % within 5 % of
the full run; beside a busy neighbour at most 1.3 times slower; 100,000 customers from features to alerts within 8 s.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from models.store import open_store
from models.tables import activities
from models.values.changes import Changes
from models.values.journal import Actor
from models.values.scores import ScoreRun
from services.alerting import evaluate
from services.scoring import score_due
from services.workspace import Recipe, Workspace, open_workspace
from tests.benchmarks.big_book import BigBook, big_book

#: Customers, orders, and the goals of their scores: seconds and MB.
BOOKS = ((100_000, 1_000_000, 10.0, 1024), (1_000_000, 10_000_000, 60.0, 2048))
ALERTS_SECONDS = 8.0
CHANGED, CHANGED_COST = 0.01, 0.05
BUSY_RATIO, BUSY_ROUNDS = 1.3, 3
_SCORES = ("read", "score", "fit")
#: Above it, rules and neighbours are left to the smaller book.
_LARGE = 200_000


def unscored_copy(book: BigBook, folder: Path) -> Path:
    """A copy of the book as it is right after its import: nothing scored, no card."""
    path = folder / "book.bellwether"
    shutil.copy(big_book(book), path)
    open_store(path).close()
    return path


def one_event(workspace: Workspace, day: date) -> None:
    """Move the book's day on by one event of one customer."""
    with workspace.store.unit_of_work(Actor("import", "bench"), "import", "bench", at=workspace.at) as work:
        event = {"customer_id": 1, "source": "bench", "external_id": str(day), "kind": "login", "happened_on": str(day)}
        work.execute(activities.insert().values(**event))
        work.digest("one event")
        work.commit()


def peak_mb() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def verdict(met: bool) -> str:
    """In a word."""
    return "met" if met else "missed"


@dataclass(frozen=True)
class Took:
    """A run with its seconds, and those that the processor worked for it: what a busy machine leaves out."""

    run: ScoreRun
    seconds: float
    processor: float


def scored(workspace: Workspace, name: str, changes: Changes | None) -> Took:
    """Score, and print a line with the seconds of each step."""
    begun, busy = time.perf_counter(), time.process_time()
    run = score_due(workspace, changes)
    seconds, processor = time.perf_counter() - begun, time.process_time() - busy
    steps = "  ".join(f"{step} {value:.2f}" for step, value in run.seconds.items())
    print(f"{name:<24} {seconds:6.2f} s (processor {processor:6.2f})   {steps}   {run.scored:,} customers")
    return Took(run, seconds, processor)


@contextmanager
def busy_neighbour() -> Iterator[None]:
    """A process beside this one that never rests."""
    neighbour = subprocess.Popen([sys.executable, "-c", "while True: sum(range(100_000))"])
    try:
        yield
    finally:
        neighbour.kill()
        neighbour.wait()


def with_alerts(workspace: Workspace, before: float) -> None:
    """Evaluate the rules after a first scoring."""
    begun = time.perf_counter()
    found = evaluate(workspace, None)
    rules = time.perf_counter() - begun
    print(f"{'rules':<24} {rules:6.2f} s   {len(found.opened):,} cards opened; {peak_mb():.0f} MB")
    outcome = verdict(before + rules <= ALERTS_SECONDS)
    print(f"  from features to alerts {before + rules:.2f} s, goal {ALERTS_SECONDS:g} s: {outcome}")


def beside_a_neighbour(workspace: Workspace, day: date) -> None:
    """Score a new day of data alone and beside a busy process, in turns."""
    alone, beside = [], []
    for turn in range(BUSY_ROUNDS):
        one_event(workspace, day + timedelta(days=2 * turn))
        alone.append(scored(workspace, "a new day, alone", Changes(customers=frozenset({1}))))
        one_event(workspace, day + timedelta(days=2 * turn + 1))
        with busy_neighbour():
            beside.append(scored(workspace, "a new day, beside", Changes(customers=frozenset({1}))))
    ratio = median(one.seconds for one in beside) / median(one.seconds for one in alone)
    worked = median(one.processor for one in beside) / median(one.processor for one in alone)
    outcome = verdict(ratio <= BUSY_RATIO)
    print(f"  beside a busy neighbour {ratio:.2f} x (processor {worked:.2f} x), goal {BUSY_RATIO:g}: {outcome}")


def measure(customers: int, orders: int, goal_seconds: float, goal_mb: float) -> None:
    """Measure one book."""
    book = BigBook(customers=customers, orders=orders, scored=False)
    small = customers <= _LARGE
    with tempfile.TemporaryDirectory(prefix="bellwether-bench-") as folder:
        path = unscored_copy(book, Path(folder))
        day = date.fromisoformat(book.as_of)
        workspace = open_workspace(Recipe(str(path), "Ada", f"{day + timedelta(days=20)}T09:00:00+00:00"))
        print(f"{customers:,} customers, {orders:,} orders")
        first = scored(workspace, "first scoring", None)
        told, peak = sum(first.run.seconds.get(step, 0.0) for step in _SCORES), peak_mb()
        met = verdict(told <= goal_seconds and peak <= goal_mb)
        print(f"  scores {told:.2f} s and {peak:.0f} MB, goal {goal_seconds:g} s and {goal_mb:g} MB: {met}")
        if small:
            with_alerts(workspace, first.seconds)
        one_event(workspace, day + timedelta(days=1))
        full = scored(workspace, "a new day of data", Changes(customers=frozenset({1}))).seconds
        some = frozenset(range(2, 2 + int(CHANGED * customers)))
        part = scored(workspace, f"{CHANGED:.0%} of them changed", Changes(customers=some)).seconds
        print(f"  {part / full:.1%} of the full run, goal {CHANGED_COST:.0%}: {verdict(part <= CHANGED_COST * full)}")
        if small:
            beside_a_neighbour(workspace, day + timedelta(days=2))
        workspace.close()


def main() -> int:
    """Run the bench in processes whose libraries use one thread, as the program's child does."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--customers", type=int)
    arguments.add_argument("--orders", type=int)
    chosen = arguments.parse_args()
    books = [known for known in BOOKS if chosen.customers in (None, known[0])] or [(chosen.customers, 0, 60.0, 2048)]
    if chosen.customers is not None:
        _, orders, seconds, mb = books[0]
        measure(chosen.customers, chosen.orders or orders or 10 * chosen.customers, seconds, mb)
        return 0
    alone = {**os.environ, **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")}
    for customers, orders, _, _ in books:
        command = [sys.executable, "-m", "tests.benchmarks.bench_scoring"]
        subprocess.run([*command, f"--customers={customers}", f"--orders={orders}"], env=alone, check=True)
        print(flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
