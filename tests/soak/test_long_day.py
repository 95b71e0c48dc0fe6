"""A long day with one open book: imports, fixed files, edits and undos, hundreds of times, in one process."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psutil
import pytest

from models.values.imports import Receipt
from services.audit import undo_last, verify_book
from services.pipeline import after_change
from services.pipeline.jobs import SAMPLE_OPTIONS, requests_for
from services.sample import write_exports
from services.sync import edit_customer, run_import, undo_import
from services.workspace import Recipe, Workspace, open_workspace

TODAY = date(2026, 11, 21)
ROUNDS = 150
SETTLED = 30  # rounds until caches are filled
GROWTH_BYTES = 40_000_000


@dataclass
class Day:
    """The open book, its exports, and how to import one of them."""

    workspace: Workspace
    folder: Path

    def take(self, path: Path) -> Receipt:
        (request,) = requests_for(self.workspace, [path], SAMPLE_OPTIONS)
        receipt, changes = run_import(self.workspace, request)
        if receipt.rows["inserted"] + receipt.rows["updated"]:
            after_change(self.workspace, changes)
        return receipt

    def content(self) -> str:
        found = verify_book(self.workspace)
        assert found.ok, found.problems
        return found.content_hash

    def changed_orders(self, chance: random.Random, number: int) -> Path:
        """Write the orders shuffled, with some prices changed and some orders new."""
        with (self.folder / "orders.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        chance.shuffle(rows)
        for row in chance.sample(rows, 12):
            row[header.index("Discount")] = "0.50"
            row[header.index("Line total")] = "1.00"
        for row in chance.sample(rows, 5):
            rows.append([f"N{number}-{row[0]}", *row[1:]])
        path = self.folder / f"changed-{number % 3}" / "orders.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path


@pytest.fixture
def day(store_path: Path, tmp_path: Path) -> Iterator[Day]:
    workspace = open_workspace(Recipe(store=str(store_path), person="Nora", moment=f"{TODAY}T09:00:00+00:00"))
    folder = tmp_path / "exports"
    opened = Day(workspace, folder)
    for path in write_exports(folder, customers=60, today=TODAY).paths:
        opened.take(path)
    yield opened
    workspace.close()


@pytest.mark.soak
def test_a_day_of_imports_edits_and_undos_loses_nothing_and_leaks_nothing(day: Day) -> None:
    chance = random.Random(7)
    this = psutil.Process()
    before = day.content()
    memory = files = 0
    for number in range(ROUNDS):
        if number % 3 == 0:
            receipt = day.take(day.changed_orders(chance, number))
            assert receipt.rows["updated"] > 0 and receipt.rows["inserted"] >= 5
            assert receipt.import_id is not None
            assert day.content() != before
            after_change(day.workspace, undo_import(day.workspace, receipt.import_id))
        elif number % 3 == 1:
            changed = edit_customer(day.workspace, chance.randint(1, 60), {"city": f"Town {number}"})
            after_change(day.workspace, changed)
            assert day.content() != before
            undo_last(day.workspace)
        else:
            receipt = day.take(day.folder / "orders.csv")
            assert receipt.rows["unchanged"] == receipt.rows["read"]
        assert day.content() == before, f"round {number}"
        if number == SETTLED:
            memory, files = this.memory_info().rss, this.num_fds()
    assert this.memory_info().rss - memory < GROWTH_BYTES
    assert this.num_fds() <= files + 2
    beside = {path.name for path in day.workspace.store.path.parent.iterdir()}
    assert not [name for name in beside if "staging" in name]
