"""The words beside the point of a chart that is being read, over whatever lies there."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QWidget

from views.theme import fonts
from views.widgets.labels import kind_of

#: Wider than this the words are wrapped.
_WIDEST: Final = 320


class Readout(QLabel):
    """A label of the chart's window, as a small chart has no room for words inside; it goes with the chart."""

    def __init__(self, chart: QWidget) -> None:
        super().__init__(chart.window())
        kind_of(self, "tip")
        self.setFont(fonts.font(fonts.SMALL))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        # Under high contrast no style sheet fills it.
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.ToolTipBase)
        self.setForegroundRole(QPalette.ColorRole.ToolTipText)
        chart.destroyed.connect(self.deleteLater)

    def tell(self, words: str, at: QPoint) -> None:
        """Show words above a point of the window, or below it where there is no room."""
        self.setText(words)
        self.setWordWrap(False)
        if self.sizeHint().width() > _WIDEST:
            self.setWordWrap(True)
            self.resize(_WIDEST, self.heightForWidth(_WIDEST))
        else:
            self.adjustSize()
        above = at.y() - self.height() - 10
        x = min(max(at.x() - self.width() // 2, 4), max(self.window().width() - self.width() - 4, 4))
        self.move(QPoint(x, above if above >= 4 else at.y() + 12))
        self.show()
        self.raise_()
