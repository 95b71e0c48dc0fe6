"""One sample book for all tests of reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.metrics import Metrics
from services.workspace import Workspace
from tests.views.books import opened, sample_copy


@pytest.fixture(scope="package")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_copy(tmp_path_factory.mktemp("reports") / "sample.bellwether")


@pytest.fixture(scope="package")
def workspace(book: Path) -> Iterator[Workspace]:
    workspace = opened(book)
    yield workspace
    workspace.close()


@pytest.fixture(scope="package")
def metrics(workspace: Workspace) -> Metrics:
    return Metrics(workspace)
