"""Reasons with their counts, one a line, each with a link that shows the rows."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from views.data.phrases import reason_lines
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.labels import ElidedLabel, clear, label
from views.words import whole

MOST = 8


class ReasonList(QWidget):
    """The most frequent reasons; the rest is counted in one line."""

    show_wanted = Signal(str)

    def __init__(self, theme: Theme, *, links: bool = True) -> None:
        super().__init__()
        self._theme, self._links = theme, links
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)

    def show_reasons(self, reasons: Mapping[str, int]) -> None:
        """Show these reasons."""
        clear(self._grid)
        lines = reason_lines(reasons)
        for place, (reason, count) in enumerate(lines[:MOST]):
            figure = label(whole(count), fonts.SMALL, fonts.SEMIBOLD)
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            figure.setMinimumWidth(32)
            words = ElidedLabel(self._theme, reason, fonts.SMALL, fonts.REGULAR, "ink_2")
            words.setMinimumHeight(22)
            self._grid.addWidget(figure, place, 0)
            self._grid.addWidget(words, place, 1)
            if self._links:
                shown = link("Show")
                shown.setAccessibleName(f"Show the rows: {reason}")
                shown.clicked.connect(lambda _on=False, reason=reason: self.show_wanted.emit(reason))
                self._grid.addWidget(shown, place, 2)
        rest = sum(count for _reason, count in lines[MOST:])
        if rest:
            words_left = f"and {whole(rest)} more for {len(lines) - MOST} other reasons"
            self._grid.addWidget(label(words_left, fonts.SMALL, fonts.REGULAR, "ink_3"), MOST, 1)
