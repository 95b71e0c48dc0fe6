"""Panels with a heading, and the grid in which they stand: three, two or one beside another as there is room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QGridLayout, QLayout, QSizePolicy, QWidget

from views.theme import Theme, fonts
from views.widgets.labels import ElidedLabel, column, kind_of, row


class Panel(QWidget):
    """A heading with a quiet line at its right, and the content below it."""

    def __init__(self, theme: Theme, title: str, *parts: QWidget | int, small: bool = False) -> None:
        super().__init__()
        kind_of(self, "panel")
        self.title = title
        self.wanted = True  # whether it has anything to say
        self.wide = 1  # how many columns it takes
        self.setAccessibleName(title)
        self._aside = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_3")
        self._aside.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        size, weight, ink = (fonts.SMALL, fonts.REGULAR, "ink_2") if small else (fonts.BODY, fonts.SEMIBOLD, "ink")
        self.heading = ElidedLabel(theme, title, size, weight, ink)  # a long title makes no tile wider
        self.top = row(self.heading, 12, -1, self._aside, margins=(16, 11, 16, 0 if small else 6))
        self.setLayout(column(self.top, *parts))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def say_aside(self, words: str) -> None:
        """Show other words at the right of the heading."""
        self._aside.setText(words)

    @property
    def aside(self) -> str:
        """The words at the right of the heading."""
        return self._aside.text()


class PanelGrid(QFrame):
    """Places panels in rows with lines of one pixel between them; the last of a row takes what is left of it."""

    def __init__(self, panels: Sequence[Panel], across: int = 3) -> None:
        super().__init__()
        self.setProperty("kind", "line")
        self._panels = tuple(panels)
        for panel in self._panels:
            panel.setParent(self)
        self._across = 0
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 1)
        self._grid.setSpacing(1)
        self.setLayout(self._grid)
        self.place(across)

    @property
    def across(self) -> int:
        """How many panels stand beside one another."""
        return self._across

    def place(self, across: int) -> None:
        """Put the panels that have something to say in rows of so many; the others take no room."""
        self._across = across
        for panel in self._panels:
            # Not takeAt: the item that it hands over lives on, and keeps the new one from hearing of changes.
            self._grid.removeWidget(panel)
            panel.setVisible(panel.wanted)
        lines: list[list[tuple[Panel, int]]] = [[]]
        for panel in self._panels:
            span = min(panel.wide, across)
            if panel.wanted:
                if sum(wide for _panel, wide in lines[-1]) + span > across:
                    lines.append([])
                lines[-1].append((panel, span))
        for down, line in enumerate(lines):
            place = 0
            for number, (panel, span) in enumerate(line, 1):
                span = across - place if number == len(line) else span
                self._grid.addWidget(panel, down, place, 1, span)
                place += span
        for place in range(self._grid.columnCount()):
            self._grid.setColumnStretch(place, 1 if place < across else 0)
        for down in range(self._grid.rowCount()):
            self._grid.setRowStretch(down, 1 if down < len(lines) else 0)

    def refresh(self) -> None:
        """Place the panels anew after some have something to say, or nothing any more."""
        self.place(self._across)


def hold(box: QLayout) -> QWidget:
    """A widget around a layout, to be shown and hidden as one."""
    made = QWidget()
    made.setLayout(box)
    return made


def rest() -> QWidget:
    """What takes the room below, so that the parts of a panel stay at its top."""
    made = QWidget()
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    return made
