"""What one column was taken for and how its cells are read: why, how sure that is, and other ways to choose."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QBoxLayout, QPushButton, QWidget

from models.values.imports import ColumnProposal
from models.values.meanings import Meaning
from models.values.words import capital
from views.data.question import AnswerButton
from views.data.sections import icon_line
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.labels import column, label, row
from views.widgets.overlay import Overlay
from views.words import DOT, percent, whole

#: From this confidence on nothing has to be said about it.
SURE = 0.8
_WIDTH = 360


def becomes_words(one: ColumnProposal) -> str:
    """What a column becomes, and how sure that is."""
    if not one.field:
        return one.why
    name = next((words for field, words in one.candidates if field == one.field), one.field)
    sure = "" if one.confidence >= 1 else f", {percent(one.confidence)} sure"
    return f"Becomes {name}{sure}"


def fits_words(meaning: Meaning) -> str:
    """How many of a column's cells can be read so."""
    if not meaning.unfit:
        return f"All {whole(meaning.filled)} filled cells can be read this way" if meaning.filled else ""
    return f"{whole(meaning.unfit)} of {whole(meaning.filled)} filled cells cannot be read this way"


def wants_a_look(one: ColumnProposal) -> bool:
    """Whether a person should look at what a column was taken for."""
    meaning = one.meaning
    damaged = meaning is not None and bool(meaning.flags or meaning.doubts or meaning.unfit)
    return damaged or (bool(one.field) and one.confidence < SURE)


class ColumnPanel(Overlay):
    """Shows one column; ``choose`` is called with the way to read it that a person chooses."""

    def __init__(self, theme: Theme, window: QWidget, one: ColumnProposal, choose: Callable[[str], None]) -> None:
        super().__init__(theme, window, f"Column {one.column}", _WIDTH)
        self._choose = choose
        box = column(label(one.column, fonts.BODY, fonts.SEMIBOLD, wrap=True), 2)
        box.setContentsMargins(16, 14, 16, 14)
        box.addWidget(label(becomes_words(one), fonts.LIST, fonts.MEDIUM, wrap=True))
        if one.field:
            box.addWidget(label(one.why, fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True))
        if one.samples:
            words = f"For example {DOT.join(one.samples[:3])}"
            box.addWidget(label(words, fonts.SMALL, fonts.REGULAR, "ink_3", wrap=True))
        self.ways: list[QPushButton] = []
        if one.meaning is not None:
            self._add_meaning(theme, box, one.meaning)
        box.addSpacing(10)
        self._close = push("Close")
        self._close.clicked.connect(self.dismiss)
        box.addLayout(row(-1, self._close))
        box.addStretch(1)
        self.setLayout(box)

    def first_focus(self) -> QWidget:
        return self.ways[0] if self.ways else self._close

    def _add_meaning(self, theme: Theme, box: QBoxLayout, meaning: Meaning) -> None:
        lines = column(10, label("Cells are read as", fonts.SMALL, fonts.SEMIBOLD, "ink_2"), 2)
        words = capital(meaning.words)
        sure = "" if meaning.confidence >= 1 else f", {percent(meaning.confidence)} sure"
        lines.addWidget(label(f"{words}{sure}", fonts.LIST, fonts.MEDIUM, wrap=True))
        counted = tuple(filter(None, (fits_words(meaning),)))
        for evidence in meaning.evidence or (() if meaning.unfit else counted):
            lines.addWidget(icon_line(theme, "check", capital(evidence)))
        for flag in (*(counted if meaning.unfit else ()), *meaning.flags):
            lines.addWidget(icon_line(theme, "warning", capital(flag), "warning_text"))
        readings = meaning.readings or next((one.readings for one in meaning.doubts), ())
        if readings:
            lines.addSpacing(8)
            lines.addWidget(label("Read them as", fonts.SMALL, fonts.SEMIBOLD, "ink_2"))
        for one in readings:
            fits = f"{whole(one.fits)} of {whole(meaning.filled)} cells fit" if one.fits else ""
            way = AnswerButton(theme, capital(one.words), fits)
            way.clicked.connect(lambda _on=False, value=one.value: self._chosen(value))
            self.ways.append(way)
            lines.addWidget(way)
            lines.addSpacing(4)
        box.addLayout(lines)

    def _chosen(self, value: str) -> None:
        self.dismiss()
        self._choose(value)
