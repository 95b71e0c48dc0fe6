"""A store for each test, closed at its end; a scored one is a copy of one that was scored once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from services.scoring import score_due
from tests.services.scoring.books import Book, simulated_orders


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    """Return an empty book."""
    made = Book(store_path)
    yield made
    made.workspace.close()


@pytest.fixture(scope="module")
def scored_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book of 80 customers with two years of orders, scored, that nobody changes.

    Of each file its own: some files fit with fewer stumps or draws.
    """
    made = Book(tmp_path_factory.mktemp("scored") / "book.db")
    made.add_customers(80)
    made.add_orders(simulated_orders(80, date(2025, 1, 1), date(2026, 11, 21), seed=4))
    score_due(made.workspace)
    made.workspace.close()
    return made.path


@pytest.fixture
def scored(scored_once: Path, store_path: Path) -> Iterator[Book]:
    """Return a copy of the scored book."""
    made = Book.copied(scored_once, store_path)
    yield made
    made.workspace.close()
