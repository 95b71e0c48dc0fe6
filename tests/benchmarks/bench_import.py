"""Import a million generated orders, against the least that any program could do with them.

In one run, each in a child process of its own, in turns:

(ours) the whole import: detected, validated, matched, compared, journalled, receipt; the same file again; its undo;
(a) ``csv.reader``, one date, one integer and one e-mail check, ``executemany`` of 20,000 into one table with the same
    two indexes (the key; the covering one), built after the load, in one transaction, with the store's own pragmas;
(b) ``.import`` of the ``sqlite3`` shell into the same table, without any check.

Goal: ours at most 1.3 times (a) and 250 MB; the file again, and its undo, at most as long as the first time.
"""

from __future__ import annotations

import csv
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median

from models import sqlite

ROWS = 1_000_000
CUSTOMERS = 20_000
ROUNDS = 3
HEADER = ("order_id", "customer_id", "customer_email", "ordered_at", "total", "currency", "channel", "kind")
_FIRST = ("anna", "ben", "clara", "david", "emma", "finn", "greta", "hugo", "ida", "jonas", "kira", "leo")
_INDEXES = (
    "CREATE UNIQUE INDEX uq_orders_key ON orders (order_id)",
    "CREATE INDEX ix_orders_customer ON orders (customer_id, kind, ordered_at, total, currency)",
)


def generate(path: Path, rows: int, seed: int = 1, customers: int = CUSTOMERS) -> None:
    """Write orders of eight columns, about 92 bytes each, of customers of very different habits."""
    chance = random.Random(seed)
    people = [(f"C{n:05d}", f"{chance.choice(_FIRST)}{n}@customer.example") for n in range(customers)]
    start = datetime.fromisoformat("2024-01-01T00:00:00")
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(HEADER) + "\n")
        for number in range(rows):
            customer, email = people[int(chance.random() ** 2 * customers)]
            at = start + timedelta(seconds=chance.randrange(86_400 * 730))
            channel = chance.choice(("web", "store", "phone"))
            file.write(
                f"ORD-{number:09d},{customer},{email},{at:%Y-%m-%d %H:%M:%S},"
                f"{chance.randrange(5, 900)},USD,{channel},purchase\n"
            )


def ours(source: Path, folder: Path) -> str:
    """Import the file, and again, and undo it; return the three times."""
    from models.values.imports import ImportOptions, ImportRequest
    from services.sync import run_import, undo_import
    from services.workspace import Recipe, open_workspace

    times, numbers = [], []
    workspace = open_workspace(Recipe(str(folder / "book.db"), "bench", "2026-11-21T08:00:00+00:00"))
    request = ImportRequest(
        workspace.recipe.store, str(source), "2026-11-21T08:00:00Z", "bench", ImportOptions(timezone="UTC")
    )
    for expected in ("inserted", "unchanged"):
        start = time.perf_counter()
        receipt, _ = run_import(workspace, request)
        times.append(time.perf_counter() - start)
        numbers.append(receipt.import_id)
        assert receipt.rows[expected] == receipt.rows["read"], receipt.rows
    start = time.perf_counter()
    undo_import(workspace, numbers[0])
    times.append(time.perf_counter() - start)
    workspace.close()
    return " ".join(f"{seconds:.3f}" for seconds in times)


def bare(source: Path, folder: Path) -> str:
    """Load the file with three checks and nothing else; return the time."""
    start = time.perf_counter()
    is_email = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+").fullmatch
    db = sqlite.connect(folder / "bare.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA cache_size = -65536")
    columns = ", ".join(f"{name} {'INTEGER' if name == 'total' else 'TEXT'}" for name in HEADER)
    db.execute(f"CREATE TABLE orders (id INTEGER PRIMARY KEY, {columns})")
    db.execute("BEGIN")
    with source.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader)

        def checked() -> object:
            for order, customer, email, at, total, currency, channel, kind in reader:
                datetime.fromisoformat(at)
                if is_email(email) is None:
                    raise ValueError(email)
                yield order, customer, email, at, int(total), currency, channel, kind

        rows = checked()
        marks = ", ".join("?" * len(HEADER))
        while batch := list(islice(rows, 20_000)):
            db.executemany(f"INSERT INTO orders ({', '.join(HEADER)}) VALUES ({marks})", batch)
    for statement in _INDEXES:
        db.execute(statement)
    db.execute("COMMIT")
    db.close()
    return f"{time.perf_counter() - start:.3f}"


def shell(source: Path, folder: Path) -> str:
    """Load the file with the sqlite3 shell; return the time."""
    start = time.perf_counter()
    columns = ", ".join(f"{name} TEXT" for name in HEADER)
    script = "\n".join(
        (
            "PRAGMA journal_mode = WAL;",
            f"CREATE TABLE orders ({columns});",
            ".mode csv",
            f".import --skip 1 '{source}' orders",
            *(f"{statement};" for statement in _INDEXES),
        )
    )
    subprocess.run(
        ["sqlite3", str(folder / "shell.db")], input=script, text=True, check=True, stdout=subprocess.DEVNULL
    )
    return f"{time.perf_counter() - start:.3f}"


_WAYS: dict[str, Callable[[Path, Path], str]] = {"ours": ours, "bare": bare, "shell": shell}
_CHILD = """
import resource, sys
from pathlib import Path
from tests.benchmarks import bench_import
way, source, folder = sys.argv[1:]
times = bench_import._WAYS[way](Path(source), Path(folder))
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(times, max(own, children) // 1024)
"""


def in_child(way: str, source: Path) -> list[float]:
    """Run one way in a process of its own; return its seconds and its peak memory in MB."""
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, way, str(source), folder], capture_output=True, text=True, check=True
        )
    return [float(figure) for figure in done.stdout.split()]


def main(rows: int = ROWS, rounds: int = ROUNDS) -> None:
    """Measure all ways in turns and print the medians."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "orders.csv"
        generate(source, rows)
        size = source.stat().st_size / 1e6
        ways = [way for way in _WAYS if way != "shell" or shutil.which("sqlite3")]
        found: dict[str, list[list[float]]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way in ways:
                found[way].append(in_child(way, source))
    first = median(run[0] for run in found["ours"])
    again = median(run[1] for run in found["ours"])
    base = median(run[0] for run in found["bare"])
    ratio = median(mine[0] / theirs[0] for mine, theirs in zip(found["ours"], found["bare"], strict=True))
    memory = max(run[-1] for run in found["ours"])
    print(f"{rows:,} orders, {size:.0f} MB, {CUSTOMERS:,} customers; medians of {rounds} rounds in turns")
    undone = median(run[2] for run in found["ours"])
    print(f"import            {first:6.2f} s   {memory:4.0f} MB   (goal: 250 MB)")
    print(f"the same again    {again:6.2f} s               {again / first:.2f} x the import (goal: 1)")
    print(f"its undo          {undone:6.2f} s               {undone / first:.2f} x the import (goal: 1)")
    print(f"(a) bare load     {base:6.2f} s   {max(run[-1] for run in found['bare']):4.0f} MB")
    if "shell" in found:
        took, peak = median(run[0] for run in found["shell"]), max(run[-1] for run in found["shell"])
        print(f"(b) .import       {took:6.2f} s   {peak:4.0f} MB")
    print(f"import / (a)      {ratio:6.2f}      (goal: 1.3)")


if __name__ == "__main__":
    main()
