"""A store for each test, closed at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.scoring.books import Book


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    """Return an empty book."""
    made = Book(store_path)
    yield made
    made.workspace.close()
