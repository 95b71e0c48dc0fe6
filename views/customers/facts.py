"""The facts of a profile: identity with each value's source, deals, tickets, reviews in lines, emails in squares."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAction, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from models.values.customers import IdentityField
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.labels import ElidedLabel
from views.widgets.painting import RIGHT, Run, fill, line, rounded, runs
from views.words import counted, whole

_LINE = 19
_HEAD = 21
SQUARE_WORDS = {
    "clicked": "clicked",
    "replied": "answered",
    "opened": "opened",
    "sent": "not opened",
    "unknown": "not known yet",
}


#: So many values of the identity are shown before somebody asks for the rest.
FIRST = 6
#: Below this width of the identity a value's source is in the tooltip only, px.
_WITH_SOURCES = 240


class IdentityGrid(QWidget):
    """Label, value, source, one line each; rows are kept and filled anew. Beyond the first ones they are folded.

    A narrow one has no room for the sources.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._fields: tuple[IdentityField, ...] = ()
        self.unfold = link("")
        self.unfold.setCheckable(True)
        self.unfold.toggled.connect(lambda _on: self._fill())
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[ElidedLabel, ElidedLabel, ElidedLabel]] = []

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_sources()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())  # the sources go where there is less room

    def show_fields(self, fields: Sequence[IdentityField]) -> None:
        """Show these values."""
        self._fields = tuple(fields)
        self._fill()
        self.setAccessibleName("; ".join(f"{one.label} {one.value}, from {one.origin}" for one in fields))

    def _fill(self) -> None:
        opened, more = self.unfold.isChecked(), len(self._fields) - FIRST
        self.unfold.setVisible(more > 1)
        self.unfold.setText("Less" if opened else f"+{whole(more)}")
        self.unfold.setToolTip("Show the first values only" if opened else f"Show {counted(more, 'more value')}")
        self.unfold.setAccessibleName(self.unfold.toolTip())
        fields = self._fields if opened or more < 2 else self._fields[:FIRST]
        while len(self._rows) < len(fields):
            self._add_row()
        for place, parts in enumerate(self._rows):
            for part in parts:
                part.setVisible(place < len(fields))
            if place < len(fields):
                field = fields[place]
                parts[0].setText(field.label)
                parts[1].setText(field.value)
                parts[2].setText(field.origin)
        wide = max((fonts.width(one.label, fonts.SMALL) for one in fields), default=0)
        for label, *_ in self._rows:
            label.setFixedWidth(max(60, ceil(wide) + 1))
        self.setToolTip("\n".join(f"{one.label}: {one.value} ({one.origin})" for one in fields))
        self._show_sources()

    def _show_sources(self) -> None:
        for name, _value, origin in self._rows:
            origin.setVisible(not name.isHidden() and self.width() >= _WITH_SOURCES)

    def _add_row(self) -> None:
        at = len(self._rows)
        inks = ("ink_3", "ink", "ink_3")
        name, value, origin = (ElidedLabel(self._theme, "", fonts.SMALL, fonts.REGULAR, ink) for ink in inks)
        value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for place, part in enumerate((name, value, origin)):
            self._grid.addWidget(part, at, place)
        self._rows.append((name, value, origin))


class LinesBlock(QWidget):
    """A heading with a summary at its right, and a few lines whose first part is stronger."""

    def __init__(self, theme: Theme, title: str, most: int = 3) -> None:
        super().__init__()
        self._theme, self._title, self._most = theme, title, most
        self._summary = ""
        self._lines: tuple[str, ...] = ()
        self._all: tuple[str, ...] = ()
        self._asks: QAction | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_lines(self, summary: str, lines: Sequence[str]) -> None:
        """Show a summary and the newest lines; the rest is in the tooltip and in the timeline."""
        self._summary, self._all, self._lines = summary, tuple(lines), tuple(lines[: self._most])
        self.setFixedHeight(_HEAD + _LINE * len(self._lines) + 2)
        self.setAccessibleName(". ".join((f"{self._title}: {summary}", *lines)))
        asks = (self._asks.toolTip(),) if self._asks is not None else ()
        self.setToolTip("\n".join((*lines, *asks)))
        self.update()

    def can_be_asked(self, action: QAction) -> None:
        """Let a click on it do this."""
        self._asks = action
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._asks is not None and event.button() == Qt.MouseButton.LeftButton:
            self._asks.trigger()

    def set_most(self, most: int) -> None:
        """Show so many lines."""
        if most != self._most:
            self._most = most
            self.show_lines(self._summary, self._all)

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, wide = self._theme, float(self.width())
        used = line(painter, QRectF(0, 0, wide, _HEAD), self._title, theme.color("ink"), fonts.SMALL, fonts.SEMIBOLD)
        room = QRectF(used + 10, 0, wide - used - 10, _HEAD)
        line(painter, room, self._summary, theme.color("ink_2"), fonts.SMALL, fonts.REGULAR, RIGHT)
        for place, text in enumerate(self._lines):
            strong, dot, rest = text.partition(" · ")
            parts = [Run(strong, "ink", fonts.MEDIUM), Run(dot + rest, "ink_2")]
            runs(painter, theme, QRectF(0, _HEAD + place * _LINE, wide, _LINE), parts, fonts.SMALL)


class EmailSquares(QWidget):
    """The last emails, oldest first: filled for a click or an answer, tinted for an opening, hollow for neither."""

    SIDE, GAP = 11, 4

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._kinds: tuple[str, ...] = ()
        self.setFixedHeight(16)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_emails(self, kinds: Sequence[str]) -> None:
        """Show what became of each email."""
        self._kinds = tuple(kinds)
        self.setFixedWidth(max(1, len(kinds) * (self.SIDE + self.GAP)))
        words = ", ".join(SQUARE_WORDS.get(kind, kind) for kind in kinds)
        self.setAccessibleName(f"Last emails, oldest first: {words}" if words else "No emails")
        self.setToolTip(f"Oldest first: {words}" if words else "")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = self._theme.color
        for place, kind in enumerate(self._kinds):
            rect = QRectF(place * (self.SIDE + self.GAP), 2.5, self.SIDE, self.SIDE)
            if kind in ("clicked", "replied"):
                rounded(painter, rect, 2, color("primary"))
                if kind == "replied":
                    fill(painter, rect.x() + 3, rect.y() + 5, 5, 1.5, color("on_primary"))
            elif kind == "opened":
                rounded(painter, rect, 2, color("primary_wash"), color("control"))
            else:
                rounded(painter, rect, 2, None, color("control"), dashed=kind == "unknown")
