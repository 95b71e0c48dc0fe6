"""The rows of a check as an item model: row number, what the row will be, and the columns of the file.

It shows the columns that mean something to the book, or all of them. Cells that the file has can be written anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal

from models.values.imports import ColumnProposal, PreviewCell, PreviewRow
from models.values.words import capital
from views.data.phrases import MARKS, UNDECIDED, VerdictMark
from views.lists.keyset_model import Index
from views.words import whole

ROW_ROLE = Qt.ItemDataRole.UserRole
CELL_ROLE = Qt.ItemDataRole.UserRole + 1
MARK_ROLE = Qt.ItemDataRole.UserRole + 2
#: Columns before those of the file.
LEADING = ("Row", "Result")


#: Rows that are read at once, and how many of such pages are kept: a file of any size takes the same memory.
PAGE = 200
_KEPT_PAGES = 40
#: More rows than this no table can lay out at once; those of each verdict and reason can all be reached.
MOST_ROWS = 1_000_000


class CheckModel(QAbstractTableModel):
    """A window on the rows of one check, for one tab of it: pages come when they are looked at.

    Signals
    -------
    rows_wanted : from which row on a page is to be read.
    fixed : (row of the file, column, new text, what stands in the file), where a person writes a cell anew.
    """

    rows_wanted = Signal(int)
    fixed = Signal(int, str, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[ColumnProposal, ...] = ()
        self._shown: tuple[int, ...] = ()
        self._right: frozenset[int] = frozenset()
        self._pages: OrderedDict[int, tuple[PreviewRow, ...]] = OrderedDict()
        self._asked: set[int] = set()
        self._total = 0
        self._undecided = False

    @property
    def shown_columns(self) -> tuple[ColumnProposal, ...]:
        """The file's columns that are shown, in their order."""
        return tuple(self._columns[place] for place in self._shown)

    @property
    def total(self) -> int:
        """How many rows there are on this tab, read or not."""
        return self._total

    @property
    def kept_rows(self) -> int:
        """How many rows are in memory."""
        return sum(map(len, self._pages.values()))

    def row_at(self, row: int) -> PreviewRow | None:
        """A row, None where it is not read yet."""
        page = self._pages.get(row // PAGE)
        return page[row % PAGE] if page is not None and row >= 0 and row % PAGE < len(page) else None

    def column_at(self, section: int) -> ColumnProposal | None:
        """The file's column that a section shows, None for those before them."""
        place = section - len(LEADING)
        return self._columns[self._shown[place]] if 0 <= place < len(self._shown) else None

    def show(
        self,
        columns: Sequence[ColumnProposal],
        rows: Sequence[PreviewRow],
        total: int,
        *,
        every_column: bool,
        undecided: bool = False,
    ) -> None:
        """Show the first of ``total`` rows; ``undecided``: what will become of them cannot be said yet."""
        self.beginResetModel()
        self._undecided = undecided
        self._columns = tuple(columns)
        self._pages.clear()
        self._asked.clear()
        self._total = min(total, MOST_ROWS)
        for first in range(0, len(rows), PAGE):
            page = tuple(rows[first : first + PAGE])
            if len(page) == min(PAGE, self._total - first):
                self._pages[first // PAGE] = page
        self._choose_columns(every_column)
        self.endResetModel()

    def show_columns(self, *, every_column: bool) -> None:
        """Show all columns, or only those that mean something."""
        self.beginResetModel()
        self._choose_columns(every_column)
        self.endResetModel()

    def look_at(self, first: int, last: int) -> None:
        """Ask for the pages of these rows that are not read yet; those that were looked at longest ago go."""
        for page in range(max(0, first) // PAGE, max(0, min(last, self._total - 1)) // PAGE + 1):
            if page in self._pages:
                self._pages.move_to_end(page)
            elif page not in self._asked and page * PAGE < self._total:
                self._asked.add(page)
                self.rows_wanted.emit(page * PAGE)
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)

    def take(self, first: int, rows: Sequence[PreviewRow]) -> None:
        """Take the rows that `rows_wanted` asked for; fewer than asked means that there are no more."""
        number = first // PAGE
        self._asked.discard(number)
        expected = min(PAGE, self._total - first)
        if len(rows) < expected:
            self._end_at(first + len(rows))
        if not rows or expected <= 0:
            return
        self._pages[number] = tuple(rows[:expected])
        end = first + min(len(rows), expected) - 1
        self.dataChanged.emit(self.index(first, 0), self.index(end, self.columnCount() - 1))

    def give_up(self, first: int) -> None:
        """A page could not be read: it is asked for again when it is looked at again."""
        self._asked.discard(first // PAGE)

    def _end_at(self, total: int) -> None:
        if total < self._total:
            self.beginRemoveRows(QModelIndex(), total, self._total - 1)
            self._total = total
            self.endRemoveRows()

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        column = self.column_at(index.column()) if index.isValid() else None
        if column is not None and column.fixable and self.row_at(index.row()) is not None:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, column = self.row_at(index.row()), self.column_at(index.column())
        if role != Qt.ItemDataRole.EditRole or row is None or column is None or not column.fixable:
            return False
        at = self._columns.index(column)
        cell = row.cells[at] if at < len(row.cells) else PreviewCell("")
        text = str(value)
        if text == cell.text:
            return False
        kept = cell.text if cell.fixed_from is None else cell.fixed_from
        cells = list(row.cells) + [PreviewCell("")] * (at + 1 - len(row.cells))
        cells[at] = PreviewCell(text, fixed_from=kept if text != kept else None)
        page = list(self._pages[index.row() // PAGE])
        reason = "" if cell.fault else row.reason
        page[index.row() % PAGE] = replace(row, cells=tuple(cells), reason=reason)
        self._pages[index.row() // PAGE] = tuple(page)
        self.dataChanged.emit(index, index)
        self.fixed.emit(row.line, column.column, text, kept)
        return True

    def reason_at(self, row: int) -> tuple[int, str, str]:
        """Why a row is not taken: the section of its faulty cell or -1, what is wrong with that cell, and the whole.

        The whole is '' where there is nothing to say.
        """
        found = self.row_at(row)
        if found is None or self._undecided or found.verdict not in ("rejected", "ignored"):
            return -1, "", ""
        for n, place in enumerate(self._shown):
            fault = found.cells[place].fault if place < len(found.cells) else ""
            if fault:
                return n + len(LEADING), fault, found.reason or fault
        return -1, "", capital(found.reason)

    def is_right(self, section: int) -> bool:
        """Whether a column holds figures."""
        return section == 0 or section in self._right

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(LEADING) + len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        place = index.column() - len(LEADING)
        cell = None
        if place >= 0:
            at = self._shown[place]
            cell = row.cells[at] if at < len(row.cells) else None
        if role == ROW_ROLE:
            return row
        if role == CELL_ROLE:
            return cell
        if role == MARK_ROLE:
            return self._mark(row)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            if place < 0:
                return whole(row.line) if index.column() == 0 else self._mark(row).word
            return cell.text if cell is not None else ""
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._said(row, index.column(), role)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        if section < len(LEADING):
            return LEADING[section]
        place = section - len(LEADING)
        return self._columns[self._shown[place]].column if place < len(self._shown) else None

    def _mark(self, row: PreviewRow) -> VerdictMark:
        return UNDECIDED if self._undecided else MARKS[row.verdict]

    def _said(self, row: PreviewRow, column: int, role: int) -> str:
        if column < len(LEADING):
            verdict = self._mark(row).word
            words = f"Row {whole(row.line)}: {verdict}" + (f", {row.reason}" if row.reason else "")
            return words if role == Qt.ItemDataRole.AccessibleTextRole or column == 1 else ""
        at = self._shown[column - len(LEADING)]
        if at >= len(row.cells):
            return ""
        cell = row.cells[at]
        name = self._columns[at].column
        if cell.fixed_from is not None:
            fixed = f"{name}: {cell.text or 'empty'}, changed; the file has {cell.fixed_from or 'nothing'}"
            return f"{fixed}. {cell.fault}" if cell.fault else fixed
        if cell.fault:
            return f"{name}: {cell.text or 'empty'}. {cell.fault}"
        if cell.before is not None:
            return f"{name}: was {cell.before or 'empty'}, will be {cell.text or 'empty'}"
        return f"{name}: {cell.text}" if role == Qt.ItemDataRole.AccessibleTextRole else ""

    def _choose_columns(self, every_column: bool) -> None:
        named = [place for place, column in enumerate(self._columns) if column.field]
        self._shown = tuple(range(len(self._columns))) if every_column or not named else tuple(named)
        figures = [n + len(LEADING) for n, place in enumerate(self._shown) if _figures(self._columns[place])]
        self._right = frozenset(figures)


def _figures(column: ColumnProposal) -> bool:
    """Whether a column's samples are figures without the look of an id or a day."""
    samples = [sample.strip() for sample in column.samples if sample.strip()]
    if not samples or column.field.endswith(("_id", "id", "phone")):
        return False
    return all(_is_figure(sample) for sample in samples)


def _is_figure(text: str) -> bool:
    bare = text.lstrip("-+($€£¥ ").rstrip(")% ")
    return bool(bare) and all(sign.isdigit() or sign in ".,' " for sign in bare) and len(bare) < 13
