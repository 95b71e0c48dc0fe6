"""The timeline of everything: rows of 32 px with time, icon and words; the id in the source comes under the mouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from models.values.alerts import TimelineRow
from services import insight
from views.background import Desk
from views.lists.keyset_model import ROW_ROLE, Fetch, Index, KeysetModel
from views.lists.painted_list import PaintedList, RowDelegate
from views.theme import Theme, fonts
from views.widgets.painting import RIGHT, Run, fill, focus_ring, line, runs, snapped
from views.words import DOT

ICONS = {
    "order": "order",
    "return": "return",
    "ticket": "ticket",
    "email": "email",
    "review": "review",
    "deal": "deal",
    "activity": "activity",
    "alert": "alerts",
    "task": "task",
    "note": "note",
    "override": "edit",
    "survey": "review",
    "conversation": "person",
    "left": "person",
}
#: Words of the filter tabs, in their order; what has no tab of its own is only under All.
KINDS = (
    ("order", "Orders"),
    ("ticket", "Tickets"),
    ("email", "Emails"),
    ("review", "Reviews"),
    ("deal", "Deals"),
    ("return", "Returns"),
    ("activity", "Activity"),
    ("alert", "Alerts"),
    ("task", "Tasks"),
    ("note", "Notes"),
    ("override", "Overrides"),
    ("survey", "Surveys"),
    ("conversation", "Conversations"),
)


def tabs(counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Kinds with the words of their tabs: this page's own, then others of which there are rows."""
    yield from KINDS
    yield from ((kind, told.label) for kind, told in insight.timelines().items() if counts.get(kind))


def _icon(kind: str) -> str:
    # The room reads declared entities once asked: not while painting kinds that this page knows.
    if kind in ICONS:
        return ICONS[kind]
    declared = insight.timelines().get(kind)
    return declared.icon if declared is not None else "info"


_TONES = {"bad": "warning_text", "good": "good_text", "neutral": "ink"}
ROW_HEIGHT = 32
EACH = "Show each"
#: Room for a day with its year, "13 Jul 2025".
WHEN_WIDTH = 78


def joined(row: TimelineRow) -> str:
    """The words after the bold ones, with what joins them."""
    if not row.rest or not row.bold or row.rest[0] in ":,; ":
        return row.rest
    return f"{DOT}{row.rest}"


class TimelineModel(KeysetModel[TimelineRow]):
    """Pages of the timeline; the question is the customer with the kind that is shown."""

    def __init__(self, desk: Desk, fetch: Fetch, parent: QObject) -> None:
        super().__init__(desk, fetch, topic="timeline", parent=parent)

    def text_of(self, row: TimelineRow, column: int) -> str:
        return ", ".join(part for part in (row.when_words, row.kind, f"{row.bold}{joined(row)}", row.reference) if part)


class TimelineDelegate(RowDelegate):
    """Draws one event."""

    def __init__(self, theme: Theme, parent: QWidget, *, inset: int = 20) -> None:
        super().__init__(theme, parent, ROW_HEIGHT)
        self.inset = inset

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, rect = self.theme, QRectF(option.rect)
        row: TimelineRow = index.data(ROW_ROLE)
        if option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, theme.color("hover"))
        fill(painter, rect.x(), rect.y(), rect.width(), 1, theme.color("line_soft"))
        x, y, high = rect.x() + self.inset, rect.y(), rect.height()
        time_room = QRectF(x, y, WHEN_WIDTH, high)
        line(painter, time_room, row.when_words, theme.color("ink_3"), fonts.SMALL)
        x += WHEN_WIDTH + 4
        dpr = painter.device().devicePixelRatioF()
        at = QPointF(snapped(x, dpr), snapped(y + (high - 14) / 2, dpr))
        painter.drawPixmap(at, theme.pixmap(_icon(row.kind), "ink_3", 14, dpr))
        x += 26
        right = rect.right() - self.inset
        focused = option.state & QStyle.StateFlag.State_HasFocus and option.state & QStyle.StateFlag.State_Selected
        near = focused or option.state & QStyle.StateFlag.State_MouseOver
        beside, ink = (EACH, "primary_text") if row.times > 1 else (row.reference if near else "", "ink_3")
        wide = fonts.width(beside, fonts.SMALL)
        beside_room = QRectF(right - wide - 1, y, wide + 2, high)
        line(painter, beside_room, beside, theme.color(ink), fonts.SMALL, align=RIGHT)
        room = QRectF(x, y, right - (wide + 12 if beside else 0) - x, high)
        parts = [Run(row.bold, "ink", fonts.MEDIUM), Run(joined(row), _TONES[row.tone])]
        runs(painter, theme, room, parts, fonts.LIST)
        if focused:
            focus_ring(painter, theme, rect.adjusted(2, 1, -2, -1))


class TimelineList(PaintedList):
    """The list itself; selection only shows where the keyboard is.

    `each_wanted` tells the kind whose events stand together in the row that was opened.
    """

    each_wanted = Signal(str)

    def __init__(self, theme: Theme, *, inset: int = 20) -> None:
        super().__init__(theme, "Timeline")
        self._delegate = TimelineDelegate(theme, self, inset=inset)
        self.setItemDelegate(self._delegate)
        self.opened.connect(self._open)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and self._on_each(at):
            self._open(self.indexAt(at))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._on_each(event.position().toPoint())
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def _on_each(self, at: QPoint) -> bool:
        row = self.indexAt(at).data(ROW_ROLE)
        wide = fonts.width(EACH, fonts.SMALL) + self._delegate.inset + 4
        return isinstance(row, TimelineRow) and row.times > 1 and at.x() >= self.viewport().width() - wide

    def _open(self, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, TimelineRow) and row.times > 1:
            self.each_wanted.emit(row.kind)

    def sizeHint(self) -> QSize:
        """A small wish: the list takes what is left, and scrolls by itself."""
        return QSize(300, 96)

    def set_inset(self, inset: int) -> None:
        """Another margin at the sides, in a narrower pane."""
        self._delegate.inset = inset
        self.viewport().update()
