"""Facts are tested on a small book, whose rows each test writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.outreach.facts.small import OneCustomer


@pytest.fixture
def dana(store_path: Path) -> Iterator[OneCustomer]:
    with OneCustomer.opened(store_path) as made:
        yield made
