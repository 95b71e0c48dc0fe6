"""A fresh book for each test, or several."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services.sync.book import Book, open_book
from tests.services.sync.conftest import book

__all__ = ["book", "store_factory"]


@pytest.fixture
def store_factory(tmp_path: Path) -> Iterator[Callable[[], Book]]:
    """Books of their own for a law that is tried several times in one test."""
    made: list[Book] = []

    def make() -> Book:
        made.append(open_book(tmp_path / f"{len(made)}.bellwether"))
        return made[-1]

    yield make
    for one in made:
        one.workspace.close()
