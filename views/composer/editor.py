"""The body of an email in an editor that shows what each statement rests on.

What has a source is tinted and carries its number, what has none is tinted under a wave, and a sentence of the person's
own stands over dots. All are painted under the text: it is plain, and Ctrl+Z knows nothing of them. Nothing has the
underline of a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLine,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QToolTip

from views.composer.marks import Mark, moved
from views.theme import Theme, fonts
from views.widgets.painting import fill, line

TEXT_SIZE = 15
LINE_HEIGHT = 25
LEFT, TOP, MARGIN = 20, 14, 4
LONGEST = 20_000
WIDEST_TEXT = 620
FOOT_HEIGHT = 36
NOTES_WIDE, NOTES_NARROW, NOTES_GAP = 180, 132, 16
_NUMBER_GAP = 4
_SENTENCE_ENDS = ".!?:"
_SENTENCE_END = re.compile(r"[.!?]+[”\"’]?(?=\s|$)")


class _Spaces(QSyntaxHighlighter):
    """Leaves room for the number behind the last letter of a sourced statement. It changes no text."""

    def __init__(self, document: QTextDocument, marks: Callable[[], Sequence[Mark]]) -> None:
        super().__init__(document)
        self._marks = marks

    def highlightBlock(self, text: str) -> None:
        first = self.currentBlock().position()
        for mark in self._marks():
            last = mark.end - 1 - first
            if mark.claim.number is None or mark.flagged or not 0 <= last < self.currentBlock().length() - 1:
                continue
            room = QTextCharFormat()
            room.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
            room.setFontLetterSpacing(number_width(mark.claim.number))
            self.setFormat(last, 1, room)


def number_width(number: int) -> float:
    """Room of a source's number behind its statement."""
    return round(fonts.width(str(number), fonts.SMALL, fonts.SEMIBOLD)) + _NUMBER_GAP + 1


class BodyEditor(QTextEdit):
    """A plain text with marks.

    Signals
    -------
    edited : the text has changed, by typing or by a command; not when another email is shown.
    scrolled : what is seen of it has changed: its margin follows.
    """

    edited = Signal()
    scrolled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._marks: tuple[Mark, ...] = ()
        self._lit: Mark | None = None
        self._loading = False
        self._foot = ""
        self.setAccessibleName("Text of the email")
        self.setAcceptRichText(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setFont(fonts.font(TEXT_SIZE))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(self.wordWrapMode().WrapAtWordBoundaryOrAnywhere)
        document = self.document()
        document.setDefaultFont(fonts.font(TEXT_SIZE))
        document.setDocumentMargin(MARGIN)
        # Before the highlighter: it must find the marks where they have moved to.
        document.contentsChange.connect(self._text_changed)
        self._spaces = _Spaces(document, lambda: self._marks)
        document.documentLayout().documentSizeChanged.connect(lambda _size: self.scrolled.emit())
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.scrolled.emit())
        theme.changed.connect(self._restyle)
        self._restyle()

    # -- the text -----------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The text as it is sent: lines parted by a line feed, every other character as it was written."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def show_text(self, text: str) -> None:
        """Show another email; its undo begins here."""
        self._loading = True
        self._marks, self._lit = (), None
        self.setPlainText(plain(text))
        document = self.document()
        document.setUndoRedoEnabled(False)
        whole = QTextCursor(document)
        whole.select(QTextCursor.SelectionType.Document)
        lines = QTextBlockFormat()
        lines.setLineHeight(LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        whole.setBlockFormat(lines)
        frame = document.rootFrame().frameFormat()
        frame.setBottomMargin(FOOT_HEIGHT if self._foot else MARGIN)
        document.rootFrame().setFrameFormat(frame)
        document.setUndoRedoEnabled(True)
        self._loading = False
        self.scrolled.emit()

    def replace_text(self, text: str) -> None:
        """Put another text in the place of this one; a single undo brings this one back."""
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(plain(text))
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def insert_sentence(self, sentence: str) -> None:
        """Put a sentence behind the one in which the cursor is; a single undo takes it out."""
        cursor = self.textCursor()
        cursor.clearSelection()
        text, at = cursor.block().text(), cursor.positionInBlock()
        if text[:at].strip() and text[:at].rstrip()[-1] not in _SENTENCE_ENDS:
            end = _SENTENCE_END.search(text, at)
            at = end.end() if end else len(text)
        cursor.setPosition(cursor.block().position() + at)
        before = " " if text[:at] and not text[:at][-1].isspace() else ""
        after = " " if text[at:] and not text[at:][0].isspace() else ""
        cursor.insertText(f"{before}{sentence}{after}")
        self.setTextCursor(cursor)

    def begin_paragraph(self) -> None:
        """Begin a paragraph behind the one in which the cursor is, with the cursor in it."""
        cursor = self.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        if cursor.block().text().strip():
            cursor.insertText("\n\n")
        self.setTextCursor(cursor)
        self.setFocus()

    def take_out(self, start: int, end: int) -> None:
        """Take a stretch out of the text; a single undo puts it back."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        self.setTextCursor(cursor)

    def set_foot(self, words: str) -> None:
        """Say under the text what is added to it on sending."""
        self._foot = words
        self.viewport().update()

    # -- the marks ----------------------------------------------------------------------------------------------

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The claims at their places as they are now."""
        return self._marks

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Show the claims of the text as it is."""
        if tuple(marks) == self._marks:
            return
        self._marks = tuple(marks)
        self._spaces.rehighlight()
        self.viewport().update()
        self.scrolled.emit()

    def light(self, mark: Mark | None) -> None:
        """Bring one mark out, such as the one whose note the mouse is on."""
        if mark is not self._lit:
            self._lit = mark
            self.viewport().update()

    def go_to(self, mark: Mark) -> None:
        """Put the cursor behind a mark and bring it into sight."""
        cursor = self.textCursor()
        cursor.setPosition(min(mark.end, self.document().characterCount() - 1))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def mark_at(self, place: int) -> Mark | None:
        """The narrowest mark around a place of the text."""
        found = [mark for mark in self._marks if mark.start <= place <= mark.end]
        return min(found, key=lambda mark: mark.end - mark.start, default=None)

    def paragraphs(self) -> Iterator[tuple[int, QRectF]]:
        """First place and rectangle of each line of text, in the viewport's pixels."""
        block = self.document().begin()
        while block.isValid():
            yield block.position(), self._block_rect(block.position())
            block = block.next()

    # -- look ---------------------------------------------------------------------------------------------------

    @property
    def notes_left(self) -> int:
        """Where the margin begins, in the editor's pixels."""
        return self.viewport().geometry().right() + 1 + NOTES_GAP

    @property
    def notes_width(self) -> int:
        """Width of the margin, less of it in a narrow editor."""
        return NOTES_WIDE if self.width() >= 600 else NOTES_NARROW

    def resizeEvent(self, event: QResizeEvent) -> None:
        # First: what follows lays the text out in the room that is left.
        self._fit()
        super().resizeEvent(event)
        self.scrolled.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            for look, paint in (
                ("own", self._paint_own), ("warned", self._paint_own), ("sourced", self._paint_sourced),
                ("flagged", self._paint_flagged),
            ):  # fmt: skip
                for mark in self._marks:
                    if mark.look == look:
                        paint(painter, mark)
            self._paint_foot(painter)
        super().paintEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self.viewport().mapFromGlobal(event.globalPos())
            mark = self.mark_at(self.cursorForPosition(at).position())
            words = mark.claim.label if mark is not None else ""
            QToolTip.showText(event.globalPos(), words, self) if words else QToolTip.hideText()
            return True
        return super().event(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste words only, and no more of them than an email may have."""
        room = LONGEST - len(self.text) + len(self.textCursor().selectedText())
        if room > 0 and source.hasText():
            self.textCursor().insertText(plain(source.text())[:room])
            self.ensureCursorVisible()

    # -- inside -------------------------------------------------------------------------------------------------

    def _text_changed(self, at: int, removed: int, added: int) -> None:
        if self._loading:
            return
        self._marks = moved(self._marks, at, removed, added)
        self._lit = None
        self.edited.emit()

    def _fit(self) -> None:
        right = self.notes_width + NOTES_GAP
        spare = max(0, self.width() - LEFT + MARGIN - right - WIDEST_TEXT)
        self.setViewportMargins(LEFT - MARGIN, TOP, right + spare, 8)

    def _restyle(self) -> None:
        ink, ground, on = (self._theme.color(role).name() for role in ("ink", "primary", "on_primary"))
        self.setStyleSheet(
            f"QTextEdit {{ background: transparent; border: 0; padding: 0; color: {ink};"
            f" selection-background-color: {ground}; selection-color: {on}; }}"
        )

    def _block_rect(self, place: int) -> QRectF:
        block = self.document().findBlock(place)
        rect = self.document().documentLayout().blockBoundingRect(block)
        return rect.translated(0, -self.verticalScrollBar().value())

    def _stretches(self, mark: Mark) -> Iterator[tuple[QTextLine, QPointF, float, float, bool]]:
        """The lines that a mark runs through: line, where its paragraph begins, from x to x, whether it ends there."""
        block = self.document().findBlock(mark.start)
        while block.isValid() and block.position() < mark.end:
            offset = self._block_rect(block.position()).topLeft()
            layout, first = block.layout(), block.position()
            for number in range(layout.lineCount()):
                one = layout.lineAt(number)
                begin, end = one.textStart() + first, one.textStart() + one.textLength() + first
                if end <= mark.start or begin >= mark.end:
                    continue
                left, right = _x(one, max(begin, mark.start) - first), _x(one, min(end, mark.end) - first)
                yield one, offset, offset.x() + left, offset.x() + right, mark.end <= end
            block = block.next()

    def _paint_sourced(self, painter: QPainter, mark: Mark) -> None:
        theme = self._theme
        for one, offset, left, right, last in self._stretches(mark):
            base = offset.y() + one.y() + one.ascent()
            ground = "selected" if mark is not self._lit else "band"
            fill(painter, left - 2, base - 15, right - left + 4, 21, theme.color(ground))
            if last and mark.claim.number is not None:
                wide = number_width(mark.claim.number)
                room = QRectF(right - wide + _NUMBER_GAP - 1, base - 17, wide, 16)
                ink = theme.color("primary_text")
                line(painter, room, str(mark.claim.number), ink, fonts.SMALL, fonts.SEMIBOLD)

    def _paint_own(self, painter: QPainter, mark: Mark) -> None:
        for one, offset, left, right, _last in self._stretches(mark):
            ink = self._theme.color("warning" if mark.look == "warned" else "ink_3")
            dotted(painter, left, right, offset.y() + one.y() + one.ascent() + 5, ink)

    def _paint_flagged(self, painter: QPainter, mark: Mark) -> None:
        theme = self._theme
        for one, offset, left, right, _last in self._stretches(mark):
            base = offset.y() + one.y() + one.ascent()
            fill(painter, left - 2, base - 15, right - left + 4, 20, theme.color("warning_wash"))
            wave(painter, left - 1, right + 1, base + 6, QPen(theme.color("warning"), 1.5))

    def _paint_foot(self, painter: QPainter) -> None:
        if not self._foot:
            return
        last = self._block_rect(self.document().lastBlock().position())
        room = QRectF(MARGIN, last.bottom() + 8, self.viewport().width() - 2 * MARGIN, 20)
        line(painter, room, self._foot, self._theme.color("ink_3"), fonts.SMALL)


def plain(text: str) -> str:
    """A text with line feeds only, and nothing that an editor cannot show in its place."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def dotted(painter: QPainter, left: float, right: float, y: float, ink: QColor) -> None:
    """Dots under words."""
    painter.save()
    painter.setPen(QPen(ink, 1.25, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(left, y), QPointF(right, y))
    painter.restore()


def wave(painter: QPainter, left: float, right: float, middle: float, pen: QPen) -> None:
    """A wave under words, 3 px high."""
    path = QPainterPath(QPointF(left, middle))
    x, up = left, True
    while x < right:
        step = min(4.0, right - x)
        path.quadTo(QPointF(x + step / 2, middle + (-3 if up else 3)), QPointF(x + step, middle))
        x, up = x + step, not up
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.restore()


def _x(one: QTextLine, place: int) -> float:
    """Where a place of the paragraph stands on a line; Qt gives the x, or the x and the place that it took."""
    found: Any = one.cursorToX(place)
    return float(found[0] if isinstance(found, tuple) else found)
