"""The table behind a chart: the same numbers, for whoever reads better than they see."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QDialog, QTableWidget, QTableWidgetItem, QWidget

from views.theme import fonts
from views.widgets.buttons import push
from views.widgets.labels import column, label, row


class ChartTable(QDialog):
    """A small window with a chart's numbers; Esc closes it."""

    def __init__(
        self, title: str, sentence: str, heads: Sequence[str], rows: Sequence[Sequence[str]], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        table = QTableWidget(len(rows), len(heads))
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
        close = push("Close")
        close.clicked.connect(self.close)
        words = label(sentence, fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self.setLayout(column(words, 10, table, 10, row(-1, close), margins=(16, 14, 16, 14)))
        self.resize(460, 420)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)
