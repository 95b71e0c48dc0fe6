"""The sums of an import as a bar and as an equation: every row of the file is in exactly one part."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.values.imports import Verdict
from views.data.phrases import MARKS, VERDICTS, Sums
from views.theme import Theme, fonts
from views.widgets.painting import line, rounded, snapped
from views.words import whole

BAR_HEIGHT = 10
LEAST_SHARE = 0.009
_GAP = 2


def widths(sums: Sums, room: float) -> list[tuple[Verdict, float]]:
    """Widths of the bar's parts; a part that is not empty is at least wide enough to be seen."""
    parts = [(verdict, sums.of(verdict)) for verdict in VERDICTS if sums.of(verdict)]
    if not parts:
        return []
    room -= _GAP * (len(parts) - 1)
    least = max(4.0, LEAST_SHARE * room)
    small: set[Verdict] = set()
    while True:
        rest = room - least * len(small)
        large = sum(count for verdict, count in parts if verdict not in small) or 1
        # What a widened part takes can make the next one too narrow.
        more = {verdict for verdict, count in parts if verdict not in small and count / large * rest < least}
        if not more:
            break
        small |= more
    return [(verdict, least if verdict in small else count / large * rest) for verdict, count in parts]


def paint_part(painter: QPainter, theme: Theme, rect: QRectF, verdict: Verdict) -> None:
    """One part in the manner of its verdict: filled, hatched, grey, red, or hollow."""
    colour = theme.color
    if verdict == "ignored":
        rounded(painter, rect, 2, colour("panel"), colour("control"), 1.5)
        return
    ink = {"new": "primary", "changed": "primary_wash", "unchanged": "axis", "rejected": "critical"}[verdict]
    rounded(painter, rect, 2, colour(ink))
    if verdict == "changed":
        painter.save()
        painter.setClipRect(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour("primary"), 2))
        x = rect.x() - rect.height()
        while x < rect.right() + rect.height():
            painter.drawLine(QPointF(x, rect.bottom() + 1), QPointF(x + rect.height() + 2, rect.top() - 1))
            x += 5
        painter.restore()


class StackBar(QWidget):
    """The parts side by side."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._sums = theme, Sums()
        self.setFixedHeight(BAR_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_sums(self, sums: Sums) -> None:
        """Show these sums."""
        self._sums = sums
        self.setAccessibleName(sentence_of(sums))
        self.setToolTip(sentence_of(sums))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, BAR_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        dpr = self.devicePixelRatioF()
        x = 0.0
        for verdict, wide in widths(self._sums, self.width()):
            left, right = snapped(x, dpr), snapped(x + wide, dpr)
            paint_part(painter, self._theme, QRectF(left, 0, right - left, BAR_HEIGHT), verdict)
            x += wide + _GAP


class Swatch(QWidget):
    """A small sample of a part, beside its name."""

    def __init__(self, theme: Theme, verdict: Verdict) -> None:
        super().__init__()
        self._theme, self._verdict = theme, verdict
        self.setFixedSize(10, 10)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_part(QPainter(self), self._theme, QRectF(0, 0, 10, 10), self._verdict)


class Equation(QWidget):
    """Rows read = new + changed + unchanged + rejected + ignored, in big figures; two lines where it is narrow."""

    HEIGHT = 50

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._sums = theme, Sums()
        self.setFixedHeight(self.HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_sums(self, sums: Sums) -> None:
        """Show these sums."""
        self._sums = sums
        self.setAccessibleName(sentence_of(sums))
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.height())

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        terms, size = self._terms(), self._size()
        wide = [self._term_width(figure, word, size) for figure, word, _verdict in terms]
        lines = [range(6)] if self._one_line(size) else [range(3), range(3, 6)]
        for number, places in enumerate(lines):
            gap = max(16.0, (self.width() - sum(wide[place] for place in places)) / (5 if len(lines) == 1 else 3))
            x, y = 0.0, number * (self.HEIGHT + 4.0)
            for place in places:
                self._term(painter, QRectF(x, y, wide[place], self.HEIGHT), terms[place], size)
                x += wide[place]
                if place < len(terms) - 1:
                    sign = "=" if place == 0 else "+"
                    at = x + gap / 2 - fonts.width(sign, fonts.HEADING) / 2
                    ink = self._theme.color("ink_3")
                    line(painter, QRectF(at, y, 24, 30), sign, ink, fonts.HEADING)
                x += gap

    def _term(self, painter: QPainter, rect: QRectF, term: tuple[str, str, Verdict | None], size: int) -> None:
        figure, word, verdict = term
        theme, x, y = self._theme, rect.x(), rect.y()
        line(painter, QRectF(x, y, rect.width() + 8, 30), figure, theme.color("ink"), size, fonts.SEMIBOLD)
        if verdict is not None:
            paint_part(painter, theme, QRectF(x, y + 36, 10, 10), verdict)
            x += 16
        line(painter, QRectF(x, y + 32, rect.width(), 18), word, theme.color("ink_2"), fonts.SMALL)

    def _terms(self) -> list[tuple[str, str, Verdict | None]]:
        terms: list[tuple[str, str, Verdict | None]] = [(whole(self._sums.read), "rows read", None)]
        return terms + [(whole(self._sums.of(verdict)), MARKS[verdict].word, verdict) for verdict in VERDICTS]

    def _size(self) -> int:
        """The largest type in which the equation is one line; the smallest where it is two."""
        sizes = (fonts.TITLE, fonts.CUSTOMER, fonts.HEADING)
        return next((size for size in sizes if self._one_line(size)), fonts.CUSTOMER)

    def _one_line(self, size: int) -> bool:
        wide = sum(self._term_width(figure, word, size) for figure, word, _verdict in self._terms())
        return wide + 22 * 5 <= self.width()

    def _fit(self) -> None:
        wanted = self.HEIGHT if self._one_line(self._size()) else 2 * self.HEIGHT + 4
        if self.height() != wanted:
            self.setFixedHeight(wanted)

    def _term_width(self, figure: str, word: str, size: int) -> float:
        return max(fonts.width(figure, size, fonts.SEMIBOLD), fonts.width(word, fonts.SMALL) + 16)


def sentence_of(sums: Sums) -> str:
    """The equation in one sentence."""
    parts = ", ".join(f"{whole(sums.of(verdict))} {MARKS[verdict].word}" for verdict in VERDICTS)
    return f"{whole(sums.read)} rows read: {parts}"
