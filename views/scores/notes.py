"""What stands under a customer's figures: each score that a person set, with the way back, and what moved in a week."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.values.alerts import ScoreFigures
from models.values.overrides import OverrideMark
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.labels import Pictogram, clear, column, label, row, rule


class ScoreNotes(QWidget):
    """A line each; nothing where there is nothing to say. Asks for an override to be taken back, never does it."""

    end_wanted = Signal(str)

    def __init__(self, theme: Theme, inset: int = 20) -> None:
        super().__init__()
        self._theme, self._inset = theme, inset
        self._marks: tuple[OverrideMark, ...] = ()
        self._week = self._trust = ""
        self._box = column(margins=(inset, 5, inset, 6))
        self._box.setSpacing(2)
        outer = QWidget()
        outer.setLayout(self._box)
        self.setLayout(column(outer, rule(soft=True)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.hide()

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said, line by line."""
        return (*(mark.line for mark in self._marks), *(line for line in (self._trust, self._week) if line))

    def show_figures(self, figures: ScoreFigures | None, *, week: bool = True, trust: str = "") -> None:
        """Show what there is to say about these figures.

        Parameters
        ----------
        week : also what moved in a week.
        trust : which of two figures counts for what.
        """
        marks = figures.overridden if figures is not None else ()
        moved = figures.week_line if figures is not None and week else ""
        if (marks, moved, trust) != (self._marks, self._week, self._trust):
            self._marks, self._week, self._trust = marks, moved, trust
            self._fill(marks, moved)
        self.setVisible(bool(self.lines))

    def set_inset(self, inset: int) -> None:
        """Leave so much room at the left and the right."""
        if inset != self._inset:
            self._inset = inset
            self._box.setContentsMargins(inset, 5, inset, 6)

    def _fill(self, marks: Sequence[OverrideMark], week: str) -> None:
        clear(self._box)
        for mark in marks:
            back = link("Remove")
            back.setAccessibleName(f"Remove the override of the {mark.title}: {mark.short}")
            back.setToolTip("Use the model’s score again")
            back.clicked.connect(partial(self._back, mark.figure))
            self._add("edit", mark.line, back)
        if self._trust:
            self._add("info", self._trust)
        if week:
            self._add("clock", week)

    def _add(self, icon: str, text: str, *beside: QWidget) -> None:
        """A line as high as its words need: what a person wrote is read in full."""
        high = 24 if beside else 18  # the first line stands in the middle of what is beside it
        picture = Pictogram(self._theme, icon, "ink_2", 14, (18, high))
        said = label(text, fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        said.setContentsMargins(0, (high - 18) // 2, 0, 0)
        line = row(picture, 4, said, 8, *beside)
        line.setStretch(2, 1)
        for part in (picture, said, *beside):
            line.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        self._box.addLayout(line)

    def _back(self, figure: str, _checked: bool = False) -> None:
        self.end_wanted.emit(figure)
