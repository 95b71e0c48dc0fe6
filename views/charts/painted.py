"""What every painted chart does alike: its numbers open as a table, by Return and by the menu beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent
from PySide6.QtWidgets import QMenu, QToolTip, QWidget


class PaintedChart(QWidget):
    """A chart drawn at its size. Whoever derives from it paints, says what lies at a place, and shows the table."""

    def show_table(self) -> None:
        """Open the numbers as a table."""
        raise NotImplementedError

    def said_at(self, x: float, y: float) -> str:
        """What the chart says of a place in words, '' for nothing: the tooltip there."""
        raise NotImplementedError

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent) and (said := self.said_at(event.pos().x(), event.pos().y())):
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return bool(super().event(event))  # type: ignore[arg-type]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show as a table").triggered.connect(self.show_table)
        menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.show_table()
            return
        super().keyPressEvent(event)
