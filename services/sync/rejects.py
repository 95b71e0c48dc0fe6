"""Rejected rows as a file: as they stood, with the reason beside each, ready to be mended and imported again."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

from models.values.errors import EnvironmentFault
from services.sync.apply.target import REJECTED
from services.sync.map.headers import REJECT_COLUMNS
from services.sync.map.plan import Plan, source_from_name


def gather_late_rejects(db: sqlite3.Connection) -> None:
    """Put rows that the comparison rejected beside those that the reading rejected."""
    if not db.execute(f"SELECT EXISTS (SELECT 1 FROM stage.r WHERE state = {REJECTED})").fetchone()[0]:
        return
    db.execute(
        f"""
        INSERT OR IGNORE INTO stage.rejects
        SELECT r.row, -1, '', r.note, w.cells FROM stage.r JOIN stage.raw w ON w.row = r.row WHERE r.state = {REJECTED}
        """
    )


def write_rejects(db: sqlite3.Connection, plan: Plan, store: Path, import_id: int) -> Path | None:
    """Write the file of rejected rows beside the store; None where no row was rejected.

    Raises
    ------
    EnvironmentFault
        The file cannot be written.
    """
    if not db.execute("SELECT EXISTS (SELECT 1 FROM stage.rejects)").fetchone()[0]:
        return None
    folder = store.parent / "rejects"
    stem = (
        source_from_name(plan.table.path.name) if plan.table.path.name.startswith(".") else _stem(plan.table.path.name)
    )
    path = folder / f"{stem}.rejects.csv"
    if path.exists():
        path = folder / f"{stem}.{import_id}.rejects.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            width = len(plan.table.columns)
            own = [place for place, header in enumerate(plan.table.columns) if header not in REJECT_COLUMNS]
            writer.writerow([*(plan.table.columns[place] for place in own), *REJECT_COLUMNS])
            for row, header, why, cells in db.execute("SELECT row, header, why, cells FROM stage.rejects ORDER BY row"):
                texts = json.loads(cells)
                texts += [""] * (width - len(texts))
                writer.writerow([*(texts[place] for place in own), row, f"{header} {why}".strip()])
    except OSError as problem:
        raise EnvironmentFault(
            f"The rejected rows cannot be written to {folder} ({(problem.strerror or 'error').lower()}). "
            "Nothing was imported."
        ) from problem
    return path


def _stem(name: str) -> str:
    for ending in (".gz", ".csv", ".tsv", ".txt", ".tab", ".psv", ".rejects"):
        name = name.removesuffix(ending)
    return name
