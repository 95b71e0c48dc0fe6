"""One sample book for all questions, with what answers them, and its tables as plain rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.assistant import Assistant
from services.workspace import Workspace
from tests.services.metrics.conftest import Tables
from tests.views.books import opened, sample_copy


@pytest.fixture(scope="package")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_copy(tmp_path_factory.mktemp("ask") / "sample.bellwether")


@pytest.fixture(scope="package")
def book(sample: Path) -> Iterator[Workspace]:
    workspace = opened(sample)
    yield workspace
    workspace.close()


@pytest.fixture(scope="package")
def assistant(book: Workspace) -> Assistant:
    return Assistant(book)


@pytest.fixture(scope="package")
def tables(sample: Path) -> Tables:
    return Tables(sample)
