"""The left of a receipt: the equation over its bar, what is in the book now, what it did to the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.values.alerts import AlertRow
from models.values.imports import Receipt
from services.pipeline.jobs import ImportResult
from views.data.phrases import Sums, entity_rows, sums_of
from views.data.rooms import QueueEffect
from views.data.sums import Equation, StackBar
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.labels import ElidedLabel, column, kind_of, label, row, rule, scrolling
from views.widgets.painting import mark_of
from views.words import counted, money, whole

_FIGURES = (
    TableColumn("New", 104, right=True),
    TableColumn("Changed", 104, right=True, keeps=2),
    TableColumn("Unchanged", 110, right=True, keeps=1),
    TableColumn("Total", 104, right=True),
)
_SMALL_BARS = "Each row counts in exactly one of the five. Bars under 1 % are drawn wider so that they can be seen."


@dataclass(frozen=True, slots=True)
class ReceiptContent:
    """A receipt as the page shows it: one file or many, with the queue's change where it is known."""

    files: tuple[ImportResult, ...]
    effect: QueueEffect | None = None

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """Receipts of the files that were imported."""
        return tuple(one.receipt for one in self.files if one.receipt is not None)

    @property
    def sums(self) -> Sums:
        """Sums over all files."""
        total = Sums()
        for receipt in self.receipts:
            total = total.plus(sums_of(receipt.rows))
        return total


class Band(QWidget):
    """A heading over a table: words at the left, words at the right, shortened in a narrow pane."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._left = ElidedLabel(theme, "", fonts.SMALL, fonts.SEMIBOLD)
        self._right = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_2")
        for words in (self._left, self._right):
            words.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setLayout(column(rule(), row(self._left, -1, 8, self._right, margins=(20, 5, 20, 5)), rule()))
        kind_of(self, "ground")

    def say(self, left: str, right: str = "") -> None:
        """Say it."""
        self._left.setText(left)
        self._right.setText(right)


class ReceiptView(QWidget):
    """Shows a receipt. `customer_wanted` for a click on an alert's customer, `file_wanted` for one file of many."""

    customer_wanted = Signal(int)
    file_wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._equation = Equation(theme)
        self._bar = StackBar(theme)
        note = label(_SMALL_BARS, fonts.SMALL, fonts.REGULAR, "ink_3", wrap=True)
        top = QWidget()
        top.setLayout(column(self._equation, 8, self._bar, 8, note, margins=(20, 14, 20, 12)))
        self._book_band, self._file_band = Band(theme), Band(theme)
        self._queue_band = Band(theme)
        self._book = WordTable(
            theme, "In your book now", (TableColumn("From this file"), *_FIGURES), whole=True, passive=True
        )
        files = (TableColumn("File"), TableColumn("Recognised as", 190, keeps=1), *_FIGURES[:2],
                 TableColumn("Rejected", 92, right=True))  # fmt: skip
        self._files = WordTable(theme, "Files", files, whole=True)
        self._files.opened.connect(self.file_wanted)
        self._files.linked.connect(lambda _what, key: self.file_wanted.emit(key))
        self._opened = self._open_alerts(theme, "Alerts opened", "At risk or upside")
        self._closed = self._open_alerts(theme, "Alerts closed", "At risk")
        inner = QWidget()
        parts = (self._book_band, self._book, self._file_band, self._files)
        open_alerts = (self._queue_band, self._opened, self._closed)
        inner.setLayout(column(top, *parts, *open_alerts, -1))
        kind_of(inner, "panel")
        self.setLayout(column(scrolling(inner)))

    def _open_alerts(self, theme: Theme, name: str, money_title: str) -> WordTable:
        columns = (TableColumn("", 124), TableColumn("Customer", 210), TableColumn("Reason", keeps=1),
                   TableColumn(money_title, 140, right=True))  # fmt: skip
        made = WordTable(theme, name, columns, whole=True)
        made.linked.connect(lambda _what, key: self.customer_wanted.emit(key))
        made.opened.connect(self._open_alert)
        return made

    def _open_alert(self, key: object) -> None:
        if isinstance(key, int):
            self.customer_wanted.emit(key)

    def show_content(self, content: ReceiptContent) -> None:
        """Show this receipt."""
        sums = content.sums
        self._equation.show_sums(sums)
        self._bar.show_sums(sums)
        self._book_band.say("What is in your book now", f"{counted(sums.importable, 'row')} imported")
        self._book.show_lines(book_lines(content.receipts))
        self._show_files(content.files)
        self._show_effect(content.effect)

    def _show_files(self, files: Sequence[ImportResult]) -> None:
        many = len(files) > 1
        self._file_band.setVisible(many)
        self._files.setVisible(many)
        if many:
            done = sum(1 for one in files if one.receipt is not None)
            self._file_band.say(f"{counted(done, 'file')} imported", _not_imported(len(files) - done))
            self._files.show_lines([file_line(one) for one in files])

    def _show_effect(self, effect: QueueEffect | None) -> None:
        for part in (self._queue_band, self._opened, self._closed):
            part.setVisible(False)
        if effect is None:
            return
        self._queue_band.setVisible(True)
        opened = counted(effect.opened_count, "alert")
        words = f"Your queue: {opened} opened, {whole(effect.closed_count)} closed"
        self._queue_band.say(words, f"{whole(effect.before)} to do before, {whole(effect.now)} now")
        self._opened.setVisible(bool(effect.opened))
        self._opened.lines.set_title(0, f"Opened · {whole(effect.opened_count)}")
        self._closed.lines.set_title(0, f"Closed · {whole(effect.closed_count)}")
        self._opened.show_lines(alert_lines(effect.opened, effect.opened_count))
        self._closed.setVisible(bool(effect.closed))
        self._closed.show_lines([_closed_line(alert) for alert in effect.closed])


def book_lines(receipts: Sequence[Receipt]) -> list[TableLine]:
    """What the book got, entity by entity."""
    lines = []
    for words, new, changed, unchanged in entity_rows(receipts):
        figures = [TableCell(whole(count)) for count in (new, changed, unchanged)]
        total = TableCell(whole(new + changed + unchanged), strong=True)
        lines.append(TableLine((TableCell(words), *figures, total), words))
    return lines


def file_line(result: ImportResult) -> TableLine:
    """One file of a batch."""
    name = PurePath(result.file).name
    if result.receipt is None:
        reason = TableCell(result.error, "critical_text", small=True, icon="severity-critical", tip=result.error)
        return TableLine((TableCell(name), reason, TableCell(""), TableCell(""), TableCell("")), result)
    rows = result.receipt.rows
    rejected = rows.get("rejected", 0)
    cells = (
        TableCell(name, link="file"),
        TableCell(result.receipt.recognised_as, "ink_2"),
        TableCell(whole(rows.get("inserted", 0))),
        TableCell(whole(rows.get("updated", 0))),
        TableCell(whole(rejected), "critical_text" if rejected else "ink"),
    )
    return TableLine(cells, result)


def alert_lines(open_alerts: Sequence[AlertRow], count: int) -> list[TableLine]:
    """The alerts that were opened, and their sum."""
    lines = [_alert_line(alert) for alert in open_alerts]
    if not open_alerts:
        return lines
    total = sum(_worth(alert) or 0 for alert in open_alerts)
    left = count - len(open_alerts)
    words = f"All opened, {whole(left)} more in the queue" if left > 0 else "All opened"
    known = any(_worth(alert) is not None for alert in open_alerts)
    sum_cell = TableCell(money(total if known else None, open_alerts[0].currency), strong=True)
    return [
        *lines,
        TableLine((TableCell(words, strong=True), TableCell(""), TableCell(""), sum_cell), None, total=True),
    ]


def _worth(alert: AlertRow) -> int | None:
    return alert.upside_minor if alert.kind == "opportunity" else alert.value_at_risk_minor


def _alert_line(alert: AlertRow) -> TableLine:
    mark = mark_of(alert.severity, alert.kind)
    return TableLine(
        (
            TableCell(mark.word, mark=mark),
            TableCell(alert.customer, link="customer" if alert.customer_id is not None else ""),
            TableCell(alert.reason, "ink_2", tip=alert.reason),
            TableCell(money(_worth(alert), alert.currency), strong=True),
        ),
        alert.customer_id,
    )


def _closed_line(alert: AlertRow) -> TableLine:
    return TableLine(
        (
            TableCell("Closed", "good_text", icon="check", wash="good_wash"),
            TableCell(alert.customer, link="customer" if alert.customer_id is not None else ""),
            TableCell(alert.reason, "ink_2", tip=alert.reason),
            TableCell(money(alert.value_at_risk_minor, alert.currency)),
        ),
        alert.customer_id,
    )


def _not_imported(count: int) -> str:
    return f"{counted(count, 'file')} not imported" if count else ""
