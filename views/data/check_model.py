"""The rows of a check as an item model: row number, what the row will be, and the columns of the file.

It shows the columns that mean something to the book, or all of them. More rows are asked for when the end is near.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal

from models.values.imports import ColumnProposal, PreviewRow
from views.data.phrases import MARKS
from views.lists.keyset_model import Index
from views.words import whole

ROW_ROLE = Qt.ItemDataRole.UserRole
CELL_ROLE = Qt.ItemDataRole.UserRole + 1
#: Columns before those of the file.
LEADING = ("Row", "Will be")


class CheckModel(QAbstractTableModel):
    """Rows of one check, for one tab of it."""

    more_wanted = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[ColumnProposal, ...] = ()
        self._shown: tuple[int, ...] = ()
        self._right: frozenset[int] = frozenset()
        self._rows: list[PreviewRow] = []
        self._total = 0
        self._waiting = False

    @property
    def shown_columns(self) -> tuple[ColumnProposal, ...]:
        """The file's columns that are shown, in their order."""
        return tuple(self._columns[place] for place in self._shown)

    @property
    def total(self) -> int:
        """How many rows there are on this tab, read or not."""
        return self._total

    def row_at(self, row: int) -> PreviewRow | None:
        """A row, None beyond those read."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def show(
        self, columns: Sequence[ColumnProposal], rows: Sequence[PreviewRow], total: int, *, every_column: bool
    ) -> None:
        """Show these rows of ``total``."""
        self.beginResetModel()
        self._columns = tuple(columns)
        self._rows = list(rows)
        self._total = total
        self._waiting = False
        self._choose_columns(every_column)
        self.endResetModel()

    def show_columns(self, *, every_column: bool) -> None:
        """Show all columns, or only those that mean something."""
        self.beginResetModel()
        self._choose_columns(every_column)
        self.endResetModel()

    def append(self, rows: Sequence[PreviewRow]) -> None:
        """Add the rows that `more_wanted` asked for; none means there are no more."""
        self._waiting = False
        if not rows:
            self._total = len(self._rows)
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows.extend(rows)
        self.endInsertRows()

    def is_right(self, section: int) -> bool:
        """Whether a column holds figures."""
        return section == 0 or section in self._right

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(LEADING) + len(self._shown)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._waiting and len(self._rows) < self._total

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._waiting = True
            self.more_wanted.emit(len(self._rows))

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
        if role == Qt.ItemDataRole.DisplayRole:
            if place < 0:
                return whole(row.line) if index.column() == 0 else MARKS[row.verdict].word
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

    def _said(self, row: PreviewRow, column: int, role: int) -> str:
        if column < len(LEADING):
            verdict = MARKS[row.verdict].word
            words = f"Row {whole(row.line)}: {verdict}" + (f", {row.reason}" if row.reason else "")
            return words if role == Qt.ItemDataRole.AccessibleTextRole or column == 1 else ""
        at = self._shown[column - len(LEADING)]
        if at >= len(row.cells):
            return ""
        cell = row.cells[at]
        name = self._columns[at].column
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
