"""The look and the runner that the page's parts are made with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from views.background import Background
from views.theme import Theme, ThemeChoice


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """The light theme, without animation."""
    return Theme(qapp, ThemeChoice.LIGHT, reduced_motion=True)


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    """A runner of its own, closed after the test."""
    made = Background()
    yield made
    made.close()
    made.deleteLater()
