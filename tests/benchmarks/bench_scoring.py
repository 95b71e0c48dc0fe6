"""Scoring of books of 100,000 customers with 1 million orders, and of 1 million with 10 million.

    python -m tests.benchmarks.bench_scoring [--customers N --orders N]

The first scoring of a book has a fit and the history of past weeks in it; a new day of data has neither; a change of
one customer in a hundred is what follows an import. "Scores" is all from reading the events to the reasons; what
writing them and the past weeks into the store takes is told apart. Each book is measured in a process of its own.

Beside a busy neighbour there is a core for each of the two. Where others keep the machine busy as well, the three share
two cores, and no program is as quick as alone: such rounds are told with what the others took, and do not count.

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
#: Rounds that count, of at most so many; in one that counts others took at most so much of one core.
BUSY_RATIO, BUSY_ROUNDS, MOST_ROUNDS, QUIET = 1.3, 3, 8, 0.15
_SCORES = ("read", "score", "fit")
#: Above it, rules and neighbours are left to the smaller book.
_LARGE = 200_000


def unscored_copy(book: BigBook, folder: Path) -> Path:
    """A copy of the book as it is right after its import: nothing scored, no alert."""
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
    """A run with its seconds, and those that the processor worked for it: what a busy machine leaves out.

    `others`: cores that all others took meanwhile, the neighbour excepted; None where the machine does not tell.
    """

    run: ScoreRun
    seconds: float
    processor: float
    others: float | None = None

    @property
    def quiet(self) -> bool:
        """Whether nobody else was at work."""
        return self.others is None or self.others <= QUIET


def busy_seconds() -> float | None:
    """Seconds that all cores of the machine have worked since it began; None where it does not tell."""
    if not Path("/proc/stat").exists():
        return None
    user, nice, system, _idle, _waiting, *more = map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:])
    return (user + nice + system + sum(more[:3])) / os.sysconf("SC_CLK_TCK")


def worked(process: int) -> float:
    """Seconds that a process has worked (where `busy_seconds` tells)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def scored(workspace: Workspace, name: str, changes: Changes | None, neighbour: int | None = None) -> Took:
    """Score, and print a line with the seconds of each step; `neighbour`: a process that is no other."""
    machine = busy_seconds()
    beside = worked(neighbour) if neighbour is not None and machine is not None else 0.0
    begun, busy = time.perf_counter(), time.process_time()
    run = score_due(workspace, changes)
    seconds, processor = time.perf_counter() - begun, time.process_time() - busy
    others = None
    if machine is not None:
        theirs = worked(neighbour) - beside if neighbour is not None else 0.0
        others = max((busy_seconds() or 0.0) - machine - theirs - processor, 0.0) / seconds
    steps = "  ".join(f"{step} {value:.2f}" for step, value in run.seconds.items())
    told = "" if others is None else f"   others took {others:.2f} cores"
    print(f"{name:<24} {seconds:6.2f} s (processor {processor:6.2f})   {steps}   {run.scored:,} customers{told}")
    return Took(run, seconds, processor, others)


@contextmanager
def busy_neighbour() -> Iterator[int]:
    """A process beside this one that never rests; its number."""
    neighbour = subprocess.Popen([sys.executable, "-c", "while True: sum(range(100_000))"])
    try:
        yield neighbour.pid
    finally:
        neighbour.kill()
        neighbour.wait()


def with_alerts(workspace: Workspace, before: Took) -> None:
    """Evaluate the rules after a first scoring."""
    begun, busy = time.perf_counter(), time.process_time()
    found = evaluate(workspace, None)
    rules, processor = time.perf_counter() - begun, time.process_time() - busy
    opened = f"{len(found.opened):,} alerts opened; {peak_mb():.0f} MB"
    print(f"{'rules':<24} {rules:6.2f} s (processor {processor:6.2f})   {opened}")
    whole = before.seconds + rules
    told = f"{whole:.2f} s (processor {before.processor + processor:.2f})"
    print(f"  from features to alerts {told}, goal {ALERTS_SECONDS:g} s: {verdict(whole <= ALERTS_SECONDS)}")


def beside_a_neighbour(workspace: Workspace, day: date) -> None:
    """Score a new day of data alone and beside a busy process, in turns, until enough of both were left in peace."""
    alone: list[Took] = []
    beside: list[Took] = []
    for turn in range(MOST_ROUNDS):
        one_event(workspace, day + timedelta(days=2 * turn))
        alone.append(scored(workspace, "a new day, alone", Changes(customers=frozenset({1}))))
        one_event(workspace, day + timedelta(days=2 * turn + 1))
        with busy_neighbour() as neighbour:
            beside.append(scored(workspace, "a new day, beside", Changes(customers=frozenset({1})), neighbour))
        if min(sum(one.quiet for one in rounds) for rounds in (alone, beside)) >= BUSY_ROUNDS:
            break
    quiet = [[one for one in rounds if one.quiet] for rounds in (alone, beside)]
    enough = all(quiet)
    told, held = quiet if enough else [alone, beside]
    clock = median(one.seconds for one in held) / median(one.seconds for one in told)
    processor = median(one.processor for one in held) / median(one.processor for one in told)
    words = f"{len(told)} and {len(held)} rounds in peace" if enough else "others were at work all the time"
    outcome = verdict(clock <= BUSY_RATIO) if enough else "cannot be told"
    ratio = f"{clock:.2f} x (processor {processor:.2f} x; {words})"
    print(f"  beside a busy neighbour {ratio}, goal {BUSY_RATIO:g}: {outcome}")


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
            with_alerts(workspace, first)
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
