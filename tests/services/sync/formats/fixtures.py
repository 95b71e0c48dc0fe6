"""Exports of each known system, written for the tests, each with what an import of it must bring (its .toml)."""

from __future__ import annotations

import csv
import random
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.sync.read import read_table
from tests.services.sync.book import FIXTURES

FOLDER = FIXTURES / "systems"


@dataclass(frozen=True)
class Case:
    """One export and what is expected of it."""

    file: Path
    says: dict[str, Any]

    @property
    def refused(self) -> bool:
        return "refused" in self.says

    def counts(self) -> tuple[int, ...]:
        return tuple(self.says["counts"])


def all_cases() -> list[Case]:
    cases = []
    for path in sorted(FOLDER.glob("*.toml")):
        (file,) = (one for one in FOLDER.glob(f"{path.stem}.*") if one.suffix != ".toml")
        cases.append(Case(file, tomllib.loads(path.read_text(encoding="utf-8"))))
    return cases


def imported() -> list[Case]:
    return [case for case in all_cases() if not case.refused]


def rearranged(case: Case, target: Path, *, seed: int = 0, leave_out: bool = False, add: bool = False) -> Path:
    """A copy with its columns in another order, without optional columns, or with columns of its own."""
    table = read_table(case.file)
    width = len(table.columns)
    rows = [[*row, *[""] * width][:width] for batch in table.batches() for row in batch.rows]
    columns = list(table.columns)
    keep = list(range(width))
    if leave_out:
        optional = set(case.says.get("optional", ()))
        assert optional <= set(columns), optional - set(columns)
        keep = [place for place in keep if columns[place] not in optional]
    if seed:
        random.Random(seed).shuffle(keep)
    header = [columns[place] for place in keep]
    body = [[row[place] for place in keep] for row in rows]
    if add:
        header = ["Wetterlage", *header, "Custom field 7"]
        # Totals and footers have one cell only, whatever the columns.
        body = [["sunny", *row, "7"] if sum(map(bool, row)) > 1 else ["", *row, ""] for row in body]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(body)
    return target
