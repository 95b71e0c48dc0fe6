"""An import holds the writer's place for its last step only, and notices who wrote before it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from models import sqlite
from services.sync import add_customer
from services.sync.apply.analysis import Analysis
from tests.services.sync.book import Book, counts, open_book, write_csv

HEADER = ["order_id", "email", "date", "total"]
ROWS = [["1", "ada@stone.example", "2026-01-01", "5"]]


def test_a_customer_added_while_the_file_is_compared_is_found(
    book: Book, store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, compared = Analysis.compare, []
    other = open_book(store_path)

    def compare(self: Analysis, db: sqlite.Connection) -> None:
        real(self, db)
        compared.append(db)
        if len(compared) == 1:
            add_customer(other.workspace, {"name": "Ada", "email": "ada@stone.example"})

    monkeypatch.setattr(Analysis, "compare", compare)
    receipt = book.bring(write_csv(tmp_path / "o.csv", HEADER, ROWS))
    assert len(compared) == 2
    assert receipt.customers == {"matched": 1, "created": 0}
    assert counts(receipt) == (1, 0, 0, 0, 0)
    assert book.one("SELECT count(*) FROM customers") == 1
    book.hash()
    other.workspace.close()


def test_a_file_is_compared_once_and_hashed_while_others_may_write(
    book: Book, store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.sync import run

    real_hash, real_compare, free = run.sha256_of, Analysis.compare, []
    other = sqlite.connect(store_path, timeout=0, isolation_level=None)

    def may_write() -> None:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        free.append(True)

    def sha256(path: Path, go_on: Callable[[], None]) -> str:
        may_write()
        return real_hash(path, go_on)

    def compare(self: Analysis, db: sqlite.Connection) -> None:
        real_compare(self, db)
        may_write()

    monkeypatch.setattr(run, "sha256_of", sha256)
    monkeypatch.setattr(Analysis, "compare", compare)
    path = write_csv(tmp_path / "o.csv", HEADER, ROWS)
    book.bring(path)
    assert free == [True, True]
    assert book.one("SELECT file_sha256 FROM imports") == real_hash(path, lambda: None)
    other.close()
