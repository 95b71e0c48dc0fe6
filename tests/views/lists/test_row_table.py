"""Tables of rows: the row that keys go to can be seen from the first."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from views.lists.row_table import RowTable


@pytest.fixture
def field(host: QWidget) -> QLineEdit:
    made = QLineEdit()
    box = QVBoxLayout(host)
    box.addWidget(made)
    made.setFocus()
    return made


@pytest.fixture
def table(host: QWidget, field: QLineEdit) -> RowTable:
    """A table after the field that has the focus."""
    made = RowTable("Rows", 32)
    made.setModel(QStringListModel(["a", "b", "c"], made))
    box = host.layout()
    assert box is not None
    box.addWidget(made)
    return made


def chosen(table: RowTable) -> list[int]:
    return [index.row() for index in table.selectionModel().selectedRows()]


def test_a_table_shows_its_current_row_as_soon_as_keys_go_to_it(
    qtbot: QtBot, field: QLineEdit, table: RowTable
) -> None:
    assert chosen(table) == []
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert table.hasFocus() and chosen(table) == [0]
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert chosen(table) == [1]
    qtbot.keyClick(table, Qt.Key.Key_Tab)
    assert not table.hasFocus()
    table.setFocus()
    assert chosen(table) == [1], "it stays where it was"


def test_letters_choose_no_row(qtbot: QtBot, table: RowTable) -> None:
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_C)
    assert chosen(table) == [0]


def test_an_empty_table_takes_the_focus_too(qtbot: QtBot, field: QLineEdit, table: RowTable) -> None:
    table.setModel(QStringListModel(table))
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert table.hasFocus() and chosen(table) == []
