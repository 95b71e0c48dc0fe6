"""The header of a check: titles, and directly under them a box for each column that says what it becomes.

It is a header, so it stays where it is while the rows scroll, and moves with them sideways; the titles of row number
and verdict stay.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHeaderView, QWidget

from models.values.imports import ColumnProposal
from views.data.check_model import LEADING, CheckModel
from views.data.column_panel import wants_a_look
from views.theme import Theme, fonts
from views.widgets.choice_box import ChoiceBox
from views.widgets.painting import LEFT, RIGHT, fill, line, snapped

TITLE_HEIGHT = 32
BOX_HEIGHT = 38
EXTRA = "Extra detail"
LEFT_OUT = "Leave out"


class _Box(ChoiceBox):
    """What one column becomes."""

    def __init__(self, theme: Theme, column: ColumnProposal, extra: str, parent: QWidget) -> None:
        super().__init__(theme, f"Column {column.column} becomes", small=True)
        self.setParent(parent)
        self.column = column.column
        self.setToolTip(column.why)
        self.fill(column, extra)

    def fill(self, column: ColumnProposal, extra: str) -> None:
        """Offer what the column can become, the likeliest first, and ``extra``: to become nothing of these."""
        self.blockSignals(True)
        self.clear()
        for field, words in column.candidates:
            if field:
                self.addItem(words, field)
        if self.findData(column.field) < 0 and column.field:
            self.addItem(column.field, column.field)
        self.insertSeparator(self.count())
        self.addItem(extra, "")
        self.setCurrentIndex(self.findData(column.field))
        self.blockSignals(False)


class MappingHeader(QHeaderView):
    """Titles and mapping boxes of a `CheckModel`. `mapped` tells a column and the field that it shall become."""

    mapped = Signal(str, str)
    explain_wanted = Signal(str)  # a column whose title was clicked

    def __init__(self, theme: Theme, model: CheckModel, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme, self._checked = theme, model
        self._boxes: list[_Box] = []
        #: What a column is that becomes no field; only customers keep further details.
        self.extra = EXTRA
        self._pressed = QPoint(-1, -1)
        # Boxes that scroll to the left vanish under the titles that stay.
        self._scrolled = QWidget(self.viewport())
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setMinimumSectionSize(48)
        self.setStretchLastSection(True)
        self.setHighlightSections(False)
        self.setFixedHeight(TITLE_HEIGHT + BOX_HEIGHT)
        self.sectionResized.connect(self.place)
        self.viewport().installEventFilter(self)
        theme.changed.connect(self.viewport().update)

    @property
    def boxes(self) -> Sequence[QComboBox]:
        """The mapping boxes, in the order of the columns."""
        return self._boxes

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), TITLE_HEIGHT + BOX_HEIGHT)

    def show_columns(self, columns: Sequence[ColumnProposal]) -> None:
        """Have a box for each of these columns; boxes that fit are kept, so that the focus stays."""
        if [box.column for box in self._boxes] == [column.column for column in columns]:
            for box, column in zip(self._boxes, columns, strict=True):
                box.fill(column, self.extra)
                box.setToolTip(column.why)
        else:
            for box in self._boxes:
                box.hide()
                box.deleteLater()
            self._boxes = [self._make(column) for column in columns]
        self.place()

    @property
    def frozen_width(self) -> int:
        """How much of the left never scrolls sideways."""
        return sum(self.sectionSize(section) for section in range(min(len(LEADING), self.count())))

    def left_of(self, column: str) -> int:
        """Where a column begins in the header; 0 where it is not shown or left of it."""
        names = [one.column for one in self._checked.shown_columns]
        return max(0, self.sectionViewportPosition(names.index(column) + len(LEADING))) if column in names else 0

    def set_enabled(self, enabled: bool) -> None:
        """While a mapping is being checked, no other can be chosen."""
        for box in self._boxes:
            box.setEnabled(enabled)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        click = event.button() == Qt.MouseButton.LeftButton and at.y() < TITLE_HEIGHT and self._pressed == at
        if click and not (self.offset() and at.x() < self.frozen_width):
            found = self._checked.column_at(self.logicalIndexAt(at))
            if found is not None:
                self.explain_wanted.emit(found.column)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # A drag moves a column's edge; only a click that stays where it is asks.
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def updateGeometries(self) -> None:
        super().updateGeometries()
        self.place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.viewport() and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.offset():
            return
        painter, x = QPainter(self.viewport()), 0
        for section in range(min(len(LEADING), self.count())):
            self.paintSection(painter, QRect(x, 0, self.sectionSize(section), self.height()), section)
            x += self.sectionSize(section)
        fill(painter, x - 1, 0, 1, self.height(), self._theme.color("axis"))
        painter.end()

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        theme, area = self._theme, QRectF(rect)
        fill(painter, area.x(), area.y(), area.width(), TITLE_HEIGHT, theme.color("ground"))
        fill(painter, area.x(), area.y() + TITLE_HEIGHT, area.width(), BOX_HEIGHT, theme.color("panel"))
        fill(painter, area.x(), area.y() + TITLE_HEIGHT - 1, area.width(), 1, theme.color("line"))
        fill(painter, area.x(), area.bottom() - 1, area.width(), 1, theme.color("axis"))
        room = QRectF(area.x() + 8, area.y(), area.width() - 16, TITLE_HEIGHT - 1)
        title = self._checked.headerData(logical, Qt.Orientation.Horizontal)
        align = RIGHT if self._checked.is_right(logical) else LEFT
        proposed = self._checked.column_at(logical)
        if proposed is not None and wants_a_look(proposed):
            dpr = painter.device().devicePixelRatioF()
            at = QPointF(snapped(room.x(), dpr), snapped(room.center().y() - 6.5, dpr))
            painter.drawPixmap(at, theme.pixmap("warning", "warning_text", 13, dpr))
            room = room.adjusted(18, 0, 0, 0)
        line(painter, room, str(title or ""), theme.color("ink_2"), fonts.SMALL, fonts.SEMIBOLD, align)
        if logical == 0:
            fill(painter, area.right() - 1, area.y(), 1, area.height(), theme.color("line"))
        if logical == 1:
            room = QRectF(room.x(), area.y() + TITLE_HEIGHT, room.width(), BOX_HEIGHT)
            line(painter, room, "becomes", theme.color("ink_2"), fonts.SMALL)

    def _make(self, column: ColumnProposal) -> _Box:
        box = _Box(self._theme, column, self.extra, self._scrolled)
        box.activated.connect(lambda _at, box=box: self.mapped.emit(box.column, str(box.currentData() or "")))
        box.show()
        return box

    def place(self, *_args: int) -> None:
        """Put each box under its title; boxes out of sight are hidden, so that Tab does not lead there."""
        left = self.frozen_width
        # Scrolled sideways Qt moves what was painted, also the titles that stay.
        self.viewport().update()
        self._scrolled.setGeometry(left, TITLE_HEIGHT, max(0, self.viewport().width() - left), BOX_HEIGHT)
        for place, box in enumerate(self._boxes):
            section = place + len(LEADING)
            if section >= self.count():
                box.hide()
                continue
            x = self.sectionViewportPosition(section) - left
            wanted = QRect(x + 6, 5, self.sectionSize(section) - 12, 28)
            if box.geometry() != wanted:
                box.setGeometry(wanted)
            box.setVisible(wanted.right() > 0 and wanted.left() < self._scrolled.width())
