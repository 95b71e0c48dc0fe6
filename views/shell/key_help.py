"""The keys, all of them, from the registry: what `?` shows."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QWidget

from views.actions import SPECS, key_words
from views.theme import Theme, fonts
from views.widgets.labels import column, label, row, scrolling
from views.widgets.overlay import Overlay

_EDGE = 14


class KeyHelp(Overlay):
    """Commands with their keys in columns, which scroll in a low window; ?, Esc or a click outside closes it."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(theme, window, "Keyboard shortcuts", min(960, window.width() - 32))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        count = 4 if window.width() >= 1000 else 3 if window.width() >= 780 else 2
        columns = [column() for _ in range(count)]
        heights = [0] * count
        for group, lines in _grouped().items():
            at = heights.index(min(heights))
            heights[at] += len(lines) + 1
            heading = label(group, fonts.SMALL, fonts.SEMIBOLD, "ink_2")
            heading.setContentsMargins(0, 10, 0, 2)
            columns[at].addWidget(heading)
            for words, key in lines:
                columns[at].addLayout(row(label(words, fonts.LIST), -1, 8, _cap(key)))
                columns[at].addSpacing(2)
        for made in columns:
            made.addStretch(1)
        grid = row()
        for number, made in enumerate(columns):
            grid.addSpacing(32 if number else 0)
            grid.addLayout(made, 1)
        title = label("Keyboard shortcuts", fonts.HEADING, fonts.SEMIBOLD)
        foot = label("Letter keys work when you are not typing in a text field.", fonts.SMALL, fonts.REGULAR, "ink_3")
        inner = QWidget()
        inner.setLayout(grid)
        area = scrolling(inner)
        others = title.sizeHint().height() + foot.sizeHint().height() + 10 + 2 * _EDGE
        area.setFixedHeight(min(inner.sizeHint().height(), window.height() - 2 * _EDGE - others))
        self.setLayout(column(title, area, 10, foot, margins=(20, _EDGE, 20, _EDGE)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() == "?":
            self.dismiss()
            return
        super().keyPressEvent(event)


def show_keys(theme: Theme, window: QWidget) -> None:
    """Show the keys in the middle of the window."""
    panel = KeyHelp(theme, window)
    panel.adjustSize()
    right = (window.width() + panel.width()) // 2
    panel.open_at(QPoint(right, max(16, (window.height() - panel.sizeHint().height()) // 2)))


def _grouped() -> dict[str, list[tuple[str, str]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for command, spec in SPECS.items():
        if spec.group and spec.keys:
            groups.setdefault(spec.group, []).append((spec.text, key_words(command)))
    groups.setdefault("In the queue", []).append(("Tick several", "Shift+↓"))
    return groups


def _cap(key: str) -> QLabel:
    cap = label(key, fonts.SMALL, fonts.MEDIUM, "ink_2")
    cap.setProperty("kind", "key")
    cap.setFixedHeight(20)
    return cap
