"""What must be decided before a file can be imported: one question at a time, its answers as buttons with counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from models.values.imports import ImportOptions, Preview
from models.values.meanings import Doubt
from views.theme import Theme, fonts
from views.widgets.buttons import PaintedButton
from views.widgets.labels import clear, column, kind_of, label
from views.words import counted, whole

_DATES = ("date", "moment")
_PAD, _SIDE = 8, 10
_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer: in words, what speaks for it, and the options that follow from it."""

    words: str
    counted: str
    options: ImportOptions


def answers_to(preview: Preview, options: ImportOptions) -> tuple[Answer, ...]:
    """The answers to a check's first question, likeliest first; none where the mapping boxes are the answer."""
    if preview.question_kind == "reading":
        return tuple(Answer(way.words, "", replace(options, reading=way.choice)) for way in preview.ways)
    if not preview.doubts:
        return ()
    doubt = preview.doubts[0]
    if doubt.kind == "source":
        return tuple(Answer(one.words, "", replace(options, source=one.value)) for one in doubt.readings)
    filled = next((one.filled for one in preview.meanings if one.column == doubt.column), 0)
    return tuple(
        Answer(reading.words, _fits(reading.fits, filled), _answered(preview, doubt, reading.value, options))
        for reading in doubt.readings
    )


def _fits(fits: int, filled: int) -> str:
    if not fits:
        return ""
    if fits >= filled:
        return f"fits all {counted(fits, 'cell')}" if fits > 1 else "fits the only cell"
    return f"fits {whole(fits)} of {counted(filled, 'cell')}"


def _answered(preview: Preview, doubt: Doubt, value: str, options: ImportOptions) -> ImportOptions:
    dated = [one for one in preview.meanings if one.kind in _DATES]
    if doubt.kind == "date_order" and value in ("dmy", "mdy", "ymd") and all(one.doubts for one in dated):
        # Nothing else of the file is proven: the answer holds for all its dates, and for its next export.
        return replace(options, date_order=value)  # type: ignore[arg-type]
    kept = tuple(pair for pair in options.meanings if pair[0] != doubt.column)
    # What was said of the column before answered another question about it.
    before = dict(options.meanings).get(doubt.column, "")
    return replace(options, meanings=(*kept, (doubt.column, f"{before} {value}".strip())))


def open_questions(preview: Preview) -> int:
    """How many things are to be decided."""
    return max(len(preview.doubts), 1) if preview.question else 0


class AnswerButton(PaintedButton):
    """A button whose words wrap, with what speaks for the answer below them."""

    def __init__(self, theme: Theme, words: str, below: str) -> None:
        super().__init__()
        self._theme, self._words, self._below = theme, words, below
        self.setAccessibleName(f"{words}, {below}" if below else words)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, self._height(max(self.width(), 200)))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        tall = self._height(event.size().width())
        if self.minimumHeight() != tall:
            self.setFixedHeight(tall)

    def _paint_content(self, painter: QPainter) -> None:
        top = _PAD
        for text, font, ink in self._lines():
            room = QRect(_SIDE, top, self.width() - 2 * _SIDE, self.height())
            painter.setFont(font)
            painter.setPen(self._theme.color(ink if self.isEnabled() else "ink_3"))
            painter.drawText(room, _WRAPPED, text)
            top += self._tall(text, font, self.width())

    def _lines(self) -> list[tuple[str, QFont, str]]:
        lines = [(self._words, fonts.font(fonts.LIST, fonts.MEDIUM), "ink")]
        return [*lines, (self._below, fonts.font(fonts.SMALL), "ink_2")] if self._below else lines

    def _height(self, width: int) -> int:
        return max(36, 2 * _PAD + sum(self._tall(text, font, width) for text, font, _ink in self._lines()))

    def _tall(self, text: str, font: QFont, width: int) -> int:
        room = QRect(0, 0, width - 2 * _SIDE, 10_000)
        return QFontMetrics(font).boundingRect(room, _WRAPPED, text).height()


class QuestionBox(QWidget):
    """Shows the first open question of a check. `answered` tells the options that follow from the answer."""

    answered = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._head = label("Decide first", fonts.SMALL, fonts.SEMIBOLD, "warning_text")
        self._words = label("", fonts.LIST, fonts.MEDIUM, "ink", wrap=True)
        self._answers = QVBoxLayout()
        self._answers.setSpacing(6)
        self.setLayout(column(self._head, 2, self._words, 8, self._answers, margins=(12, 10, 12, 12)))
        kind_of(self, "wash")
        self.hide()

    @property
    def buttons(self) -> Sequence[QPushButton]:
        """The answers, likeliest first."""
        found = (self._answers.itemAt(n) for n in range(self._answers.count()))
        widgets = (item.widget() for item in found if item is not None)
        return [one for one in widgets if isinstance(one, QPushButton)]

    def ask(self, preview: Preview, options: ImportOptions) -> None:
        """Show the preview's question; without one the box is not there."""
        clear(self._answers)
        count = open_questions(preview)
        self.setVisible(bool(count))
        self._head.setText("Decide first" if count < 2 else f"Decide first, 1 of {whole(count)}")
        self._words.setText(preview.question)
        for answer in answers_to(preview, options):
            button = AnswerButton(self._theme, answer.words, answer.counted)
            button.clicked.connect(lambda _on=False, chosen=answer.options: self.answered.emit(chosen))
            self._answers.addWidget(button)
