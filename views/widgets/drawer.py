"""A drawer: a pane that lies over the right edge of its host in a narrow window."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from views.theme import Theme
from views.widgets.labels import kind_of, row, rule


class Drawer(QFrame):
    """Holds a pane over the right edge. Esc closes it and gives the focus back to where it was."""

    closed = Signal()

    def __init__(self, theme: Theme, host: QWidget, width: int) -> None:
        super().__init__(host)
        self._theme, self._host = theme, host
        self._wide = width
        self._pane: QWidget | None = None
        self._focus_before: QWidget | None = None
        self._box = row(rule(vertical=True))
        self.setLayout(self._box)
        kind_of(self, "panel")
        self._slide = QPropertyAnimation(self, b"pos", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        host.installEventFilter(self)
        self.hide()

    @property
    def holds(self) -> bool:
        """Whether a pane is in it."""
        return self._pane is not None

    def hold(self, pane: QWidget) -> None:
        """Take a pane in."""
        self._pane = pane
        self._box.addWidget(pane)
        pane.show()

    def release(self) -> QWidget | None:
        """Give the pane back to a wide window."""
        pane, self._pane = self._pane, None
        if pane is not None:
            self._box.removeWidget(pane)
        self.hide()
        return pane

    def toggle(self) -> None:
        """Open, or close."""
        self.close_drawer() if self.isVisible() else self.open_drawer()

    def open_drawer(self) -> None:
        """Open over the right edge and take the focus."""
        if self._pane is None or self.isVisible():
            return
        self._focus_before = QApplication.focusWidget()
        self._place()
        self.show()
        self.raise_()
        end = self.pos()
        if self._theme.animation_ms:
            self._slide.setDuration(self._theme.animation_ms)
            self._slide.setStartValue(end + QPoint(self._wide // 4, 0))
            self._slide.setEndValue(end)
            self._slide.start()
        self._pane.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_drawer(self) -> None:
        """Close, and return the focus."""
        self._slide.stop()
        self.hide()
        if self._focus_before is not None and self._focus_before.isVisible():
            self._focus_before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._focus_before = None
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_drawer()
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        host = self._host
        wide = min(self._wide, host.width())
        self._slide.stop()
        self.setGeometry(host.width() - wide, 0, wide, host.height())
