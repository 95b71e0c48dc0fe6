"""A list of cards: which one is current, who is told, and how the current one is ringed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from views.lists.card_list import CARD_HEIGHT, CardDelegate, CardList
from views.lists.keyset_model import ROW_ROLE, Index
from views.theme import Theme


class Words(QStringListModel):
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        return super().data(index, Qt.ItemDataRole.DisplayRole if role == ROW_ROLE else role)


class WordDelegate(CardDelegate):
    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.paint_ground(painter, option, ticked=index.data(ROW_ROLE) == "ticked")
        self.paint_ring(painter, option)


@pytest.fixture
def cards(qtbot: QtBot, theme: Theme) -> Iterator[CardList[str]]:
    made = CardList[str](theme, "Words", Words(["one", "two", "ticked"]), WordDelegate(theme))
    made.model().setParent(made)
    qtbot.addWidget(made)
    made.resize(200, 4 * CARD_HEIGHT)
    made.show()
    yield made


def test_a_persons_step_is_told_and_the_programs_own_is_not(qtbot: QtBot, cards: CardList[str]) -> None:
    told: list[str] = []
    cards.current_changed.connect(told.append)
    cards.choose_row(1, quiet=True)
    assert (cards.current, told) == ("two", [])
    qtbot.keyClick(cards, Qt.Key.Key_Up)
    assert (cards.current, told) == ("one", ["one"])
    cards.choose_row(2)
    assert told == ["one", "ticked"]


def test_a_row_beyond_the_end_is_the_last_one_and_minus_one_is_none(cards: CardList[str]) -> None:
    told: list[str] = []
    cards.current_changed.connect(told.append)
    cards.choose_row(99)
    assert (cards.current, told) == ("ticked", ["ticked"])
    cards.choose_row(-1)
    assert (cards.current, told) == (None, ["ticked"])
    model = cards.model()
    assert isinstance(model, Words)
    model.setStringList([])
    cards.choose_row(0)
    assert (cards.current, told) == (None, ["ticked"])


def test_the_ring_of_the_current_card_tells_where_the_keys_go(qtbot: QtBot, theme: Theme, cards: CardList[str]) -> None:
    elsewhere = QLineEdit(cards.parentWidget())
    qtbot.addWidget(elsewhere)
    cards.choose_row(0, quiet=True)
    inks = []
    for widget in (cards, elsewhere):
        widget.show()
        with qtbot.waitActive(widget):
            widget.activateWindow()
        widget.setFocus()
        qtbot.waitUntil(widget.hasFocus)
        picture = cards.viewport().grab().toImage()
        inks.append({picture.pixelColor(x, CARD_HEIGHT // 2).name() for x in range(8)})
    assert inks[0] != inks[1]
    assert theme.color("focus").name() in inks[0] and theme.color("control").name() in inks[1]


def test_a_ticked_card_lies_on_the_ground_of_a_current_one(theme: Theme, cards: CardList[str]) -> None:
    picture = cards.viewport().grab().toImage()
    grounds = [picture.pixelColor(20, row * CARD_HEIGHT + 10).name() for row in range(3)]
    assert grounds == [theme.color(name).name() for name in ("panel", "panel", "selected")]
