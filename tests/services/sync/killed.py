"""Imports that are killed at some moment: the book is then as before or as after, never between."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from services.sync import imports_history, undo_import
from tests.services.sync.book import open_book, write_csv

HEADER = ["order_id", "customer_id", "email", "ordered_at", "total", "currency"]
_IMPORT = """
import sys
from pathlib import Path
from services.sync import imports_history, run_import, undo_import
from tests.services.sync.book import open_book
book = open_book(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
run_import(book.workspace, book.request(Path(sys.argv[2])))
print("done", flush=True)
"""


def many_orders(path: Path, count: int) -> Path:
    rows = (
        [
            f"O{n:07d}",
            f"C{n % 700:05d}",
            f"c{n % 700}@shop.example",
            f"2026-0{n % 9 + 1}-11 10:11:{n % 60:02d}",
            n % 97,
            "USD",
        ]
        for n in range(count)
    )
    return write_csv(path, HEADER, rows)


def left_behind(store: Path) -> list[str]:
    return [path.name for path in store.parent.iterdir() if "staging" in path.name]


@dataclass(frozen=True)
class Whole:
    """A file of orders, the content of a book before and after its import, and how long that takes undisturbed."""

    path: Path
    rows: int
    before: str
    after: str
    seconds: float

    @classmethod
    def of(cls, folder: Path, rows: int) -> Whole:
        path = many_orders(folder / "orders.csv", rows)
        book = open_book(folder / "whole.db")
        before = book.hash()
        began = time.monotonic()
        book.bring(path)
        seconds = time.monotonic() - began
        after = book.hash()
        book.workspace.close()
        return cls(path, rows, before, after, seconds)

    def is_in(self, store: Path, number: int) -> bool:
        """Whether the import is in a book, wholly; it is then taken back. Else the book is as if it had never begun."""
        book = open_book(store)
        content = book.hash()
        assert content in (self.before, self.after), number
        if content == self.after:
            assert book.bring(self.path).rows["unchanged"] == self.rows
            for record in imports_history(book.workspace):
                if not record.undone:
                    undo_import(book.workspace, record.id)
            assert book.hash() == self.before
        book.workspace.close()
        return content == self.after


def kill_imports(python: str, project: Path, folder: Path, *, rows: int, kills: int, seed: int) -> Counter[str]:
    """Import a file again and again, each time killed at a random moment; return what became of the imports.

    In the end it is imported undisturbed, and nothing of all the others is left.
    """
    whole, chance, counts = Whole.of(folder, rows), random.Random(seed), Counter[str]()
    store = folder / "killed.db"
    open_book(store).workspace.close()
    for number in range(kills):
        after = chance.uniform(0, 1.3 * whole.seconds)
        counts["killed"] += _killed(python, project, store, whole.path, after)
        if whole.is_in(store, number):
            counts["after"] += 1
            # Each begins alike: what was undone takes no time of the next one.
            store = folder / f"killed-{number}.db"
            open_book(store).workspace.close()
        else:
            counts["before"] += 1
    survivor = open_book(store)
    survivor.bring(whole.path)
    assert survivor.hash() == whole.after
    assert left_behind(store) == []
    survivor.workspace.close()
    return counts


def _killed(python: str, project: Path, store: Path, path: Path, after: float) -> bool:
    """Begin an import in a process and kill it after so many seconds; return whether it was still at work."""
    child = subprocess.Popen(
        [python, "-c", _IMPORT, str(store), str(path)],
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
