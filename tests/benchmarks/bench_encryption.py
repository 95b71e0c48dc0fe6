"""An encrypted book against a plain one: importing, the first page, hot reads, scoring.

    python -m tests.benchmarks.bench_encryption [--customers N] [--orders N] [--rounds N]

In turns, each in a child process with a cache of its own, in seconds of the processor, as ciphers cost nothing else and
neighbours do not count; the shortest of the rounds. The first page is the window's, from the start of the program. Both
books have the same rows: one is converted from the other.

Goal: at most 1.15 times.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from models.store import open_store
from models.store.book_key import BookKey, random_key
from models.store.convert import convert
from services.workspace import Recipe, Workspace, open_workspace
from tests.benchmarks.bench_import import generate
from tests.benchmarks.bench_queries import questions
from tests.benchmarks.big_book import BigBook, big_book

GOAL = 1.15
HOT = 10
WAYS = ("import", "first page", "hot reads", "scoring")


def once(way: str, place: Path, key: BookKey | None) -> float:
    """Do one thing in this process and return its seconds."""
    if way == "first page":
        from tests.benchmarks.first_page import start_once

        start_once(place, time.time(), key)
        return time.process_time()
    moment = "2026-11-21T08:00:00+00:00" if way == "import" else f"{BigBook.as_of}T09:00:00+00:00"
    began = time.process_time()
    workspace = open_workspace(Recipe(str(place), "Ada Lindqvist", moment, key=key))
    if way == "import":
        import_once(workspace, place.with_name("orders.csv"))
    elif way == "scoring":
        from services.scoring import score_due

        score_due(workspace, force_all=True)
    else:
        asked = [question for _, _, question in questions(workspace)]
        for question in asked:
            question()
        began = time.process_time()
        for question in asked * HOT:
            question()
    taken = time.process_time() - began
    workspace.close()
    return taken


def import_once(workspace: Workspace, source: Path) -> None:
    """Import the orders."""
    from models.values.imports import ImportOptions, ImportRequest
    from services.sync import run_import

    request = ImportRequest(
        workspace.recipe.store, str(source), "2026-11-21T08:00:00Z", "bench", ImportOptions(timezone="UTC")
    )
    receipt, _ = run_import(workspace, request)
    assert receipt.rows["inserted"] == receipt.rows["read"], receipt.rows


def in_child(way: str, book: Path | None, key: BookKey | None, orders: Path) -> float:
    """The seconds of one thing on a copy of a book, or on a new one."""
    with tempfile.TemporaryDirectory(prefix="bellwether-bench-") as name:
        place = Path(name) / "book.bellwether"
        if book is not None:
            shutil.copyfile(book, place)
        else:
            open_store(place, key).close()
            place.with_name("orders.csv").symlink_to(orders)
        command = [sys.executable, "-m", "tests.benchmarks.bench_encryption", "--once", way, str(place)]
        words = "" if key is None else key.raw.hex() + key.salt.hex()
        ended = subprocess.run(
            command,
            input=words,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return float(ended.stdout.split()[-1])


def main() -> int:
    """Print both times of each thing and how they compare; 1 where one misses the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--orders", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--once", nargs=2)
    chosen = parser.parse_args()
    if chosen.once:
        given = sys.stdin.read()
        key = BookKey(bytes.fromhex(given[:64]), bytes.fromhex(given[64:])) if given else None
        print(once(chosen.once[0], Path(chosen.once[1]), key))
        return 0
    plain = big_book(BigBook(customers=chosen.customers, orders=chosen.orders))
    print(f"{chosen.customers:,} customers, {chosen.orders:,} orders; shortest of {chosen.rounds} rounds\n")
    print(f"{'':12}{'plain':>10}{'encrypted':>12}{'ratio':>8}")
    missed = 0
    with tempfile.TemporaryDirectory(prefix="bellwether-bench-") as name:
        orders, encrypted, key = Path(name) / "orders.csv", Path(name) / "encrypted.bellwether", random_key()
        generate(orders, chosen.orders, customers=chosen.customers)
        shutil.copyfile(plain, encrypted)
        convert(encrypted, None, key)
        for way in WAYS:
            books = (None, None) if way == "import" else (plain, encrypted)
            rounds = [
                [in_child(way, book, one, orders) for book, one in zip(books, (None, key), strict=True)]
                for _ in range(chosen.rounds)
            ]
            best = [min(times) for times in zip(*rounds, strict=True)]
            ratio = best[1] / best[0]
            missed += ratio > GOAL
            print(f"{way:12}{best[0]:8.3f} s{best[1]:10.3f} s{ratio:7.2f}{'  MISSED' if ratio > GOAL else ''}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
