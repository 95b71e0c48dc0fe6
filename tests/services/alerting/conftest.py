from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.alerting.book import Book


@pytest.fixture(autouse=True, scope="module")
def ranges_of_few_draws(few_draws: None) -> None:
    """No alert looks at the range of a value."""


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    """An empty book whose clock stands on a Thursday morning."""
    opened = Book(store_path)
    yield opened
    opened.close()
