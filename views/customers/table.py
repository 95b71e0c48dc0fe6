"""The list itself: a table of painted rows with one current row, sorted by the book, as wide as there is room."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from models.values.customers import SortColumn
from views.customers.columns import AT, COLUMNS, shown_in
from views.customers.delegate import ROW_HEIGHT, CustomerDelegate, Marks
from views.customers.model import CustomersModel
from views.lists.keyset_model import Index
from views.lists.painted_list import PREFETCH_ROWS
from views.lists.row_table import RowTable
from views.theme import Theme, fonts
from views.widgets.painting import fill, line, snapped

HEADER_HEIGHT = 32


class SortHeader(QHeaderView):
    """Titles that sort the whole book; the one that rules is coloured and has an arrow."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.sorted_by = AT["at_risk"]
        self.descending = True
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(40)
        self.setFixedHeight(HEADER_HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.viewport().update)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEADER_HEIGHT)

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        theme = self._theme
        area = QRectF(rect)
        fill(painter, area.x(), area.y(), area.width(), area.height(), theme.color("ground"))
        fill(painter, area.x(), area.bottom() - 1, area.width(), 1, theme.color("line"))
        column = COLUMNS[logical]
        rules = logical == self.sorted_by
        ink = theme.color("primary_text" if rules else "ink_2")
        wide = fonts.width(column.title, fonts.SMALL, fonts.SEMIBOLD)
        arrow = 14 if rules else 0
        room = area.adjusted(16 if logical == 0 else 6, 0, -6, -1)
        left = room.right() - wide - arrow if column.right else room.x()
        left = max(left, area.x() + 2)
        line(painter, QRectF(left, room.y(), room.right() - left - arrow + 1, room.height()), column.title, ink,
             fonts.SMALL, fonts.SEMIBOLD)  # fmt: skip
        if rules:
            dpr = painter.device().devicePixelRatioF()
            at = QPointF(snapped(left + wide + 2, dpr), snapped(room.center().y() - 6, dpr))
            icon = "sort-down" if self.descending else "sort-up"
            painter.drawPixmap(at, theme.pixmap(icon, "primary_text", 12, dpr))


class CustomerTable(RowTable):
    """Shows a `CustomersModel`. Emits facts and requests only.

    `current_changed` tells the customer whose row became current by a person; `sort_wanted` asks for another order.
    """

    current_changed = Signal(int)
    sort_wanted = Signal(str, bool)
    opened = Signal(int)
    wants_menu = Signal(QPoint)

    def __init__(self, theme: Theme, model: CustomersModel, marks: Marks) -> None:
        super().__init__("Customers", ROW_HEIGHT)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._model = model
        self._delegate = CustomerDelegate(theme, marks)
        self._header = SortHeader(theme, self)
        self._quiet = False
        self._held: int | None = None
        self._scrolled = 0
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setHorizontalHeader(self._header)
        self._header.sectionClicked.connect(self._sort_by)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setCornerButtonEnabled(False)
        self.doubleClicked.connect(self._open)
        self.verticalScrollBar().valueChanged.connect(self._read_ahead)
        theme.changed.connect(self.viewport().update)
        # After the headers: each of them clears the selection when the model is reset.
        model.modelAboutToBeReset.connect(self._before_reset)
        model.modelReset.connect(self._after_reset)

    @property
    def order(self) -> tuple[SortColumn, bool]:
        """The column that the book is sorted by, and whether it falls."""
        return COLUMNS[self._header.sorted_by].key, self._header.descending

    @property
    def current_id(self) -> int | None:
        """Customer of the current row."""
        row = self._model.row_at(self.currentIndex().row()) if self.currentIndex().isValid() else None
        return row.id if row is not None else None

    @property
    def chosen_ids(self) -> list[int]:
        """Customers of the selected rows, in view order."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [row.id for row in map(self._model.row_at, places) if row is not None]

    def set_marks(self, marks: Marks) -> None:
        """Take up figures of a changed policy."""
        self._delegate.marks = marks
        self.viewport().update()

    def set_order(self, key: SortColumn, *, descending: bool) -> None:
        """Show which order rules; the rows come with the next page."""
        self._header.sorted_by, self._header.descending = AT[key], descending
        self._header.viewport().update()

    def hold(self, customer_id: int | None) -> None:
        """Keep this customer current when the next first page comes, without telling anyone."""
        self._held = customer_id

    def choose(self, customer_id: int) -> bool:
        """Make a customer current, silently, if it is among the rows read so far; else none is."""
        place = self._model.place_of(customer_id)
        self._quiet = True
        if place >= 0:
            self.take(place)
            self.scrollTo(self._model.index(place, 0))
        else:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        self._quiet = False
        return place >= 0

    def choose_near(self, place: int, *, quiet: bool = False) -> None:
        """Make the row at a place current, the last one where there are not so many."""
        if self._model.rowCount():
            self._quiet = quiet
            self.take(min(place, self._model.rowCount() - 1))
            self._quiet = False

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        row = self._model.row_at(current.row()) if current.isValid() else None
        if row is not None and current.row() != previous.row() and not self._quiet:
            self.current_changed.emit(row.id)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the focus, and no row with it: Qt would make the first one current where there is none."""
        chosen, self._quiet = self.currentIndex().isValid(), True
        super().focusInEvent(event)
        if not chosen:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        self._quiet = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
            return
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            last = self._model.rowCount() - 1
            self.selectRow(0 if event.key() == Qt.Key.Key_Home else last)
            return
        if event.text() and event.text().isprintable():
            # Letters are commands of the page, not a search in the first column.
            event.ignore()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Make the row under the pointer current, where it is none of several selected ones, and ask for its menu."""
        at = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            at = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        elif (index := self.indexAt(event.pos())).isValid() and not self.selectionModel().isSelected(index):
            self.selectRow(index.row())
        if self.current_id is not None:
            self.wants_menu.emit(at)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(self.viewport().width())

    def _lay_out(self, room: int) -> None:
        shown = shown_in(room)
        self._delegate.last = max(shown)
        rest = room
        for place, column in enumerate(COLUMNS):
            self.setColumnHidden(place, place not in shown)
            if place and place in shown:
                self.setColumnWidth(place, column.width)
                rest -= column.width
        self.setColumnWidth(0, max(rest, 60))

    def _read_ahead(self, value: int) -> None:
        """Ask for the next page before the end is reached."""
        if self._model.rowCount() - value // ROW_HEIGHT < PREFETCH_ROWS + self.viewport().height() // ROW_HEIGHT:
            self._model.fetchMore(QModelIndex())

    def _before_reset(self) -> None:
        self._quiet = True
        self._scrolled = self.verticalScrollBar().value()
        if self._held is None:
            self._held = self.current_id

    def _after_reset(self) -> None:
        place = self._model.place_of(self._held) if self._held is not None else -1
        self._held = None
        if place >= 0:
            self.take(place)
            self.verticalScrollBar().setValue(self._scrolled)
        self._quiet = False

    def _sort_by(self, place: int) -> None:
        same = place == self._header.sorted_by
        descending = not self._header.descending if same else COLUMNS[place].falling_first
        self.sort_wanted.emit(COLUMNS[place].key, descending)

    def _open(self, index: QModelIndex) -> None:
        row = self._model.row_at(index.row()) if index.isValid() else None
        if row is not None:
            self.opened.emit(row.id)
