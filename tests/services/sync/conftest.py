"""A fresh book for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.sync.book import Book, open_book


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    opened = open_book(store_path)
    yield opened
    opened.workspace.close()
