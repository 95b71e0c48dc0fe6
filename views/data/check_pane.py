"""The left of a check: tabs by verdict, the rows as they will be, and the mapping boxes in their frozen header."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QProgressBar, QWidget

from models.values.imports import ColumnProposal, Preview, PreviewCell, PreviewRow, Verdict
from views.data.check_delegate import ROW_HEIGHT, CheckDelegate, column_width, height_of
from views.data.check_model import CELL_ROLE, LEADING, CheckModel
from views.data.mapping_header import EXTRA, LEFT_OUT, MappingHeader
from views.data.phrases import MARKS, VERDICTS, Sums, is_understood, sums_of
from views.lists.row_table import RowTable
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.labels import ElidedLabel, column, label, row, rule
from views.widgets.tabs import CountTabs, Tab
from views.words import DOT, counted, whole

ALL = "all"
#: So long the rows must stand still before those in sight are read.
REST_MS = 40
_TITLES: dict[str, str] = {
    ALL: "All",
    "new": "New",
    "changed": "Changed",
    "unchanged": "Unchanged",
    "rejected": "Rejected",
    "ignored": "Ignored",
}
_MEASURED_ROWS = 40
_A_SCREEN = 60


class CheckTable(RowTable):
    """Rows of a check; columns are as wide as what stands in them.

    Enter or F2 fixes the current cell; Alt+Enter, or a click on a column's title, says how the column is read.
    """

    explain_wanted = Signal(str)

    def __init__(self, theme: Theme, model: CheckModel) -> None:
        super().__init__("Rows of the file", ROW_HEIGHT)
        self._checked = model
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
            back = menu.addAction("Take the file's own text again")
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
        first = max(0, self.rowAt(1))
        last = self.rowAt(self.viewport().height() - 2)
        if last < 0:
            last = first + _A_SCREEN
        self._checked.look_at(first - _A_SCREEN // 2, last + _A_SCREEN // 2)

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
            row = self._checked.row_at(place)
            if row is not None and height_of(row) != self.rowHeight(place):
                self.setRowHeight(place, height_of(row))


class CheckPane(QWidget):
    """Shows a preview. Asks for another mapping, another tab's rows, or more rows; decides nothing."""

    mapped = Signal(str, str)
    fixed = Signal(int, str, str, str)  # row of the file, column, new text, what stands in the file
    explain_wanted = Signal(str)  # column
    rows_wanted = Signal(str, str, int)  # tab, reason or '', from which row on

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._preview: Preview | None = None
        self._every_column = False
        self._reason = ""
        self.tabs = CountTabs(theme, "Rows by what they will be", height=40)
        self.tabs.chosen.connect(lambda key: self.show_tab(key))
        self._columns = link("")
        self._columns.clicked.connect(self._toggle_columns)
        self.model = CheckModel(self)
        self.model.rows_wanted.connect(lambda first: self.rows_wanted.emit(self.tabs.current, self._reason, first))
        self.model.fixed.connect(self.fixed)
        self.table = CheckTable(theme, self.model)
        self.table.explain_wanted.connect(self.explain_wanted)
        self.table.header.mapped.connect(self.mapped)
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedHeight(3)
        self._busy.setAccessibleName("Checking")
        self._busy.hide()
        self._shown = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_2")
        self._kept = label("", fonts.SMALL, fonts.REGULAR, "ink_2")
        foot = row(self._shown, 12, -1, self._kept, margins=(16, 0, 16, 0))
        foot_host = QWidget()
        foot_host.setLayout(foot)
        foot_host.setFixedHeight(32)
        head = row(self.tabs, 8, self._columns, margins=(0, 0, 12, 0))
        self.setLayout(column(head, rule(), self._busy, self.table, rule(), foot_host))
        bar = self.table.verticalScrollBar()
        bar.valueChanged.connect(lambda _value: self._say_rows())
        bar.rangeChanged.connect(lambda _low, _high: self._say_rows())

    @property
    def sums(self) -> Sums:
        """The sums of the check that is shown."""
        return sums_of(self._preview.receipt.rows) if self._preview is not None else Sums()

    @property
    def preview(self) -> Preview | None:
        """The check that is shown."""
        return self._preview

    @property
    def _undecided(self) -> bool:
        """Whether it is not known yet what the file is about, or where its cells are."""
        return self._preview is not None and not is_understood(self._preview)

    def show_preview(self, preview: Preview, *, stay: bool = False) -> None:
        """Show a check from its first row; with ``stay``, the tab and the place in it stay."""
        self._preview = preview
        self.table.header.extra = EXTRA if preview.entity == "customers" else LEFT_OUT
        sums = self.sums
        counts: dict[str, int] = {ALL: sums.read}
        counts |= {verdict: sums.of(verdict) for verdict in VERDICTS}
        known = [Tab(key, title, counts[key]) for key, title in _TITLES.items()]
        self.tabs.show_tabs([Tab(ALL, "First rows")] if self._undecided else known)
        self.set_busy(False)
        place = self.table.currentIndex()
        at, column_at = (place.row(), place.column()) if stay and place.isValid() else (-1, 0)
        down = self.table.verticalScrollBar().value() if stay else 0
        tab = self.tabs.current if stay else ALL
        reason = self._reason if stay and self._count_of(tab, self._reason) else ""
        self.show_tab(tab, reason)
        if at >= 0 and self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(min(at, self.model.rowCount() - 1), column_at))
        if down:
            self.table.verticalScrollBar().setValue(down)

    def show_tab(self, key: str, reason: str = "") -> None:
        """Show the rows of one verdict, or all; with a reason only those that have it."""
        assert self._preview is not None
        self.tabs.choose(key)
        self._reason = reason
        total = self._count_of(key, reason)
        rows = self._known(key) if not reason else ()
        undecided = self._undecided
        # As long as a column is looked for, all of them are offered.
        every = self._every_column or undecided
        self.model.show(self._preview.columns, rows, total, every_column=every, undecided=undecided)
        self.table.scrollToTop()
        self.table.look()
        self._say_columns(self._preview.columns)
        self._say_rows()
        self._show_reason()

    def add_rows(self, key: str, reason: str, first: int, rows: Sequence[PreviewRow]) -> None:
        """Take a page of rows of a tab; that of another tab comes too late."""
        if (key, reason) == (self.tabs.current, self._reason):
            fresh = not self.model.kept_rows
            self.model.take(first, rows)
            self._say_rows()
            if fresh:
                self.table.measure()
                self._show_reason()

    def set_busy(self, busy: bool) -> None:
        """While the file is checked again the mapping rests; cells can be fixed on."""
        self._busy.setVisible(busy)
        self.table.header.set_enabled(not busy)

    def _count_of(self, key: str, reason: str) -> int:
        assert self._preview is not None
        receipt = self._preview.receipt
        if reason:
            return (receipt.reasons if key == "rejected" else receipt.ignored_reasons).get(reason, 0)
        if self._undecided:
            return len(self._known(key))
        return self.sums.read if key == ALL else self.sums.of(_verdict(key))

    def _known(self, key: str) -> tuple[PreviewRow, ...]:
        """Rows of a tab that came with the check: the first ones of all, or all of a verdict where those are all."""
        assert self._preview is not None
        rows = self._preview.rows
        if key == ALL:
            return rows
        whole_file = len(rows) >= self.sums.read
        return tuple(row for row in rows if row.verdict == key) if whole_file else ()

    def _show_reason(self) -> None:
        """On the tabs of changed and rejected rows, bring the first cell that says why into view."""
        if self.tabs.current not in ("changed", "rejected"):
            return
        for place in range(min(_MEASURED_ROWS, self.model.rowCount())):
            for section in range(len(LEADING), self.model.columnCount()):
                cell = self.model.index(place, section).data(CELL_ROLE)
                if isinstance(cell, PreviewCell) and (cell.fault or cell.before is not None):
                    self.table.scrollTo(self.model.index(place, section))
                    self.table.verticalScrollBar().setValue(0)
                    return

    def _toggle_columns(self) -> None:
        self._every_column = not self._every_column
        self.model.show_columns(every_column=self._every_column)
        if self._preview is not None:
            self._say_columns(self._preview.columns)

    def _say_columns(self, columns: Sequence[ColumnProposal]) -> None:
        named = sum(1 for one in columns if one.field)
        left = len(columns) - named
        self._columns.setVisible(bool(left) and bool(named) and not self._undecided)
        shown = f"{named} of {len(columns)} columns ›"
        self._columns.setText(f"‹ only {counted(named, 'column')}" if self._every_column else shown)
        people = self._preview is not None and self._preview.entity == "customers"
        become = "kept as extra detail" if people else "not imported"
        extra = f"{whole(left)} other column{'s' if left != 1 else ''} {become}"
        self._kept.setText("" if self._undecided else extra if left else "Every column has its place")

    def _say_rows(self) -> None:
        first = self.model.row_at(max(0, self.table.rowAt(1)))
        last_at = self.table.rowAt(self.table.viewport().height() - 2)
        last = self.model.row_at(last_at if last_at >= 0 else self.model.rowCount() - 1)
        if first is None or last is None:
            key = self.tabs.current
            nothing = key == ALL or self.model.rowCount()
            self._shown.setText("" if nothing else f"No row is {MARKS[_verdict(key)].word}")
            return
        for_reason = f"{DOT}{self._reason}" if self._reason else ""
        of = "" if self._undecided else f" of {whole(self.sums.read)}"
        self._shown.setText(f"Rows {whole(first.line)}–{whole(last.line)}{of}{for_reason}")


def _verdict(key: str) -> Verdict:
    return next(verdict for verdict in VERDICTS if verdict == key)
