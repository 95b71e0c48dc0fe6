"""The backtest of a book of 25,000 customers: how long it takes, and how soon it stops when it is cancelled.

    python -m tests.benchmarks.bench_backtest [--customers N] [--orders N]

A made-up book of many kinds of event in a real store: four windows of ninety days and one of a year ago, each with all
models and references; then the revenue forecast and the watch between refits. Goal: 60 seconds, in the background.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from models.values.errors import Cancelled
from models.values.imports import Progress
from services.pipeline.jobs import ReportsJob
from services.scoring import last_backtest, score_due
from services.workspace import Recipe, open_workspace
from tests.benchmarks.bench_scoring import unscored_copy
from tests.benchmarks.big_book import BigBook

GOAL_SECONDS = 60.0
CANCEL_AFTER_SECONDS = (0.5, 3.0, 8.0)


def stopwatch(steps: dict[str, float]) -> Callable[[Progress], None]:
    """A call that adds up the time between steps by their name."""
    last = [time.perf_counter()]

    def tell(progress: Progress) -> None:
        now = time.perf_counter()
        steps[progress.step] = steps.get(progress.step, 0.0) + now - last[0]
        last[0] = now

    return tell


def cancelled_after(recipe: Recipe, seconds: float) -> float:
    """Seconds from the cancel to the end of the work."""
    begun = time.perf_counter()
    try:
        ReportsJob(recipe, everything=True)(lambda _step: None, lambda: time.perf_counter() - begun > seconds)
    except Cancelled:
        return time.perf_counter() - begun - seconds
    return 0.0


def main() -> int:
    """Run the bench in a process whose libraries use one thread, as the program's child does."""
    if os.environ.get("OMP_NUM_THREADS") != "1":
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.bench_backtest", *sys.argv[1:]])
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--customers", type=int, default=25_000)
    arguments.add_argument("--orders", type=int, default=250_000)
    chosen = arguments.parse_args()
    book = BigBook(customers=chosen.customers, orders=chosen.orders)
    with tempfile.TemporaryDirectory(prefix="bellwether-bench-") as folder:
        path = unscored_copy(book, Path(folder))
        day = date.fromisoformat(book.as_of)
        recipe = Recipe(str(path), "Ada", f"{day + timedelta(days=3)}T09:00:00+00:00")
        workspace = open_workspace(recipe)
        score_due(workspace)
        steps: dict[str, float] = {}
        begun, busy = time.perf_counter(), time.process_time()
        ReportsJob(recipe)(stopwatch(steps), lambda: False)
        took, processor = time.perf_counter() - begun, time.process_time() - busy
        report = last_backtest(workspace)
        workspace.close()
        assert report is not None
        named = "  ".join(f"{step.lower()} {seconds:.1f}" for step, seconds in steps.items())
        print(f"{chosen.customers:,} customers, {chosen.orders:,} orders: {took:.1f} s (processor {processor:.1f})")
        print(f"  {named}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        verdict = "met" if report.seconds <= GOAL_SECONDS else "missed"
        print(f"backtest {report.seconds:.1f} s, goal {GOAL_SECONDS:g} s: {verdict}; peak memory {peak:.0f} MB")
        stopped = ", ".join(f"{cancelled_after(recipe, seconds):.1f} s" for seconds in CANCEL_AFTER_SECONDS)
        print(f"cancelled after {', '.join(f'{one:g} s' for one in CANCEL_AFTER_SECONDS)}: ended within {stopped}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
