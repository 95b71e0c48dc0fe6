"""A plain table of finished words: sums of a receipt, files of a batch, rows behind a figure, rules, the history.

Cells are values; the delegate paints them in the program's type. It scrolls by itself, or is as high as its rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from views.lists.keyset_model import Index
from views.lists.row_table import RowTable
from views.theme import Theme, fonts
from views.widgets.painting import LEFT, RIGHT, Mark, badge, fill, focus_ring, line, rounded, snapped

ROW_HEIGHT = 32
HEADER_HEIGHT = 32
_GAP = 10
#: Left and right of a cell where columns are narrow.
NARROW_GAP = 6
_HEAD_LINE = 15
#: The strongest tint, on which words can still be read.
_HEAT = 0.25
CELL_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column; width 0 takes what is left, at least ``least``; ``keeps`` 0 never gives way in a narrow table.

    Before any column gives way, all are as wide as their ``narrow``, where they have one, and heads take two lines.
    """

    title: str
    width: int = 0
    right: bool = False
    keeps: int = 0
    least: int = 120
    narrow: int = 0


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell: words in a weight and colour, with an icon, a severity's badge, a switch, or the look of a link."""

    text: str
    ink: str = "ink"
    strong: bool = False
    small: bool = False
    icon: str = ""
    mark: Mark | None = None
    wash: str = ""  # ground of a small tinted word
    on: bool | None = None  # a switch in place of the words
    link: str = ""  # what a click on it asks for
    tip: str = ""
    short: str = ""  # what stands there in a narrow column
    heat: float = 0.0  # how strongly its ground is tinted, up to 1


@dataclass(frozen=True, slots=True)
class TableLine:
    """One row: its cells, what it stands for, and whether it is a sum."""

    cells: tuple[TableCell, ...]
    key: Any = None
    total: bool = False


class TableModel(QAbstractTableModel):
    """Lines of cells under fixed columns."""

    def __init__(self, columns: Sequence[TableColumn], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._lines: tuple[TableLine, ...] = ()

    def show(self, lines: Sequence[TableLine], columns: Sequence[TableColumn] | None = None) -> None:
        """Show these lines, under other columns where they are given."""
        self.beginResetModel()
        self.columns = self.columns if columns is None else tuple(columns)
        self._lines = tuple(lines)
        self.endResetModel()

    def set_title(self, section: int, title: str) -> None:
        """Give a column another title."""
        columns = list(self.columns)
        columns[section] = replace(columns[section], title=title)
        self.columns = tuple(columns)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, section, section)

    def line_at(self, row: int) -> TableLine | None:
        """A line, None beyond the end."""
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        found = self.line_at(index.row()) if index.isValid() else None
        if found is None or index.column() >= len(found.cells):
            return None
        cell = found.cells[index.column()]
        if role == CELL_ROLE:
            return cell
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tip or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if index.column():
                return f"{self.columns[index.column()].title} {cell.text}".strip()
            return ", ".join(one.text for one in found.cells if one.text)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return self.columns[section].title if self.columns[section].narrow else None
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, inset: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._inset = theme, inset
        self.last, self.narrow = 0, False

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(80, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = index.data(CELL_ROLE)
        model = index.model()
        if not isinstance(cell, TableCell) or not isinstance(model, TableModel):
            return
        rect = QRectF(option.rect)
        found = model.line_at(index.row())
        total = found is not None and found.total
        theme = self._theme
        on = bool(option.state & QStyle.StateFlag.State_Selected)
        if on or (option.state & QStyle.StateFlag.State_MouseOver and not total):
            ground = theme.color("selected" if on else "hover")
            fill(painter, rect.x(), rect.y(), rect.width(), rect.height(), ground)
        if total:
            fill(painter, rect.x(), rect.y(), rect.width(), 1, theme.color("axis"))
        else:
            fill(painter, rect.x(), rect.bottom() - 1, rect.width(), 1, theme.color("line_soft"))
        first, last = index.column() == 0, index.column() == self.last
        gap = NARROW_GAP if self.narrow else _GAP
        room = rect.adjusted(self._inset if first else gap, 0, -(self._inset if last else gap), 0)
        if cell.heat:
            ground = QColor(theme.color("primary"))  # a copy: everything else is painted in the theme's own
            ground.setAlphaF(_HEAT * cell.heat)
            painter.fillRect(rect.adjusted(0, 0, -1, -1), ground)
        if self.narrow and cell.short:
            cell = replace(cell, text=cell.short)
        self._cell(painter, room, cell, right=model.columns[index.column()].right, total=total)
        if option.state & QStyle.StateFlag.State_HasFocus and on:
            focus_ring(painter, theme, rect.adjusted(1, 1, -1, -2))

    def _cell(self, painter: QPainter, room: QRectF, cell: TableCell, *, right: bool, total: bool) -> None:
        theme = self._theme
        size = fonts.SMALL if cell.small else fonts.LIST
        weight = fonts.SEMIBOLD if cell.strong or total else fonts.MEDIUM if cell.link else fonts.REGULAR
        ink = "primary_text" if cell.link else cell.ink
        dpr = painter.device().devicePixelRatioF()
        if cell.mark is not None:
            badge(painter, theme, room.x(), room.center().y() - 10, cell.mark, "")
            return
        if cell.on is not None:
            _switch(painter, theme, room, on=cell.on)
            return
        if cell.wash:
            wide = fonts.width(cell.text, fonts.SMALL, fonts.SEMIBOLD) + (32 if cell.icon else 16)
            rounded(painter, QRectF(room.x(), room.center().y() - 11, wide, 21), 4, theme.color(cell.wash))
            room = room.adjusted(6, 0, 0, 0)
            size, weight = fonts.SMALL, fonts.SEMIBOLD
        if cell.icon:
            at = QPointF(snapped(room.x(), dpr), snapped(room.center().y() - 7, dpr))
            painter.drawPixmap(at, theme.pixmap(cell.icon, ink, 14, dpr))
            room = room.adjusted(20, 0, 0, 0)
        line(painter, room, cell.text, theme.color(ink), size, weight, RIGHT if right else LEFT)


def _switch(painter: QPainter, theme: Theme, room: QRectF, *, on: bool) -> None:
    """A switch at the left of its room: filled with the knob at the right, or hollow with it at the left."""
    pill = QRectF(room.x(), room.center().y() - 8, 28, 16)
    rounded(painter, pill, 8, theme.color("primary") if on else None, theme.color("primary" if on else "control"))
    knob = QRectF(pill.right() - 14 if on else pill.x() + 2, pill.y() + 2, 12, 12)
    rounded(painter, knob, 6, theme.color("on_primary" if on else "control"))


class _Header(QHeaderView):
    def __init__(self, theme: Theme, inset: int, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme, self._inset = theme, inset
        self.last, self.narrow = 0, False
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(20)
        self.setFixedHeight(HEADER_HEIGHT)
        self.setHighlightSections(False)
        theme.changed.connect(self.viewport().update)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.height())

    def paintSection(self, painter: QPainter, rect: object, logical: int) -> None:
        area = QRectF(rect)  # type: ignore[call-overload]
        model = self.model()
        assert isinstance(model, TableModel)
        fill(painter, area.x(), area.y(), area.width(), area.height(), self._theme.color("panel"))
        fill(painter, area.x(), area.bottom() - 1, area.width(), 1, self._theme.color("line"))
        gap = NARROW_GAP if self.narrow else _GAP
        room = area.adjusted(
            self._inset if logical == 0 else gap, 0, -(self._inset if logical == self.last else gap), -1
        )
        column = model.columns[logical]
        align = RIGHT if column.right else LEFT
        lines = in_two(column.title) if self.narrow and head_width(column.title) > room.width() else (column.title,)
        top = room.center().y() - _HEAD_LINE * len(lines) / 2
        for place, words in enumerate(lines):
            at = QRectF(room.x(), top + _HEAD_LINE * place, room.width(), _HEAD_LINE)
            line(painter, at, words, self._theme.color("ink_2"), fonts.SMALL, fonts.SEMIBOLD, align)


def head_width(title: str) -> float:
    """Return how wide a head is in one line, in pixels."""
    return fonts.width(title, fonts.SMALL, fonts.SEMIBOLD)


def in_two(title: str) -> tuple[str, ...]:
    """Return a head in the two lines that need the least room; in one where it is one word."""
    parts = title.split(" ")
    cuts = [(" ".join(parts[:at]), " ".join(parts[at:])) for at in range(1, len(parts))]
    return min(cuts, key=lambda cut: max(map(head_width, cut)), default=(title,))


class WordTable(RowTable):
    """Shows `TableLine`s.

    Parameters
    ----------
    whole : as high as its rows, for a page that scrolls as one.
    passive : only to be read, without a current row.

    Signals
    -------
    opened : key of a line, by Enter or double click.
    linked : (what, key) of a link that was clicked or chosen by Space.
    menu_wanted : (key, point) of a context menu.
    left_out_changed : other columns have no room than before; see `left_out`.
    """

    opened = Signal(object)
    linked = Signal(str, object)
    menu_wanted = Signal(object, object)
    left_out_changed = Signal()

    def __init__(
        self,
        theme: Theme,
        name: str,
        columns: Sequence[TableColumn],
        *,
        inset: int = 20,
        whole: bool = False,
        passive: bool = False,
    ) -> None:
        super().__init__(name, ROW_HEIGHT)
        self._whole, self._inset = whole, inset
        #: Titles of the columns for which there is no room.
        self.left_out: tuple[str, ...] = ()
        self.lines = TableModel(columns, self)
        self._delegate = _Delegate(theme, inset, self)
        self._header = _Header(theme, inset, self)
        self.setModel(self.lines)
        self.setItemDelegate(self._delegate)
        self.setHorizontalHeader(self._header)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(self._open)
        if passive:
            self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if whole:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.changed.connect(self.viewport().update)
        self.show_lines(())

    @property
    def current_key(self) -> Any:
        """Key of the current line."""
        found = self.lines.line_at(self.currentIndex().row()) if self.currentIndex().isValid() else None
        return found.key if found is not None else None

    def show_lines(self, lines: Sequence[TableLine], columns: Sequence[TableColumn] | None = None) -> None:
        """Show these lines; the current one stays if its key is still there."""
        key = self.current_key
        self.lines.show(lines, columns)
        if key is not None:
            place = next((n for n, one in enumerate(lines) if one.key == key), -1)
            if place >= 0:
                self.take(place)
        self._lay_out()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
            return
        if event.key() == Qt.Key.Key_Space:
            self._link_of_row(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        cell = index.data(CELL_ROLE) if index.isValid() else None
        found = self.lines.line_at(index.row()) if index.isValid() else None
        if event.button() == Qt.MouseButton.LeftButton and isinstance(cell, TableCell) and cell.link and found:
            self.linked.emit(cell.link, found.key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.indexAt(event.position().toPoint()).data(CELL_ROLE)
        on_link = isinstance(cell, TableCell) and bool(cell.link)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if on_link else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.currentIndex()
        at = self.viewport().mapToGlobal(self.visualRect(index).center())
        if event.reason() != QContextMenuEvent.Reason.Keyboard:
            index, at = self.indexAt(event.pos()), event.globalPos()
        found = self.lines.line_at(index.row()) if index.isValid() else None
        if found is not None:
            self.menu_wanted.emit(found.key, at)

    def wheelEvent(self, event: Any) -> None:
        if self._whole:
            event.ignore()
            return
        super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _link_of_row(self, row: int) -> None:
        found = self.lines.line_at(row)
        wanted = next((cell.link for cell in found.cells if cell.link), "") if found is not None else ""
        if found is not None and wanted:
            self.linked.emit(wanted, found.key)

    def _lay_out(self) -> None:
        columns, room = self.lines.columns, self.viewport().width()
        wide, edge = [column.width or column.least for column in columns], 0
        narrow = sum(wide) > room and any(column.narrow for column in columns)
        if narrow:
            wide = [column.narrow or was for column, was in zip(columns, wide, strict=True)]
            edge = self._inset - NARROW_GAP  # the last column keeps its distance from the edge
        shown, fixed = set(range(len(columns))), sum(wide) + edge
        for _rank, place in sorted((column.keeps, place) for place, column in enumerate(columns) if column.keeps):
            if fixed <= room:
                break
            shown.discard(place)
            fixed -= wide[place]
        self._delegate.last = self._header.last = max(shown)
        wide[max(shown)] += edge
        self._delegate.narrow = self._header.narrow = narrow
        free = [place for place in shown if not columns[place].width]
        rest = room - sum(wide[place] for place in shown if columns[place].width)
        for place, column in enumerate(columns):
            self.setColumnHidden(place, place not in shown)
            if place in shown:
                self.setColumnWidth(place, wide[place] if column.width else max(60, rest // len(free)))
        self._header.setFixedHeight(HEADER_HEIGHT + (_HEAD_LINE if narrow else 0))
        if self._whole:
            self.setFixedHeight(self._header.height() + ROW_HEIGHT * self.lines.rowCount())
        left_out = tuple(column.title for place, column in enumerate(columns) if place not in shown)
        if left_out != self.left_out:
            self.left_out = left_out
            self.left_out_changed.emit()

    def _open(self, index: Index) -> None:
        found = self.lines.line_at(index.row()) if index.isValid() else None
        if found is not None:
            self.opened.emit(found.key)
