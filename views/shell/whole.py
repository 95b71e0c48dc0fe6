"""How the window fits its screen: its first size, and that it scrolls where it is smaller than it can be used."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QPoint, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

FIRST_SIZE = QSize(1440, 900)
#: The title bar that the system puts above a window, where it has not said so yet.
TITLE_BAR = 36


def place(window: QWidget, geometry: str) -> None:
    """Place a window as it was left, or in its first size, within the screen that is there now.

    Parameters
    ----------
    geometry : what `saveGeometry` gave, as base64 text; '' where the window was never closed.
    """
    known = bool(geometry) and window.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
    room = window.screen().availableGeometry().adjusted(0, TITLE_BAR, 0, 0)
    window.resize((window.size() if known else FIRST_SIZE).boundedTo(room.size()))
    if not known:
        window.move(room.center() - window.rect().center() - QPoint(0, TITLE_BAR))


class Whole(QScrollArea):
    """Shows a widget that is never smaller than ``smallest``.

    Not `widgetResizable`: Qt would make the content as high as the tallest of its hidden pages needs.
    """

    def __init__(self, content: QWidget, smallest: QSize) -> None:
        super().__init__()
        self._content, self._smallest = content, smallest
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)

    def resizeEvent(self, event: QResizeEvent) -> None:
        room, least = self.maximumViewportSize(), self._smallest
        bar = self.verticalScrollBar().sizeHint().width()
        across, down = least.width() > room.width(), least.height() > room.height()
        beside = QSize(bar if down else 0, bar if across else 0)
        self._content.resize((room - beside).expandedTo(least))
        super().resizeEvent(event)
