"""The rows of a check: number and verdict stay in sight while the columns scroll, and each reason is shown whole."""

from __future__ import annotations

import math

from PySide6.QtCore import QModelIndex, QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QCursor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QStyle, QStyleOptionViewItem, QWidget

from models.values.imports import PreviewCell
from views.data.check_delegate import GAP, REASON_LINE, ROW_HEIGHT, CheckDelegate, column_width
from views.data.check_model import CELL_ROLE, LEADING, CheckModel
from views.data.mapping_header import MappingHeader
from views.lists.keyset_model import Index
from views.lists.row_table import RowTable
from views.theme import Theme, fonts
from views.widgets.painting import fill
from views.words import whole

#: So long the rows must stand still before those in sight are read.
REST_MS = 40
_MEASURED_ROWS = 40
_A_SCREEN = 60
_MARK = 18
_WRAPPED = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_ENSURE_VISIBLE = QAbstractItemView.ScrollHint.EnsureVisible


class CheckTable(RowTable):
    """Rows of a check; columns are as wide as what stands in them.

    Row number and verdict stay where they are while the columns scroll. Why a row is not taken stands under its faulty
    cell, or as close to it as the view shows; it is wrapped where it is wider than the view.

    Enter or F2 fixes the current cell; Alt+Enter, or a click on a column's title, says how the column is read.
    """

    explain_wanted = Signal(str)

    def __init__(self, theme: Theme, model: CheckModel) -> None:
        super().__init__("Rows of the file", ROW_HEIGHT)
        self._theme, self._checked = theme, model
        self.header = MappingHeader(theme, model, self)
        self._delegate = CheckDelegate(theme, self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setHorizontalHeader(self.header)
        edit = QAbstractItemView.EditTrigger
        self.setEditTriggers(edit.DoubleClicked | edit.EditKeyPressed)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerWidget(QWidget())
        # After the view's own slot, which moves the header: its offset is not announced.
        self.horizontalScrollBar().valueChanged.connect(self.header.place)
        self.header.explain_wanted.connect(self.explain_wanted)
        model.modelReset.connect(self.measure)
        model.dataChanged.connect(lambda top, bottom: self._heights(top.row(), bottom.row()))
        bar = self.verticalScrollBar()
        # Rows that only fly past are not read.
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.look)
        bar.valueChanged.connect(lambda _value: self._rest.start())
        bar.rangeChanged.connect(lambda _low, _high: self._rest.start())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid() and not editing:
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self._explain(index.column())
            else:
                self.fix(index)
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.currentIndex()
        at = self.viewport().mapToGlobal(self.visualRect(index).center())
        if event.reason() != QContextMenuEvent.Reason.Keyboard:
            index, at = self.indexAt(event.pos()), event.globalPos()
        if not index.isValid():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fix = menu.addAction("Fix this cell")
        fix.setEnabled(bool(self._checked.flags(index) & Qt.ItemFlag.ItemIsEditable))
        fix.triggered.connect(lambda: self.fix(index))
        cell = index.data(CELL_ROLE)
        if isinstance(cell, PreviewCell) and cell.fixed_from is not None:
            back = menu.addAction("Restore the text from the file")
            back.triggered.connect(lambda: self._checked.setData(index, cell.fixed_from))
        if self._checked.column_at(index.column()) is not None:
            how = menu.addAction("How this column is read")
            how.triggered.connect(lambda: self._explain(index.column()))
        menu.popup(at)

    def fix(self, index: QModelIndex) -> None:
        """Write a cell anew; from the columns before those of the file, the first one that is at fault."""
        if index.column() < len(LEADING):
            index = self._first_fault(index.row()) or index
        if self._checked.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.setCurrentIndex(index)
            self.edit(index)

    def _first_fault(self, row: int) -> QModelIndex | None:
        for section in range(len(LEADING), self._checked.columnCount()):
            index = self._checked.index(row, section)
            cell = index.data(CELL_ROLE)
            if isinstance(cell, PreviewCell) and cell.fault:
                return index
        return None

    def _explain(self, section: int) -> None:
        found = self._checked.column_at(section)
        if found is not None:
            self.explain_wanted.emit(found.column)

    def look(self) -> None:
        """Have the rows in sight read, and those a screen further on."""
        first, last = self._in_sight()
        self._checked.look_at(first - _A_SCREEN // 2, last + _A_SCREEN // 2)
        self._fit_in_sight()

    def _in_sight(self) -> tuple[int, int]:
        first = max(0, self.rowAt(1))
        last = self.rowAt(self.viewport().height() - 2)
        return first, last if last >= 0 else first + _A_SCREEN

    def _fit_in_sight(self) -> None:
        """Make rows as high as their reasons are at this width: those in sight, and below them, which shifts none."""
        first, last = self._in_sight()
        self._heights(first, min(last + _A_SCREEN // 2, self._checked.rowCount() - 1))

    def measure(self) -> None:
        """Make each column as wide as its first rows need, and rows with a reason higher."""
        model = self._checked
        self.header.show_columns(model.shown_columns)
        figures = range(len(LEADING), model.columnCount())
        self._delegate.right = frozenset(section for section in figures if model.is_right(section))
        self.setColumnWidth(0, max(60, round(fonts.width(whole(10 * model.total), fonts.SMALL)) + 18))
        self.setColumnWidth(1, 100)
        rows = min(_MEASURED_ROWS, model.rowCount())
        for place, shown in enumerate(model.shown_columns):
            section = place + len(LEADING)
            texts = [self._widest(row, section) for row in range(rows)]
            words = next((words for field, words in shown.candidates if field == shown.field), shown.field)
            self.setColumnWidth(section, column_width(texts, shown.column, words or self.header.extra))
        self._heights(0, min(model.rowCount(), _A_SCREEN * 8) - 1)
        self.look()

    def _widest(self, row: int, section: int) -> str:
        """The longest that a cell has to show: its text, with the old value where it changes."""
        cell = self._checked.index(row, section).data(CELL_ROLE)
        if not isinstance(cell, PreviewCell):
            return ""
        if cell.fault:
            return max(f"{cell.text}    ", f"{cell.fault}    ", key=len)
        return cell.text if cell.before is None else f"{cell.before} {cell.text}  "

    def _heights(self, first: int, last: int) -> None:
        for place in range(first, last + 1):
            lines = self._reason_lines(self._checked.reason_at(place)[2])
            tall = ROW_HEIGHT + REASON_LINE * lines
            if self._checked.row_at(place) is not None and tall != self.rowHeight(place):
                self.setRowHeight(place, tall)
        self.viewport().update()

    # -- what stays in sight ------------------------------------------------------------------------------------

    @property
    def frozen_width(self) -> int:
        """How much of the left never scrolls sideways."""
        return sum(self.columnWidth(section) for section in range(len(LEADING)))

    def indexAt(self, position: QPoint) -> QModelIndex:
        if self.horizontalOffset() and 0 <= position.x() < self.frozen_width:
            return self._checked.index(self.rowAt(position.y()), int(position.x() >= self.columnWidth(0)))
        return super().indexAt(position)

    def visualRect(self, index: Index) -> QRect:
        rect = super().visualRect(index)
        return rect.translated(self.horizontalOffset(), 0) if index.column() < len(LEADING) else rect

    def scrollTo(self, index: Index, hint: QAbstractItemView.ScrollHint = _ENSURE_VISIBLE) -> None:
        bar = self.horizontalScrollBar()
        across = bar.value()
        super().scrollTo(index, hint)
        if index.column() < len(LEADING):
            bar.setValue(across)
        else:
            bar.setValue(bar.value() - max(0, self.frozen_width - self.visualRect(index).left()))

    def scrollContentsBy(self, across: int, down: int) -> None:
        super().scrollContentsBy(across, down)
        if across:
            # Qt moves what was painted; what stands still and the reasons must be painted anew.
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            # Others once they are in sight: a drag is many of these.
            self._fit_in_sight()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        last = self.rowAt(self.viewport().height() - 1)
        for row in range(max(0, self.rowAt(0)), (last if last >= 0 else self._checked.rowCount() - 1) + 1):
            self._paint_reason(painter, row)
            if self.horizontalOffset():
                self._paint_frozen(painter, row)
        painter.end()

    def _paint_frozen(self, painter: QPainter, row: int) -> None:
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        state = QStyle.StateFlag
        under = self.viewport().mapFromGlobal(QCursor.pos())
        hovered = self.viewport().underMouse() and self.rowAt(under.y()) == row
        on = self.selectionModel().isRowSelected(row, QModelIndex())
        for flag, holds in ((state.State_Selected, on), (state.State_MouseOver, hovered)):
            option.state = option.state | flag if holds else option.state & ~flag
        for section in range(len(LEADING)):
            index = self._checked.index(row, section)
            rect = self.visualRect(index)
            fill(painter, rect.x(), rect.y(), rect.width(), rect.height(), self._theme.color("panel"))
            option.rect = rect
            self._delegate.paint(painter, option, index)
        edge = self.frozen_width - 1
        fill(painter, edge, self.rowViewportPosition(row), 1, self.rowHeight(row), self._theme.color("axis"))

    def reason_place(self, row: int) -> tuple[QRectF, str]:
        """Where the reason of a row stands in the view, and its words; '' where there is none."""
        section, short, whole_reason = self._checked.reason_at(row)
        lines = self._reason_lines(whole_reason)
        left, right = self.frozen_width + GAP, self.viewport().width() - GAP
        top, high = self.rowViewportPosition(row) + ROW_HEIGHT - 6, REASON_LINE * lines + 4
        everywhere = QRectF(left, top, max(right - left, 40), high)
        if section < 0 or lines != 1:
            return everywhere, whole_reason
        cell = self.visualRect(self._checked.index(row, section))
        x = cell.left() + GAP + _MARK
        wide = math.ceil(fonts.width(short, fonts.SMALL)) + 1
        if cell.left() >= self.frozen_width and x + wide <= min(cell.right(), right):
            return QRectF(x, top, wide, high), short
        wide = math.ceil(fonts.width(whole_reason, fonts.SMALL)) + 1
        return QRectF(max(left, min(x, right - wide)), top, wide, high), whole_reason

    def _paint_reason(self, painter: QPainter, row: int) -> None:
        place, words = self.reason_place(row)
        if not words:
            return
        found, theme = self._checked.row_at(row), self._theme
        section = self._checked.reason_at(row)[0]
        if section >= 0 and place.right() > self.visualRect(self._checked.index(row, section)).right():
            # It reaches beyond the tint of its cell.
            fill(painter, place.x() - 4, place.y() - 1, place.width() + 8, place.height(), theme.color("critical_wash"))
        ink = "ink_3" if found is not None and found.verdict == "ignored" else "critical_text"
        painter.setFont(fonts.font(fonts.SMALL))
        painter.setPen(theme.color(ink))
        painter.drawText(place, _WRAPPED, words)

    def _reason_lines(self, reason: str) -> int:
        """How many lines a reason takes in the view beside what stays in sight."""
        if not reason:
            return 0
        room = max(80, self.viewport().width() - self.frozen_width - 2 * GAP)
        wrapped = fonts.metrics(fonts.SMALL).boundingRect(QRectF(0, 0, room, 10_000), _WRAPPED, reason)
        return max(1, math.ceil(wrapped.height() / fonts.metrics(fonts.SMALL).lineSpacing() - 0.2))
