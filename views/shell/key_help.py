"""The keys, all of them, from the registry: what `?` shows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from views.actions import SPECS, key_words
from views.theme import Theme, fonts
from views.widgets.labels import column, label
from views.widgets.overlay import Overlay


class KeyHelp(Overlay):
    """Commands with their keys in three columns; any of ?, Esc or a click outside closes it."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(theme, window, "Keys", min(720, window.width() - 32))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(2)
        columns = 3 if window.width() >= 900 else 2
        heights = [0] * columns
        for group, lines in _grouped().items():
            at = heights.index(min(heights))
            heading = label(group, fonts.SMALL, fonts.SEMIBOLD, "ink_2")
            heading.setContentsMargins(0, 8, 0, 2)
            grid.addWidget(heading, heights[at], at * 2, 1, 2)
            heights[at] += 1
            for words, key in lines:
                grid.addWidget(label(words, fonts.LIST), heights[at], at * 2)
                grid.addWidget(_cap(key), heights[at], at * 2 + 1, Qt.AlignmentFlag.AlignRight)
                heights[at] += 1
        title = label("Keys", fonts.HEADING, fonts.SEMIBOLD)
        foot = label("Letters act while no text field has the focus.", fonts.SMALL, fonts.REGULAR, "ink_3")
        self.setLayout(column(title, grid, 10, foot, margins=(20, 14, 20, 14)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() == "?":
            self.dismiss()
            return
        super().keyPressEvent(event)


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
