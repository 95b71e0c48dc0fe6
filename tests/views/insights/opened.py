"""The page Insights of a window that is open."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from tests.views.pages import page_at
from views.desktop import Desktop
from views.insights.page import InsightsPage


def insights(qtbot: QtBot, desk: Desktop) -> InsightsPage:
    """Show the page and return it when all of it is read."""
    page = page_at(desk, "insights/scores", InsightsPage)
    qtbot.waitUntil(lambda: desk.background.idle)
    return page
