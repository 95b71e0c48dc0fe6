"""The list as an item model over keyset pages: sorted and filtered by the book, rows come as they are scrolled to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from models.values.customers import CustomerFilter, CustomerRow, SortColumn
from models.values.words import capital, left_words
from views.background import Desk
from views.customers.columns import COLUMNS, sentence_of, set_by_hand, text_of
from views.lists.keyset_model import PAGE_ROWS, Fetch, Index, KeysetModel

#: Columns whose words may be longer than the column: the tooltip has them whole.
_LONG = frozenset({"name", "segment", "next_action", "owner"})


@dataclass(frozen=True, slots=True)
class Question:
    """What the list asks of the book; a refresh wants as many rows at once as there were."""

    chosen: CustomerFilter
    sort: SortColumn
    descending: bool
    first_rows: int = PAGE_ROWS


class CustomersModel(KeysetModel[CustomerRow]):
    """Rows of the pages read so far.

    Parameters
    ----------
    fetch : reads one page for a `Question`, in the pool.
    me : the owner's name that is shown as "You".
    """

    def __init__(self, desk: Desk, fetch: Fetch, me: str, parent: QObject | None = None) -> None:
        super().__init__(desk, fetch, topic="customers", parent=parent)
        self.me = me

    def place_of(self, customer_id: int) -> int:
        """The row of a customer among those read so far, -1 if it is not there."""
        return next((place for place, row in enumerate(self.rows()) if row.id == customer_id), -1)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def text_of(self, row: CustomerRow, column: int) -> str:
        return text_of(row, column, self.me)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.AccessibleTextRole and index.isValid() and index.column() == 0:
            # The first cell says the whole row: a reader stops there when the current row moves.
            return sentence_of(self.rows()[index.row()], self.me)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.isValid() and COLUMNS[index.column()].right:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and index.isValid():
            place, row = index.column(), self.rows()[index.row()]
            said = [self.text_of(row, place)] if COLUMNS[place].key in _LONG else []
            if COLUMNS[place].key == "churn" and row.left_on is not None:
                said.append(capital(left_words(row.left_on)))
            return "\n".join((*said, *set_by_hand(row, place))) or None
        return super().data(index, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"Sort the whole book by {COLUMNS[section].title.lower()}"
        return None
