"""Was winning customers worth it: what it cost against what they bring, and who is furthest from earning it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal

from models.values.report_card import CostLine, Costs
from views.insights.panel import Panel, hold, rest
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.labels import column, label
from views.words import money

TITLE: Final = "Did customers earn back their cost?"
_COLUMNS: Final = (
    TableColumn("Furthest from earning it back"),
    TableColumn("Cost", 76, right=True),
    TableColumn("Earned so far", 84, right=True),
    TableColumn("Expected", 92, right=True, keeps=1),
)


class CostPanel(Panel):
    """The answer in words, and below it customers by name; `customer_wanted` leads to one."""

    customer_wanted = Signal(int)

    def __init__(self, theme: Theme) -> None:
        bold = label("", fonts.LIST, fonts.SEMIBOLD, "ink", wrap=True)
        told = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        table = WordTable(theme, TITLE, _COLUMNS, inset=16, whole=True)
        super().__init__(theme, TITLE, hold(column(bold, 1, told, margins=(16, 0, 16, 8))), table, rest())
        self.bold, self.told, self.table = bold, told, table
        table.linked.connect(lambda _what, key: self.customer_wanted.emit(key))
        table.opened.connect(lambda key: self.customer_wanted.emit(key))

    def show_costs(self, costs: Costs | None, currency: str) -> None:
        """Show what is known; a book without costs has nothing to say."""
        self.wanted = costs is not None
        if costs is None:
            return
        self.bold.setText(costs.verdict.bold)
        self.told.setText(costs.verdict.rest)
        self.say_aside(costs.known)
        self.table.show_lines(cost_lines(costs.lines, currency))
        self.table.setVisible(bool(costs.lines))


def cost_lines(lines: Sequence[CostLine], currency: str) -> list[TableLine]:
    """Customers with what they cost, have brought and are expected to bring; each leads to their page."""
    return [
        TableLine(
            (
                TableCell(one.name, link="customer"),
                TableCell(money(one.cost_minor, currency)),
                TableCell(money(one.earned_minor, currency), "ink_2"),
                TableCell(money(one.expected_minor, currency), "ink_2"),
            ),
            one.customer_id,
        )
        for one in lines
    ]
