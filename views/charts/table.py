"""The table behind a chart: the same figures, for whoever reads better than they see, and to copy."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QDialog, QTableWidget, QTableWidgetItem, QWidget

from models.values.cells import guarded
from views.theme import fonts
from views.widgets.buttons import push
from views.widgets.labels import column, label, row
from views.words import MINUS, THIN

#: A number with its sign, currency and unit: these alone may begin with a sign.
_FIGURE = re.compile(
    r"[+-]?(?:[^\W\d_]{1,3}\s|[^\W\d_]{0,2}[$€£¥₹₩₪₴₫₱])?\d[\d.,]*(?:%|[kmbn]{1,2}| (?:h|days?|pts?))?"
)
_SIGN = re.compile(rf"{MINUS}(?=[^\W_]|[$€£¥₹₩₪₴₫₱])")
_PERCENT = re.compile(rf"(?<=\d){THIN}%")
_GAPS = str.maketrans({"\t": " ", "\n": " ", "\r": " "})


def copied(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return cells as a spreadsheet takes them from the clipboard: tabs between them, numbers as such, no formula."""
    return "\n".join("\t".join(map(_cell, cells)) for cells in (heads, *rows))


def _cell(text: str) -> str:
    plain = _PERCENT.sub("%", _SIGN.sub("-", text))
    return plain if _FIGURE.fullmatch(plain) else guarded(plain.translate(_GAPS))


class ChartTable(QDialog):
    """A small window with a chart's figures; Ctrl+C copies what is selected, Esc closes it."""

    def __init__(
        self, title: str, sentence: str, heads: Sequence[str], rows: Sequence[Sequence[str]], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._heads, self._rows = tuple(heads), tuple(tuple(cells) for cells in rows)
        self.table = table = QTableWidget(len(rows), len(heads))
        table.setAccessibleName(title)
        table.setHorizontalHeaderLabels(list(heads))
        table.horizontalHeader().setFont(fonts.font(fonts.SMALL, fonts.SEMIBOLD))
        table.horizontalHeader().setStretchLastSection(True)
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        for y, cells in enumerate(rows):
            for x, text in enumerate(cells):
                table.setItem(y, x, QTableWidgetItem(text))
        table.resizeColumnsToContents()
        copy = push("Copy table")
        copy.setToolTip("Copy all rows; Ctrl+C copies the cells that are selected")
        copy.clicked.connect(lambda: self._copy(everything=True))
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self, self._copy)
        close = push("Close")
        close.clicked.connect(self.close)
        words = label(sentence, fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self.setLayout(column(words, 10, table, 10, row(copy, -1, close), margins=(16, 14, 16, 14)))
        self.resize(460, 420)

    def _copy(self, *, everything: bool = False) -> None:
        """Copy the selected rectangle, without headings; all with them where at most one cell is selected."""
        ranges = [] if everything else self.table.selectedRanges()
        if sum(one.rowCount() * one.columnCount() for one in ranges) <= 1:
            text = copied(self._heads, self._rows)
        else:
            left, right = min(one.leftColumn() for one in ranges), max(one.rightColumn() for one in ranges)
            places = sorted({y for one in ranges for y in range(one.topRow(), one.bottomRow() + 1)})
            text = copied((), [self._rows[y][left : right + 1] for y in places]).removeprefix("\n")
        QGuiApplication.clipboard().setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)
