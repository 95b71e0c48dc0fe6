"""The margin beside the text: the source of each number, and a sign where there is none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from views.composer.editor import TOP, BodyEditor
from views.composer.marks import Note, notes_of
from views.theme import Theme, fonts
from views.widgets.painting import fill, line, snapped

ROW = 21
_INSET = 12


class Margin(QWidget):
    """Notes at the height of their paragraph; those of a short one push the next ones down."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, editor: BodyEditor) -> None:
        super().__init__(editor)
        self._theme, self._editor = theme, editor
        self._hover: Note | None = None
        self.setMouseTracking(True)
        editor.scrolled.connect(self.follow)
        theme.changed.connect(self.update)

    def follow(self) -> None:
        """Stand beside the text as it is now."""
        editor = self._editor
        self.setGeometry(editor.notes_left, 0, editor.notes_width, editor.height())
        said = "; ".join(f"{note.number or note.mark.look} {note.words}" for note, _rect in self._lines())
        self.setAccessibleName(f"Sources of the statements: {said}" if said else "No statement is marked")
        self.update()

    @property
    def notes(self) -> list[Note]:
        """The lines as they are shown, from top to bottom."""
        return [note for note, _rect in self._lines()]

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme, dpr = self._theme, self.devicePixelRatioF()
            for top, bottom in self._bars():
                fill(painter, 0, top, 1, bottom - top, theme.color("line"))
            for note, rect in self._lines():
                lit = note is self._hover
                if note.number is None:
                    sign = theme.pixmap("warning", "warning_text", 13, dpr)
                    painter.drawPixmap(QPointF(snapped(rect.x(), dpr), snapped(rect.y() + 3, dpr)), sign)
                    ink, weight = "warning_text", fonts.MEDIUM
                else:
                    number = QRectF(rect.x(), rect.y(), 17, ROW - 3)
                    line(painter, number, str(note.number), theme.color("primary_text"), fonts.SMALL, fonts.SEMIBOLD)
                    ink, weight = ("ink" if lit else "ink_2"), fonts.REGULAR
                room = rect.adjusted(17, 0, 0, -3)
                line(painter, room, note.words, theme.color(ink), fonts.SMALL, weight)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found != self._hover:
            self._hover = found
            self._editor.light(found.mark if found is not None else None)
            self.setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)
            self.setToolTip(found.words if found is not None else "")
            self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        self._hover = None
        self._editor.light(None)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found is not None:
            self.chosen.emit(found.mark)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _at(self, at: QPointF) -> Note | None:
        return next((note for note, rect in self._lines() if rect.contains(at)), None)

    def _blocks(self) -> list[tuple[QRectF, list[Note]]]:
        found = list(self._editor.paragraphs())
        notes = notes_of(self._editor.marks, [place for place, _rect in found])
        return [(rect, lines) for (_place, rect), lines in zip(found, notes, strict=True) if lines]

    def _lines(self) -> list[tuple[Note, QRectF]]:
        made: list[tuple[Note, QRectF]] = []
        least = float("-inf")
        for rect, notes in self._blocks():
            y = max(rect.y() + TOP + 2, least)
            for note in notes:
                made.append((note, QRectF(_INSET, y, self.width() - _INSET - 4, ROW)))
                y += ROW
            least = y + 6
        return made

    def _bars(self) -> list[tuple[float, float]]:
        """A line beside each paragraph that has notes, as high as the higher of both."""
        made: list[tuple[float, float]] = []
        least = float("-inf")
        for rect, notes in self._blocks():
            top = max(rect.y() + TOP, least)
            bottom = max(rect.bottom() + TOP, top + 2 + ROW * len(notes))
            made.append((top, bottom))
            least = top + 2 + ROW * len(notes) + 6
        return made
