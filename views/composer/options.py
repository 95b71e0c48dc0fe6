"""Choices as the composer lists them: a box or a circle, words, and at the right where they are from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QCheckBox, QRadioButton, QSizePolicy, QWidget

from views.theme import Theme, fonts
from views.widgets.painting import RIGHT, fill, line, rounded, snapped

ROW_HEIGHT = 26
_MARK = 16
#: Room before the mark for its focus ring: what stands above it keeps the same distance.
MARK_LEFT = 2
_TEXT_LEFT = 24


class _Option:
    """How a choice is painted; mixed into Qt's own check box and radio button, which keep keys and roles."""

    def prepare(self, theme: Theme, words: str, hint: str) -> None:
        """Take over the look."""
        assert isinstance(self, QAbstractButton)
        self._theme, self._words, self._hint = theme, words, hint
        self.setFixedHeight(ROW_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)
        self.say(words, hint)

    def say(self, words: str, hint: str) -> None:
        """Show other words and another hint."""
        assert isinstance(self, QAbstractButton)
        self._words, self._hint = words, hint
        self.setAccessibleName(f"{words}, {hint}" if hint else words)
        self._explain()
        self.update()

    @property
    def words(self) -> str:
        """The text next to the mark."""
        return self._words

    @property
    def hint(self) -> str:
        """What stands at the right."""
        return self._hint

    def paint_option(self, *, round_mark: bool, muted: bool) -> None:
        """Paint mark, words and hint."""
        assert isinstance(self, QAbstractButton)
        theme, dpr = self._theme, self.devicePixelRatioF()
        with QPainter(self) as painter:
            top = snapped((self.height() - _MARK) / 2, dpr)
            mark = QRectF(MARK_LEFT, top, _MARK, _MARK)
            (self._circle if round_mark else self._box)(painter, mark)
            if self.hasFocus():
                rounded(painter, mark.adjusted(-2, -2, 2, 2), 9 if round_mark else 6, None, theme.color("focus"), 2)
            hint = self._hint_width()
            room = QRectF(_TEXT_LEFT, 0, self.width() - _TEXT_LEFT - hint - (10 if hint else 0), self.height())
            ink = "ink_3" if not self.isEnabled() else "ink_2" if muted else "ink"
            line(painter, room, self._words, theme.color(ink), fonts.LIST)
            at = QRectF(self.width() - hint, 0, hint, self.height())
            line(painter, at, self._hint, theme.color("ink_3"), fonts.SMALL, align=RIGHT)

    def _hint_width(self) -> float:
        assert isinstance(self, QAbstractButton)
        wide = fonts.width(self._hint, fonts.SMALL) + 2 if self._hint else 0.0
        room = self.width() - _TEXT_LEFT
        # Short words leave the rest of the line to the hint.
        return min(wide, max(room * 0.55, room - fonts.width(self._words, fonts.LIST) - 12))

    def _explain(self) -> None:
        assert isinstance(self, QAbstractButton)
        room = self.width() - _TEXT_LEFT - self._hint_width() - 10
        whole = fonts.width(self._hint, fonts.SMALL) <= self._hint_width()
        short = whole and fonts.width(self._words, fonts.LIST) <= room
        self.setToolTip("" if short else f"{self._words}\n{self._hint}".strip())

    def _box(self, painter: QPainter, mark: QRectF) -> None:
        assert isinstance(self, QAbstractButton)
        theme, on = self._theme, self.isChecked()
        if not self.isEnabled():
            rounded(painter, mark, 4, theme.color("ground"), theme.color("control"), dashed=True)
        else:
            ground, edge = ("primary", "primary") if on else ("panel", "control")
            rounded(painter, mark, 4, theme.color(ground), theme.color(edge), 1.5)
        if on:
            ink = "on_primary" if self.isEnabled() else "ink_3"
            picture = theme.pixmap("check", ink, 12, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(mark.x() + 2, mark.y() + 2), picture)

    def _circle(self, painter: QPainter, mark: QRectF) -> None:
        assert isinstance(self, QAbstractButton)
        theme, on = self._theme, self.isChecked()
        edge = "control" if not on or not self.isEnabled() else "primary_text"
        rounded(painter, mark, 8, None, theme.color(edge), 1.5, dashed=not self.isEnabled())
        if on:
            rounded(painter, mark.adjusted(4, 4, -4, -4), 4, theme.color(edge))


class CheckOption(QCheckBox, _Option):
    """A choice that can be ticked."""

    def __init__(self, theme: Theme, words: str = "", hint: str = "", *, checked: bool = False) -> None:
        super().__init__()
        self.prepare(theme, words, hint)
        self.setChecked(checked)

    def sizeHint(self) -> QSize:
        return QSize(200, ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, ROW_HEIGHT)

    def hitButton(self, at: QPoint) -> bool:
        return self.rect().contains(at)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.paint_option(round_mark=False, muted=not self.isChecked())


class RadioOption(QRadioButton, _Option):
    """One choice of several."""

    def __init__(self, theme: Theme, words: str = "", hint: str = "") -> None:
        super().__init__()
        self.prepare(theme, words, hint)

    def sizeHint(self) -> QSize:
        return QSize(200, ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, ROW_HEIGHT)

    def hitButton(self, at: QPoint) -> bool:
        return self.rect().contains(at)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.paint_option(round_mark=True, muted=False)


class _Segment(QRadioButton):
    """One part of a switch."""

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__(words)
        self._theme = theme
        self.first = self.last = False
        self.setFont(fonts.font(fonts.SMALL))
        self.setAccessibleName(words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def wide(self) -> int:
        """Width that the words need, chosen or not."""
        return round(fonts.width(self.text(), fonts.SMALL, fonts.SEMIBOLD)) + 16

    def hitButton(self, at: QPoint) -> bool:
        return self.rect().contains(at)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, on, rect = self._theme, self.isChecked(), QRectF(self.rect())
        with QPainter(self) as painter:
            ink = "primary_text" if on else "ink_2" if self.isEnabled() else "ink_3"
            if on:
                self._ground(painter, rect.adjusted(0.5, 0.5, -0.5, -0.5))
            elif not self.first:
                fill(painter, 0, 1, 1, rect.height() - 2, theme.color("line"))
            weight = fonts.SEMIBOLD if on else fonts.REGULAR
            line(painter, rect, self.text(), theme.color(ink), fonts.SMALL, weight, Qt.AlignmentFlag.AlignCenter)
            if self.hasFocus():
                rounded(painter, rect.adjusted(2, 2, -2, -2), 5, None, theme.color("focus"), 2)

    def _ground(self, painter: QPainter, rect: QRectF) -> None:
        """Tint and edge of the chosen part; only the ends of the switch are round."""
        theme = self._theme
        reach = rect.adjusted(0 if self.first else -10, 0, 0 if self.last else 10, 0)
        painter.save()
        painter.setClipRect(QRectF(self.rect()))
        rounded(painter, reach, 7.5, theme.color("primary_wash"), theme.color("primary_text"))
        painter.restore()
        if not self.first:
            fill(painter, 0, 0.5, 1, rect.height(), theme.color("primary_text"))
        if not self.last:
            fill(painter, self.width() - 1, 0.5, 1, rect.height(), theme.color("primary_text"))


class Switch(QWidget):
    """Parts of one switch, in as many rows as they need. Arrow keys move, `chosen` is a person's choice only."""

    chosen = Signal(str)
    HEIGHT = 28

    def __init__(self, theme: Theme, name: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._parts: dict[str, _Segment] = {}
        self._rows: list[QRect] = []
        for key, words in choices:
            part = self._parts[key] = _Segment(theme, words)
            part.setParent(self)
            self._group.addButton(part)
            part.clicked.connect(partial(self._clicked, key))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self._place()

    @property
    def current(self) -> str:
        """Key of the chosen part, '' for none."""
        return next((key for key, part in self._parts.items() if part.isChecked()), "")

    def choose(self, key: str) -> None:
        """Choose without telling anyone."""
        part = self._parts.get(key)
        if part is not None:
            part.setChecked(True)

    def sizeHint(self) -> QSize:
        return QSize(300, max(1, len(self._rows)) * (self.HEIGHT + 6) - 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(max((part.wide() for part in self._parts.values()), default=60) + 2, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            for rect in self._rows:
                rounded(painter, QRectF(rect), 8, self._theme.color("panel"), self._theme.color("control"))

    def _clicked(self, key: str, _checked: bool = False) -> None:
        self.chosen.emit(key)

    def _place(self) -> None:
        """Fill row after row; each row is a switch of its own to the eye."""
        rows: list[list[_Segment]] = [[]]
        x = 0
        for part in self._parts.values():
            if rows[-1] and x + part.wide() > max(120, self.width()):
                rows.append([])
                x = 0
            rows[-1].append(part)
            x += part.wide()
        self._rows = []
        for number, parts in enumerate(rows):
            top, x = number * (self.HEIGHT + 6), 0
            for part in parts:
                part.first, part.last = part is parts[0], part is parts[-1]
                part.setGeometry(x, top, part.wide(), self.HEIGHT)
                x += part.wide()
            self._rows.append(QRect(0, top, x, self.HEIGHT))
        self.setFixedHeight(self.sizeHint().height())
