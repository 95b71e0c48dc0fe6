"""A book with few rows in the window: what a tile cannot show it says in words, and nothing is drawn of nothing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models import sqlite
from services.metrics import the_dashboards
from tests.services.metrics.test_few_rows import LATER, ONE
from tests.views.books import opened, sample_copy
from tests.views.conftest import OpenWindow
from tests.views.pages import page_at
from views.insights.figure import Figure
from views.insights.page import InsightsPage
from views.words import DASH

ONE_OF_ONE = "DELETE FROM tickets WHERE id NOT IN (SELECT max(id) FROM tickets WHERE satisfaction = 5)"


@pytest.mark.parametrize(
    "statements",
    [
        (*ONE, "DELETE FROM email_events"),
        (
            *LATER,
            ONE_OF_ONE,
            "DELETE FROM order_lines",
            "DELETE FROM orders WHERE substr(ordered_on, 1, 7) = '2026-09'",
            "UPDATE orders SET currency = 'CHF' WHERE id % 2 = 0",
            "UPDATE opportunities SET currency = 'JPY' WHERE id % 2",
        ),
    ],
    ids=["one customer, no emails", "one ticket, a month without orders, two currencies, days to come"],
)
def test_every_tile_shows_figures_or_says_why_it_has_none(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, statements: tuple[str, ...]
) -> None:
    path = sample_copy(tmp_path / "book.bellwether")
    with closing(sqlite.connect(path)) as driver:
        for one in statements:
            driver.execute(one)
        driver.commit()
    desk, figures = open_window(opened(path)), dict[str, str]()
    for dashboard in the_dashboards():
        page = page_at(desk, f"insights/{dashboard.name}", InsightsPage)
        qtbot.waitUntil(lambda: desk.background.idle, timeout=60_000)
        assert page.board.view is not None
        assert len(page.board.view.built) == len(dashboard.tiles)
        for tile in page.board.view.built:
            assert tile.shown is not None, tile.title
            if isinstance(tile.content, Figure):
                figures[tile.title] = tile.content.parts[0]
                assert tile.content.parts[0] != DASH or any(tile.content.parts[1:]), tile.title
            else:
                said = [one.text() for one in tile.findChildren(QLabel) if one.isVisibleTo(tile)]
                assert tile.content.isVisibleTo(tile) or any(one.endswith(".") for one in said), tile.title
                assert not (tile.content.isVisibleTo(tile) and tile.shown.empty), tile.title
            assert not tile.grab().isNull()
    assert not [one for one in figures.values() if any(word in one.lower() for word in ("nan", "inf", "none"))]
    if ONE_OF_ONE in statements:
        assert (figures["Tickets"], figures["Rated 4 or 5"]) == ("1", DASH), "one of one is no share"
