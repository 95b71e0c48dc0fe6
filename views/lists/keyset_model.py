"""A model over a query that is read in keyset pages, by the pool, never on the window's thread.

The rows of the old question stay until the first page of the new one is there, so that typing in a filter never
blanks the list. A late page of an older question is dropped by the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from views.background import Desk, Failed

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
PAGE_ROWS = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in order; ``next_key`` continues after the last, None at the end; ``about`` is said of all rows."""

    rows: Sequence[Row]
    next_key: Any
    about: Any = None


#: Reads one page: ``fetch(question, key)``; key None is the first page. Runs in the pool.
Fetch = Callable[[Any, Any], Page[Any]]


class KeysetModel(QAbstractTableModel, Generic[Row]):
    """Rows of a query. Columns, texts and roles come from subclasses; the row itself is `ROW_ROLE`.

    Parameters
    ----------
    desk : whose requests the pages are; ``topic`` is theirs on it.
    """

    begun = Signal()  # a new question was asked
    arrived = Signal(bool)  # a page came; True: the first of a question
    failed = Signal(object)

    def __init__(self, desk: Desk, fetch: Fetch, *, topic: str = "rows", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._fetch, self._topic = desk, fetch, topic
        self._rows: list[Row] = []
        self._question: Any = None
        self._next: Any = None
        self._more = False
        self._reading = False
        self.about: Any = None  # what the first page said of all rows, such as their counts

    @property
    def question(self) -> Any:
        """What is asked now."""
        return self._question

    @property
    def complete(self) -> bool:
        """Whether the last page has come."""
        return not self._more

    def ask(self, question: Any) -> None:
        """Ask another question, or the same again to refresh. Rows change when the first page is there."""
        self._question = question
        self._reading = True
        fetch = self._fetch
        self.begun.emit()
        self._desk.read(self._topic, lambda: fetch(question, None), self._first_page, self._not_read)

    def row_at(self, row: int) -> Row | None:
        """The row, or None beyond what was read."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def rows(self) -> Sequence[Row]:
        """All rows that were read."""
        return self._rows

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.text_of(row, index.column())
        return None

    def text_of(self, row: Row, column: int) -> str:
        """What a screen reader says of a row, and what keyboard search looks in."""
        return str(row)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._more and not self._reading

    def fetchMore(self, parent: Index) -> None:
        if not self.canFetchMore(parent):
            return
        self._reading = True
        fetch, question, key = self._fetch, self._question, self._next
        self._desk.read(self._topic, lambda: fetch(question, key), self._next_page, self._not_read)

    def _first_page(self, page: Page[Row]) -> None:
        self.beginResetModel()
        self._rows = list(page.rows)
        self.about = page.about
        self._take(page)
        self.endResetModel()
        self.arrived.emit(True)

    def _next_page(self, page: Page[Row]) -> None:
        if page.rows:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(page.rows) - 1)
            self._rows.extend(page.rows)
            self._take(page)
            self.endInsertRows()
        else:
            self._take(page)
        self.arrived.emit(False)

    def _take(self, page: Page[Row]) -> None:
        self._next = page.next_key
        self._more = page.next_key is not None
        self._reading = False

    def _not_read(self, failed: Failed) -> None:
        self._reading = False
        self._more = False
        self.failed.emit(failed)
