"""What the scores stand on: the kinds of data, orders that no score knows yet, and low confidence."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.values.report_card import Reliance, SourceLine
from views.insights.scores import ScoresTab, low_words
from views.theme import Theme
from views.words import percent

ORDERS = SourceLine("Orders", "19 Nov", "fresh", False, 400, "every score")


def said(tab: ScoresTab) -> list[str]:
    return [one.text() for one in tab.sources_panel.findChildren(QLabel) if one.isVisibleTo(tab) and one.text()]


def test_orders_of_days_to_come_are_said_only_where_there_are_some(qtbot: QtBot, theme: Theme) -> None:
    tab = ScoresTab(theme)
    qtbot.addWidget(tab)
    left_out = "12 orders are dated after 19 Nov and count from then."
    tab.show_reliance(Reliance((ORDERS,), 400, 0, 0, "", left_out))
    assert left_out in said(tab) and tab.sources.lines.rowCount() == 1
    tab.show_reliance(Reliance((ORDERS,), 400, 93, 93, ""))
    qtbot.waitUntil(lambda: left_out not in said(tab))
    assert any("93 customers" in text for text in said(tab)) and tab.show_low.isVisibleTo(tab)


def test_low_confidence_is_called_so_with_its_most_frequent_reason() -> None:
    """It has other reasons than a short history: old data, a model that was far off."""
    heading, rest = low_words(Reliance((ORDERS,), 400, 200, 0, "no orders for 40 days"))
    assert heading == f"200 customers ({percent(0.5)}) have scores of low confidence"
    assert rest.startswith("Most often: no orders for 40 days. Their risk")
    _, rest = low_words(Reliance((ORDERS,), 400, 9, 9, "A customer with one order cannot be told apart."))
    assert "told apart. All of them" in rest
