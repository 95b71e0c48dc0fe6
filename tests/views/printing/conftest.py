"""The sample book, opened once for all pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.workspace import Workspace
from tests.views.books import opened, sample_copy


@pytest.fixture(scope="package")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = opened(sample_copy(tmp_path_factory.mktemp("printing") / "sample.bellwether"))
    yield workspace
    workspace.close()
