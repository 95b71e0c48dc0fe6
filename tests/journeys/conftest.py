"""A day's window: the fixtures of the views' tests, and hands that press keys as a person does.

Children begin as copies, but before the first email, where they begin as in the program.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.journeys.hands import Hands
from tests.views.books import opened, sample_copy
from tests.views.conftest import OpenWindow, children, one_theme, open_window, theme, warm_children

__all__ = ["children", "one_theme", "open_window", "theme", "warm_children"]


@pytest.fixture
def hands(qtbot: QtBot, open_window: OpenWindow, store_path: Path) -> Hands:
    """Hands at a window on the sample book, on Alerts, at rest."""
    made = Hands(qtbot, open_window(opened(sample_copy(store_path))))
    made.wait(lambda: made.alerts.detail.detail is not None)
    made.calm()
    return made


@pytest.fixture
def at_insights(hands: Hands) -> None:
    """The same window on Insights."""
    hands.window.show_page("insights")
    hands.calm()
