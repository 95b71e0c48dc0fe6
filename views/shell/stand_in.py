"""Holds a window's place on the screen while one book is closed and the next one opened.

It shows where the window was, before that goes, and leaves once the next window is painted. Between the two no events
are handled: what it says is painted at once.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from views.theme import fonts
from views.widgets.labels import column, kind_of, label, row

#: A screen that shows nothing until then is not waited for.
PAINTED_WITHIN_MS: Final = 500
_WIDE: Final = 320


class Frame(QWidget):
    """A book's name, what is done, and how far that is; it goes with nobody's click."""

    painted = Signal()

    def __init__(self) -> None:
        super().__init__()
        kind_of(self, "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setCursor(Qt.CursorShape.BusyCursor)
        self.words = label("", fonts.CUSTOMER, fonts.SEMIBOLD)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(_WIDE, 4)
        self.setLayout(column(-1, self.words, 14, row(-1, self.bar, -1), -1))

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted.emit()


class StandIn(QObject):
    """Nothing, a frame in the place of a window that closes, and nothing again once there is another window."""

    def __init__(self) -> None:
        super().__init__()
        self.frame: Frame | None = None
        self._leaving = QTimer(self, singleShot=True, interval=0)
        self._leaving.timeout.connect(self.leave)

    def take_over(self, window: QWidget, words: str) -> None:
        """Stand where a window stands, which may close then: this one is painted."""
        self._leaving.stop()
        window.removeEventFilter(self)
        if self.frame is not None:  # it came so late that the window goes already
            self.tell(words, 20)
            return
        frame = self.frame = Frame()
        frame.restoreGeometry(window.saveGeometry())
        self.tell(words, 20)
        waiting = QEventLoop()
        frame.painted.connect(waiting.quit, Qt.ConnectionType.QueuedConnection)
        QTimer.singleShot(PAINTED_WITHIN_MS, waiting, waiting.quit)
        frame.show()
        waiting.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    def tell(self, words: str, percent: int) -> None:
        """Say what is done now, and how much of all that is behind."""
        if self.frame is not None:
            self.frame.setWindowTitle(words)
            self.frame.words.setText(words)
            self.frame.bar.setValue(percent)
            self.frame.repaint()

    def leave_to(self, window: QWidget) -> None:
        """Go as soon as a window is painted."""
        if self.frame is not None:
            window.installEventFilter(self)

    def leave(self) -> None:
        """Go now."""
        if self.frame is not None:
            self.frame.hide()
            self.frame.deleteLater()
            self.frame = None

    def eventFilter(self, window: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            window.removeEventFilter(self)
            self._leaving.start()
        return False
