"""The left of a check: tabs by verdict, the rows as they will be, and the mapping boxes in their frozen header."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QProgressBar, QTableView, QWidget

from models.values.imports import ColumnProposal, Preview, PreviewCell, PreviewRow, Verdict
from views.data.check_delegate import ROW_HEIGHT, CheckDelegate, column_width, height_of
from views.data.check_model import CELL_ROLE, LEADING, CheckModel
from views.data.mapping_header import EXTRA, MappingHeader
from views.data.phrases import MARKS, VERDICTS, Sums, sums_of
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.labels import ElidedLabel, column, label, row, rule
from views.widgets.tabs import CountTabs, Tab
from views.words import whole

ALL = "all"
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


class CheckTable(QTableView):
    """Rows of a check. Letters do not search, Tab leaves, columns are as wide as what stands in them."""

    def __init__(self, theme: Theme, model: CheckModel) -> None:
        super().__init__()
        self._checked = model
        self.header = MappingHeader(theme, model, self)
        self._delegate = CheckDelegate(theme, self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setHorizontalHeader(self.header)
        vertical = self.verticalHeader()
        vertical.hide()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(ROW_HEIGHT)
        vertical.setDefaultSectionSize(ROW_HEIGHT)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setAccessibleName("Rows of the file")
        self.setCornerWidget(QWidget())
        # After the view's own slot, which moves the header: its offset is not announced.
        self.horizontalScrollBar().valueChanged.connect(self.header.place)
        model.modelReset.connect(self._measure)
        model.rowsInserted.connect(self._heights)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands of the page, not a search in a column."""

    def _measure(self) -> None:
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
            self.setColumnWidth(section, column_width(texts, shown.column, words or EXTRA))
        self._heights(QModelIndex(), 0, model.rowCount() - 1)

    def _widest(self, row: int, section: int) -> str:
        """The longest that a cell has to show: its text, with the old value where it changes."""
        cell = self._checked.index(row, section).data(CELL_ROLE)
        if not isinstance(cell, PreviewCell):
            return ""
        if cell.fault:
            return max(f"{cell.text}    ", f"{cell.fault}    ", key=len)
        return cell.text if cell.before is None else f"{cell.before} {cell.text}  "

    def _heights(self, _parent: QModelIndex, first: int, last: int) -> None:
        for place in range(first, last + 1):
            row = self._checked.row_at(place)
            if row is not None and height_of(row) != self.rowHeight(place):
                self.setRowHeight(place, height_of(row))


class CheckPane(QWidget):
    """Shows a preview. Asks for another mapping, another tab's rows, or more rows; decides nothing."""

    mapped = Signal(str, str)
    rows_wanted = Signal(str, int)  # tab, how many rows there are already

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._preview: Preview | None = None
        self._rows: dict[str, tuple[PreviewRow, ...]] = {}
        self._every_column = False
        self.tabs = CountTabs(theme, "Rows by what they will be", height=40)
        self.tabs.chosen.connect(self.show_tab)
        self._columns = link("")
        self._columns.clicked.connect(self._toggle_columns)
        self.model = CheckModel(self)
        self.model.more_wanted.connect(lambda have: self.rows_wanted.emit(self.tabs.current, have))
        self.table = CheckTable(theme, self.model)
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

    def show_preview(self, preview: Preview) -> None:
        """Show a check from its first row; the tab stays if it still has rows."""
        self._preview = preview
        self._rows = {ALL: preview.rows}
        sums = self.sums
        counts: dict[str, int] = {ALL: sums.read}
        counts |= {verdict: sums.of(verdict) for verdict in VERDICTS}
        self.tabs.show_tabs([Tab(key, title, counts[key]) for key, title in _TITLES.items()])
        self.set_busy(False)
        self.show_tab(self.tabs.current)

    def show_tab(self, key: str) -> None:
        """Show the rows of one verdict, or all."""
        self.tabs.choose(key)
        rows = self._rows.get(key)
        if rows is None:
            rows = self._known(key)
        self._fill(rows)

    def add_rows(self, key: str, rows: Sequence[PreviewRow]) -> None:
        """Take more rows of a tab."""
        have = self._rows.get(key) or self._known(key)
        seen = {row.line for row in have}
        fresh = tuple(row for row in rows if row.line not in seen)
        self._rows[key] = (*have, *fresh)
        self.set_busy(False)
        if key == self.tabs.current:
            self.model.append(fresh)
            self._say_rows()

    def set_busy(self, busy: bool) -> None:
        """While the file is checked again the mapping rests."""
        self._busy.setVisible(busy)
        self.table.header.set_enabled(not busy)

    def _known(self, key: str) -> tuple[PreviewRow, ...]:
        """Rows of a verdict among those that were read for all; complete if all of them were."""
        return tuple(row for row in self._rows[ALL] if row.verdict == key)

    def _fill(self, rows: Sequence[PreviewRow]) -> None:
        assert self._preview is not None
        key = self.tabs.current
        total = self.sums.read if key == ALL else self.sums.of(_verdict(key))
        self.model.show(self._preview.columns, rows, total, every_column=self._every_column)
        self.table.scrollToTop()
        self._say_columns(self._preview.columns)
        self._say_rows()
        if len(rows) < _A_SCREEN:
            # Too few to scroll: the view would never ask for the rest by itself.
            self.model.fetchMore(QModelIndex())
        self._show_reason()

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
        self._columns.setVisible(bool(left) and bool(named))
        shown = f"{named} of {len(columns)} columns ›"
        self._columns.setText(f"‹ only {named} columns" if self._every_column else shown)
        extra = f"{whole(left)} other column{'s' if left != 1 else ''} kept as extra detail"
        self._kept.setText(extra if left else "Every column has its place")

    def _say_rows(self) -> None:
        first = self.model.row_at(max(0, self.table.rowAt(1)))
        last_at = self.table.rowAt(self.table.viewport().height() - 2)
        last = self.model.row_at(last_at if last_at >= 0 else self.model.rowCount() - 1)
        if first is None or last is None:
            key = self.tabs.current
            self._shown.setText("" if key == ALL else f"No row is {MARKS[_verdict(key)].word}")
            return
        self._shown.setText(f"Rows {whole(first.line)}–{whole(last.line)} of {whole(self.sums.read)}")


def _verdict(key: str) -> Verdict:
    return next(verdict for verdict in VERDICTS if verdict == key)
