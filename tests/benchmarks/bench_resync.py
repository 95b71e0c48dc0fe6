"""Ten million orders in a store, then one in a hundred of them changed: imported again and scored again.

1. a file of a million and one of ten million orders, each into an empty book: time should be linear, memory flat;
2. in the large book, scored: a file of 100,000 of its orders with other amounts, of the customers of one account
   manager (as a daily export has it: those who bought lately), imported and scored; and one with orders of everybody.

Goal: at most 10 s from the file to the scores. Every step is a process of its own, as in the program.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from models.values.changes import Changes
from models.values.imports import ImportOptions, ImportRequest, Receipt
from services.workspace import Recipe, Workspace, open_workspace
from tests.benchmarks.bench_import import generate

MILLION = 1_000_000
CUSTOMERS = 100_000
_AT = "2026-11-21T08:00:00+00:00"


def imported(workspace: Workspace, source: Path) -> tuple[Receipt, Changes]:
    """Import a file."""
    from services.sync import run_import

    options = ImportOptions(timezone="UTC")
    return run_import(workspace, ImportRequest(workspace.recipe.store, str(source), workspace.at, "bench", options))


def bring(workspace: Workspace, source: Path) -> None:
    """Import a file of new orders."""
    receipt, _ = imported(workspace, source)
    assert receipt.rows["inserted"] == receipt.rows["read"], receipt.rows


def score(workspace: Workspace, _: Path) -> None:
    """Score everyone."""
    from services.scoring import score_due

    score_due(workspace)


def resync(workspace: Workspace, source: Path) -> None:
    """Import a file of changed orders and score whom it touches."""
    from services.scoring import score_due

    receipt, changes = imported(workspace, source)
    assert receipt.rows["updated"] == receipt.rows["read"], receipt.rows
    run = score_due(workspace, changes)
    sys.stderr.write(f"import {receipt.seconds:.2f} s, {run.scored:,} customers scored: {run.why}; {run.seconds}\n")


def timed(way: str, book: Path, source: Path) -> float:
    """Do one step in a book; return the seconds that it took, without those of opening the book."""
    workspace = open_workspace(Recipe(str(book), "bench", _AT))
    start = time.perf_counter()
    _WAYS[way](workspace, source)
    seconds = time.perf_counter() - start
    workspace.close()
    return seconds


_WAYS: dict[str, Callable[[Workspace, Path], None]] = {"bring": bring, "score": score, "resync": resync}
_CHILD = """
import resource, sys
from pathlib import Path
from tests.benchmarks.bench_resync import timed
way, book, source = sys.argv[1:]
seconds = timed(way, Path(book), Path(source))
peaks = [resource.getrusage(of).ru_maxrss for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(f"{seconds:.3f}", max(peaks) // 1024)
"""


def in_child(way: str, book: Path, source: Path) -> tuple[float, int]:
    """Run one step in a process of its own; return its seconds and its peak memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, way, str(book), str(source)], stdout=subprocess.PIPE, text=True, check=True
    )
    seconds, peak = done.stdout.split()
    return float(seconds), int(peak)


def changed(source: Path, target: Path, rows: int, few: bool) -> int:
    """Write `rows` orders of a file with another amount; `few`: of as few customers as hold them. Return how many."""
    share = 0.01
    customers: set[str] = set()
    with source.open(encoding="utf-8", newline="") as read, target.open("w", encoding="utf-8", newline="") as file:
        lines, out = csv.reader(read), csv.writer(file)
        out.writerow(next(lines))
        wanted = (
            # Customers are numbered by how much they buy: those in the middle are the usual ones.
            (row for row in lines if int(row[1][1:]) % 100 == 50)
            if few
            else (row for place, row in enumerate(lines) if place % round(1 / share) == 0)
        )
        for row in islice(wanted, rows):
            row[4] = str(int(row[4]) + 1 + few)
            customers.add(row[1])
            out.writerow(row)
    return len(customers)


def main(rows: int = 10 * MILLION, customers: int = CUSTOMERS) -> None:
    """Measure each step and print it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        small, large, book = place / "small.csv", place / "large.csv", place / "book.db"
        generate(small, rows // 10, customers=customers)
        generate(large, rows, customers=customers)
        tenth, tenth_peak = in_child("bring", place / "small.db", small)
        whole, whole_peak = in_child("bring", book, large)
        print(f"{customers:,} customers")
        print(f"{rows // 10:>10,} orders imported   {tenth:7.2f} s   {tenth_peak:4d} MB")
        print(
            f"{rows:>10,} orders imported   {whole:7.2f} s   {whole_peak:4d} MB   "
            f"{whole / tenth:.1f} x the time of a tenth (linear: 10), {whole_peak / tenth_peak:.2f} x the memory"
        )
        scored, peak = in_child("score", book, large)
        print(f"{'':10} everyone scored   {scored:7.2f} s   {peak:4d} MB")
        for few in (True, False):
            file = place / f"changed-{few}.csv"
            touched = changed(large, file, rows // 100, few)
            seconds, peak = in_child("resync", book, file)
            print(
                f"{rows // 100:>10,} changed, of {touched:,} customers, imported and scored "
                f"{seconds:6.2f} s   {peak:4d} MB   (goal: 10 s)"
            )


if __name__ == "__main__":
    main()
