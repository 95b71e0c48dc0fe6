"""Facts are tested on a small book, whose rows each test writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.workspace import Recipe, open_workspace
from tests.services.insight.conftest import NOW, SmallBook
from tests.services.outreach.facts.small import Shelf


@pytest.fixture
def shelf(store_path: Path) -> Iterator[Shelf]:
    workspace = open_workspace(Recipe(str(store_path), "Ada", NOW))
    small = SmallBook(workspace)
    yield Shelf(small)
    small.close()
    workspace.close()
