"""One sample book for all tests of the room, opened once, and its tables as plain rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from models import sqlite
from services.metrics import Metrics
from tests.views.books import opened, sample_copy

Row = dict[str, Any]


class Tables:
    """The rows of each table as dictionaries, read once with nothing but ``SELECT *``."""

    def __init__(self, path: Path) -> None:
        self._path, self._known = path, dict[str, list[Row]]()

    def __getitem__(self, table: str) -> list[Row]:
        if table not in self._known:
            with closing(sqlite.connect(self._path)) as driver:
                driver.row_factory = sqlite.Row
                self._known[table] = [dict(row) for row in driver.execute(f"SELECT * FROM {table} ORDER BY id")]
        return self._known[table]

    def scores(self) -> dict[int, Row]:
        with closing(sqlite.connect(self._path)) as driver:
            driver.row_factory = sqlite.Row
            return {row["customer_id"]: dict(row) for row in driver.execute("SELECT * FROM customer_risk_scores")}


@pytest.fixture(scope="package")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_copy(tmp_path_factory.mktemp("metrics") / "sample.bellwether")


@pytest.fixture(scope="package")
def asking(sample: Path) -> Iterator[Metrics]:
    workspace = opened(sample)
    yield Metrics(workspace)
    workspace.close()


@pytest.fixture(scope="package")
def tables(sample: Path) -> Tables:
    return Tables(sample)
