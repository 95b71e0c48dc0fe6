"""Facts are tested on a small book, whose rows each test writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.outreach.facts.small import Shelf


@pytest.fixture
def shelf(store_path: Path) -> Iterator[Shelf]:
    with Shelf.opened(store_path) as made:
        yield made
