"""A book for tests of the importer, with the few questions that they ask of it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.journal import verify
from models.queries.emails import FILL_EMAILS
from models.values.changes import Changes
from models.values.imports import ImportOptions, ImportRequest, Preview, Receipt
from services.audit import digest_imports
from services.sync import preview, run_import
from services.workspace import Recipe, Workspace, open_workspace

NOW = "2026-11-21T08:00:00Z"
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sync"


@dataclass
class Book:
    """An open book and what a test does with it."""

    workspace: Workspace

    def request(self, file: Path, *, dry_run: bool = False, **options: Any) -> ImportRequest:
        options.setdefault("timezone", "UTC")
        return ImportRequest(self.workspace.recipe.store, str(file), NOW, "Ana", ImportOptions(**options), dry_run)

    def bring(self, file: Path, **options: Any) -> Receipt:
        """Import a file and check that every row of it is accounted for."""
        return self.bring_with_changes(file, **options)[0]

    def bring_with_changes(self, file: Path, *, dry_run: bool = False, **options: Any) -> tuple[Receipt, Changes]:
        receipt, changes = run_import(self.workspace, self.request(file, dry_run=dry_run, **options))
        rows = dict(receipt.rows)
        assert rows.pop("read") == sum(rows.values())
        assert receipt.rows["rejected"] == sum(receipt.reasons.values())
        assert receipt.rows["ignored"] == sum(receipt.ignored_reasons.values())
        return receipt, changes

    def check(self, file: Path, *, first: int = 0, count: int = 200, verdict: Any = None, **options: Any) -> Preview:
        return preview(self.workspace, self.request(file, **options), first=first, count=count, verdict=verdict)

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.workspace.store.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement, values)]

    def one(self, statement: str, *values: Any) -> Any:
        return self.ask(statement, *values)[0][0]

    def hash(self) -> str:
        """The content hash, of a store that holds together, its digests and emails included."""
        with self.workspace.store.read() as connection:
            found = verify(connection)
            assert found.ok, found.problems
        made = FILL_EMAILS.removeprefix("INSERT INTO emails ")
        assert self.ask("SELECT * FROM emails ORDER BY id") == self.ask(f"{made} ORDER BY 1")
        digest_imports(self.workspace)
        return found.content_hash


def open_book(path: Path) -> Book:
    return Book(open_workspace(Recipe(str(path), "Ana", "2026-11-21T08:00:00+00:00")))


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def counts(receipt: Receipt) -> tuple[int, int, int, int, int]:
    """New, changed, unchanged, rejected, ignored."""
    rows = receipt.rows
    return rows["inserted"], rows["updated"], rows["unchanged"], rows["rejected"], rows["ignored"]
