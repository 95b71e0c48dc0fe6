"""The queue as rows: group headers are real rows that cannot be selected, alerts are the others."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Signal

from models.values.alerts import AT_STAKE, AlertRow, QueueGroup, QueuePage, Severity
from views.lists.keyset_model import ROW_ROLE, Index
from views.widgets.painting import mark_of
from views.words import chance, money, percent, short_leaving

#: Groups of what is to do, and how a group is sorted.
DUE = frozenset({"hour", "today", "week", "later"})
ORDER = "By severity, then by money; several signs of distress count for more, and customers who are leaving come first"

TICKED_ROLE = Qt.ItemDataRole.UserRole + 1


class QueueModel(QAbstractListModel):
    """Rows of one tab, with the ticks of the bulk bar."""

    ticks_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[QueueGroup | AlertRow] = []
        self._ticked: set[int] = set()

    @property
    def ticked(self) -> list[AlertRow]:
        """The ticked alerts in view order."""
        return [row for row in self.open_alerts() if row.id in self._ticked]

    def open_alerts(self) -> list[AlertRow]:
        """The alerts in view order."""
        return [entry for entry in self._entries if isinstance(entry, AlertRow)]

    def show_page(self, page: QueuePage) -> None:
        """Show another state of the queue. Ticks stay on the alerts that are still there."""
        self.beginResetModel()
        by_group: dict[str, list[AlertRow]] = {}
        for row in page.rows:
            by_group.setdefault(row.group, []).append(row)
        entries: list[QueueGroup | AlertRow] = [] if page.groups else list(page.rows)
        for group in page.groups:
            entries += [group, *by_group.pop(group.key, [])]
        for rest in by_group.values() if page.groups else ():
            entries += rest
        self._entries = entries
        self.endResetModel()
        present = {row.id for row in page.rows}
        if not self._ticked <= present:
            self._ticked &= present
            self.ticks_changed.emit()

    def row_of(self, alert_id: int) -> int:
        """Row of an alert, -1 if it is not here."""
        for number, entry in enumerate(self._entries):
            if isinstance(entry, AlertRow) and entry.id == alert_id:
                return number
        return -1

    def alert_at(self, row: int) -> AlertRow | None:
        """The alert in a row; None for a header or beyond the end."""
        entry = self._entries[row] if 0 <= row < len(self._entries) else None
        return entry if isinstance(entry, AlertRow) else None

    def next_alert(self, row: int, step: int) -> int:
        """Row of the next alert in a direction, -1 at the end."""
        row += step
        while 0 <= row < len(self._entries):
            if isinstance(self._entries[row], AlertRow):
                return row
            row += step
        return -1

    def tick(self, row: int, on: bool | None = None) -> None:
        """Tick or untick an alert; None turns it over."""
        alert = self.alert_at(row)
        if alert is None:
            return
        wanted = alert.id not in self._ticked if on is None else on
        (self._ticked.add if wanted else self._ticked.discard)(alert.id)
        index = self.index(row)
        self.dataChanged.emit(index, index, [TICKED_ROLE])
        self.ticks_changed.emit()

    def clear_ticks(self) -> None:
        """Untick everything."""
        if self._ticked:
            self._ticked.clear()
            if self._entries:
                self.dataChanged.emit(self.index(0), self.index(len(self._entries) - 1), [TICKED_ROLE])
            self.ticks_changed.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        leaf = Qt.ItemFlag.ItemNeverHasChildren
        if isinstance(self._entries[index.row()], QueueGroup):
            return leaf
        return leaf | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ROW_ROLE:
            return entry
        if role == TICKED_ROLE:
            return isinstance(entry, AlertRow) and entry.id in self._ticked
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            if isinstance(entry, QueueGroup):
                return f"{ORDER}\n{AT_STAKE}" if entry.key in DUE else AT_STAKE
            return "\n".join((entry.customer, entry.reason, *(mark.line for mark in entry.overridden)))
        return None


def spoken(entry: QueueGroup | AlertRow) -> str:
    """What a screen reader says: name, severity, due, reason, money."""
    if isinstance(entry, QueueGroup):
        return f"{entry.title}, {entry.count}"
    severity = mark_of(entry.severity, entry.kind).word.lower()
    parts = [entry.customer, severity, entry.due_aloud, _lower_first(entry.reason), value_words(entry)]
    return ", ".join(part for part in parts if part)


def value_words(row: AlertRow) -> str:
    """ "$5,240 at stake", or "$3,300 upside" for an opportunity."""
    figure, words = value_parts(row)
    return f"{figure} {words}" if figure else ""


def value_parts(row: AlertRow) -> tuple[str, str]:
    """Figure and word of the money that an alert is about; both '' where it is about none.

    Of who wrote or rated and of whom the model expects next to no loss it is what they spend in a year.
    """
    if row.kind == "opportunity":
        return money(row.upside_minor, row.currency), "upside"
    if row.kind == "risk" and row.upside_minor > (row.at_stake_minor or 0):
        return money(row.upside_minor, row.currency), "to win"
    if row.kind == "risk" and row.spent_minor and row.loss_minor <= (row.value_at_risk_minor or 0):
        return money(row.spent_minor, row.currency), "a year"
    if row.kind == "data" or row.at_stake_minor is None:
        return "", ""
    return money(row.at_stake_minor, row.currency), "at stake"


def churn_words(row: AlertRow) -> str:
    """ "churn 72 %"; what counts instead of it: their words of leaving, or how many left after such a silence."""
    if row.said:
        return short_leaving(row.said)
    if row.left_before:
        return row.left_before
    if row.churn_risk is None:
        return ""
    by_hand = any(mark.figure == "churn_risk" for mark in row.overridden)
    return f"churn {percent(row.churn_risk) if by_hand else chance(row.churn_risk)}"


def churn_ink(row: AlertRow, bars: tuple[float, float]) -> str:
    """Colour of a row's churn risk: as its severity where the risk is above the policy's bars, and never beyond it.

    Parameters
    ----------
    bars
        The churn risks from which on it is a warning, and critical.
    """
    warning, critical = bars
    # The record in its place has no bars.
    risk = None if row.left_before else row.churn_risk
    if row.kind != "risk" or risk is None or risk < warning or row.severity < Severity.MEDIUM:
        return "ink_3"
    return "critical_text" if risk >= critical and row.severity == Severity.CRITICAL else "warning_text"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
