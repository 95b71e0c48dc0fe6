"""What a person does with the window: keys to whatever has the focus, files dropped, and waiting for what is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from views.alerts.page import AlertsPage
from views.desktop import Desktop
from views.insights.page import InsightsPage
from views.insights.tile import Tile

LONG_MS = 600_000
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


class Hands:
    """One person at one window."""

    def __init__(self, qtbot: QtBot, desk: Desktop) -> None:
        self.qtbot, self.desk, self.window = qtbot, desk, desk.window

    @property
    def alerts(self) -> AlertsPage:
        return cast(AlertsPage, self.window.page("alerts"))

    @property
    def insights(self) -> InsightsPage:
        return cast(InsightsPage, self.window.page("insights"))

    def tile(self, title: str) -> Tile:
        """The tile of this title on the dashboard that is shown."""
        view = self.insights.board.view
        assert view is not None
        return next(one for one in view.tiles.values() if one.title == title)

    @property
    def focus(self) -> QWidget:
        """What a key goes to: what has the focus, or the window where nothing has it."""
        return QApplication.focusWidget() or self.window

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """One key."""
        QTest.keyClick(self.focus, key, modifiers)

    def type(self, text: str) -> None:
        """A text."""
        QTest.keyClicks(self.focus, text)

    def wait(self, holds: Callable[[], bool], timeout: int = LONG_MS) -> None:
        """Look until it is so."""
        self.qtbot.waitUntil(holds, timeout=timeout)

    def calm(self) -> None:
        """Wait until nothing is asked or written any more."""
        self.wait(lambda: self.desk.background.idle)

    def drop(self, paths: Sequence[Path]) -> None:
        """Drop files on the window."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        event = QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, NONE)
        self.window.dropEvent(event)
        assert event.isAccepted()

    def tab_to(self, part: QWidget) -> None:
        """Tab until a part has the focus."""
        for _ in range(120):
            if self.focus is part:
                return
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab never reaches {part}")

    def choose(self, box: QComboBox, data: object) -> None:
        """Open a box with the keyboard and choose the line that stands for ``data``."""
        box.setFocus()
        box.showPopup()
        view = box.view()
        row = box.findData(data)
        assert row >= 0, [box.itemText(n) for n in range(box.count())]
        while view.currentIndex().row() < row:
            QTest.keyClick(view, Qt.Key.Key_Down)
        while view.currentIndex().row() > row:
            QTest.keyClick(view, Qt.Key.Key_Up)
        QTest.keyClick(view, Qt.Key.Key_Return)
        self.window.activateWindow()  # a window system does it by itself when a popup goes
