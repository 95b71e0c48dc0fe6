"""The left of a check: tabs by verdict, the rows as they will be, and the mapping boxes in their frozen header."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from models.values.imports import ColumnProposal, Preview, PreviewCell, PreviewRow, Verdict
from views.data.check_model import CELL_ROLE, LEADING, CheckModel
from views.data.check_table import CheckTable
from views.data.mapping_header import EXTRA, LEFT_OUT
from views.data.phrases import MARKS, VERDICTS, Sums, is_understood, sums_of
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.labels import ElidedLabel, column, label, row, rule
from views.widgets.tabs import CountTabs, Tab
from views.words import DOT, counted, whole

ALL = "all"
_TITLES: dict[str, str] = {
    ALL: "All",
    "new": "New",
    "changed": "Changed",
    "unchanged": "Unchanged",
    "rejected": "Rejected",
    "ignored": "Ignored",
}
_LOOKED_THROUGH = 40


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
        self.tabs = CountTabs(theme, "Rows by result", height=40)
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
        for place in range(min(_LOOKED_THROUGH, self.model.rowCount())):
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
        self._kept.setText("" if self._undecided else extra if left else "Every column is mapped")

    def _say_rows(self) -> None:
        first = self.model.row_at(max(0, self.table.rowAt(1)))
        last_at = self.table.rowAt(self.table.viewport().height() - 2)
        last = self.model.row_at(last_at if last_at >= 0 else self.model.rowCount() - 1)
        if first is None or last is None:
            key = self.tabs.current
            nothing = key == ALL or self.model.rowCount()
            self._shown.setText("" if nothing else f"No rows are {MARKS[_verdict(key)].word}")
            return
        for_reason = f"{DOT}{self._reason}" if self._reason else ""
        of = "" if self._undecided else f" of {whole(self.sums.read)}"
        self._shown.setText(f"Rows {whole(first.line)}–{whole(last.line)}{of}{for_reason}")


def _verdict(key: str) -> Verdict:
    return next(verdict for verdict in VERDICTS if verdict == key)
