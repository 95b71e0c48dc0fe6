"""The right of a receipt: it is done and what comes next, the rejected rows, and what an undo would do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from models.values.imports import ImportRecord, Receipt, UndoPreview
from views.data.phrases import Sums, customer_lines, undo_lines
from views.data.reasons import ReasonList
from views.data.receipt_view import ReceiptContent
from views.data.sections import IconMark, icon_line, section
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton, link
from views.widgets.labels import ElidedLabel, clear, column, kind_of, label, row, scrolling
from views.words import DOT, counted, whole

EARLIER = 5
FIXED_NAMED = 6


class ReceiptSide(QWidget):
    """Asks for the queue, the rejects' file, the undo, or an earlier import."""

    queue_wanted = Signal()
    file_wanted = Signal(str)
    mend_wanted = Signal(str)
    undo_wanted = Signal()
    undo_earlier_wanted = Signal(int)
    history_wanted = Signal()
    review_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rejects_file = ""
        self._mark = IconMark(theme, "check", "good_text", 18)
        self._done = label("", fonts.HEADING, fonts.SEMIBOLD, wrap=True)
        head = row(self._mark, 8, self._done)
        head.setStretch(2, 1)
        self.go = CommandButton(theme, "Go to your queue", "alerts", primary=True)
        self.go.clicked.connect(self.queue_wanted)
        top = section(head, 12, self.go)
        inner = QWidget()
        first = (self._rejected_part(), self._customers_part(), self._undo_part())
        parts = (*first, self._notes_part(), self._earlier_part())
        inner.setLayout(column(top, *parts, -1))
        self.setLayout(column(scrolling(inner)))
        kind_of(self, "panel")

    def _rejected_part(self) -> QWidget:
        self._rejected_count = label("", fonts.SMALL, fonts.REGULAR, "ink_2")
        self._file_name = ElidedLabel(self._theme, "", fonts.LIST, fonts.MEDIUM)
        self._reasons = ReasonList(self._theme)
        self._reasons.show_wanted.connect(lambda _reason: self.file_wanted.emit(self._rejects_file))
        self._show_file = CommandButton(self._theme, "Show file", "file")
        self._show_file.clicked.connect(lambda: self.file_wanted.emit(self._rejects_file))
        self._mend = CommandButton(self._theme, "Fix here…", "edit")
        self._mend.clicked.connect(lambda: self.mend_wanted.emit(self._rejects_file))
        note = "Fix the rows here, or fix the file and drop it again. Only fixed rows are imported."
        named = row(IconMark(self._theme, "file"), 8, self._file_name)
        head = row(label("Rejected rows", fonts.SMALL, fonts.SEMIBOLD), -1, self._rejected_count)
        foot = label(note, fonts.SMALL, fonts.REGULAR, "ink_3", wrap=True)
        buttons = row(self._show_file, 8, self._mend)
        self._rejected = section(head, 6, named, 4, self._reasons, 8, buttons, 6, foot)
        return self._rejected

    def _customers_part(self) -> QWidget:
        self._customers = column()
        self.review = CommandButton(self._theme, "Review possible duplicates", "copy")
        self.review.clicked.connect(self.review_wanted)
        head = label("Customers", fonts.SMALL, fonts.SEMIBOLD)
        self._customers_section = section(head, 4, self._customers, 6, self.review)
        return self._customers_section

    def _undo_part(self) -> QWidget:
        self._undo_lines = column()
        self.undo = CommandButton(self._theme, "Undo this import", "return")
        self.undo.clicked.connect(self.undo_wanted)
        self._refused = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        head = row(label("Undo this import", fonts.SMALL, fonts.SEMIBOLD), -1,
                   label("at any time", fonts.SMALL, fonts.REGULAR, "ink_3"))  # fmt: skip
        self._undo_section = section(head, 4, self._undo_lines, 8, self.undo, self._refused)
        return self._undo_section

    def _notes_part(self) -> QWidget:
        self._notes = column()
        self._notes_section = section(label("Worth knowing", fonts.SMALL, fonts.SEMIBOLD), 4, self._notes)
        return self._notes_section

    def _earlier_part(self) -> QWidget:
        self._earlier = column()
        self._all = link("All")
        self._all.clicked.connect(self.history_wanted)
        self._earlier_head = label("Earlier imports", fonts.SMALL, fonts.SEMIBOLD)
        return section(row(self._earlier_head, -1, self._all), 2, self._earlier)

    def show_content(self, content: ReceiptContent) -> None:
        """Show what is done, rejected and worth knowing."""
        sums = content.sums
        failed = [one for one in content.files if one.receipt is None]
        self._done.setText(done_words(sums, len(content.files), len(failed)))
        self._mark.show_icon("warning" if failed else "check", "warning_text" if failed else "good_text")
        to_do = content.effect.now if content.effect is not None else 0
        self.go.setText(f"Go to your queue, {whole(to_do)} to do" if content.effect and to_do else "Go to your queue")
        self._rejected.setVisible(bool(sums.rejected))
        reasons: dict[str, int] = {}
        for receipt in content.receipts:
            for reason, count in receipt.reasons.items():
                reasons[reason] = reasons.get(reason, 0) + count
        files = [receipt.rejects_file for receipt in content.receipts if receipt.rejects_file]
        self._rejects_file = files[0] if files else ""
        name = PurePath(self._rejects_file).name
        self._file_name.setText(f"{name} and {len(files) - 1} more" if len(files) > 1 else name)
        self._rejected_count.setText(whole(sums.rejected))
        self._reasons.show_reasons(reasons)
        self._show_file.setVisible(bool(files))
        self._mend.setVisible(len(files) == 1)
        self._show_customers(content)
        clear(self._notes)
        notes = note_lines(content.receipts)
        for words in notes:
            self._notes.addWidget(icon_line(self._theme, "info", words))
        self._notes_section.setVisible(bool(notes))

    def _show_customers(self, content: ReceiptContent) -> None:
        """Who was known and who is new; who looks like somebody is decided by the person, in the review."""
        clear(self._customers)
        receipts = content.receipts
        # Who is in several files is matched in each: there is no sum of that.
        matched = receipts[0].customers.get("matched", 0) if len(receipts) == 1 else 0
        lines = customer_lines(matched, sum(receipt.customers.get("created", 0) for receipt in receipts))
        pairs = content.effect.pairs if content.effect is not None else 0
        if pairs:
            verb = "looks" if pairs == 1 else "look"
            alike = f"{counted(pairs, 'pair')} {verb} like the same customer"
            lines.append(("customers", f"{alike}; none are merged automatically"))
        for icon, words in lines:
            self._customers.addWidget(icon_line(self._theme, icon, words))
        self.review.setVisible(bool(pairs))
        self._customers_section.setVisible(bool(lines))

    def show_undo(self, preview: UndoPreview | None, sums: Sums, *, undone: bool = False) -> None:
        """Show what an undo would do, or why there is none."""
        clear(self._undo_lines)
        self._undo_section.setVisible(preview is not None or undone)
        lines = undo_lines(preview.takes_out, preview.puts_back, preview.keeps) if preview is not None else []
        for icon, words in lines:
            self._undo_lines.addWidget(icon_line(self._theme, icon, words))
        if lines:
            self._undo_lines.addWidget(icon_line(self._theme, "alerts", "Scores and alerts are recalculated"))
        self.go.setVisible(not undone)
        refused = preview.refused if preview is not None else ""
        if undone:
            refused = "The rows it added were removed, and the rows it changed were restored."
            self._done.setText("This import was undone")
            self._mark.show_icon("return", "ink_2")
        self._refused.setText(refused)
        self._refused.setVisible(bool(refused))
        self.undo.setVisible(not refused)
        self.undo.setText(f"Undo import of {counted(sums.importable, 'row')}")
        self.undo.setAccessibleName(self.undo.text())

    def show_earlier(self, records: Sequence[ImportRecord], present: frozenset[int]) -> None:
        """Show the imports before this one."""
        earlier = [one for one in records if one.id not in present]
        self._all.setText(f"All {whole(len(records))}")
        self._earlier_head.setText("Earlier imports" if earlier else "No earlier imports")
        clear(self._earlier)
        for record in earlier[:EARLIER]:
            words = DOT.join((record.when_words, counted(record.rows.get("read", 0), "row")))
            name = ElidedLabel(self._theme, f"{record.file_name}{DOT}{words}", fonts.SMALL, fonts.REGULAR, "ink_2")
            name.setMinimumHeight(24)
            if record.undone:
                self._earlier.addLayout(row(name, 8, label("undone", fonts.SMALL, fonts.REGULAR, "ink_3")))
                continue
            undo = link("Undo…")
            undo.setAccessibleName(f"Undo the import of {record.file_name}")
            undo.clicked.connect(lambda _on=False, number=record.id: self.undo_earlier_wanted.emit(number))
            line = row(name, 8, undo)
            line.setStretch(0, 1)
            self._earlier.addLayout(line)


def note_lines(receipts: Sequence[Receipt]) -> list[str]:
    """What is worth knowing; of several files each says of which."""
    files: dict[str, list[str]] = {}
    for receipt in receipts:
        for words in (*filter(None, (receipt.distress,)), *fixed_words(receipt), *receipt.notes):
            names = files.setdefault(words, [])
            names.append(PurePath(receipt.file).name)
    if len(receipts) < 2:
        return list(files)
    said = ((names[0] if len(names) == 1 else counted(len(names), "file"), words) for words, names in files.items())
    return [f"{who}: {words}" for who, words in said]


def fixed_words(receipt: Receipt) -> list[str]:
    """The cells that a person fixed before the import, the first ones by name."""
    said = [
        f"Row {whole(one['row'])}, {one['column']}: “{one['before']}” was changed to “{one['after']}”."
        for one in receipt.fixed[:FIXED_NAMED]
    ]
    more = len(receipt.fixed) - FIXED_NAMED
    return [*said, f"{counted(more, 'more cell')} changed."] if more > 0 else said


def done_words(sums: Sums, files: int, failed: int) -> str:
    """The verdict over a receipt."""
    if failed == files:
        return "Nothing was imported" if files > 1 else "This file was not imported"
    if failed:
        return f"Done in part: {failed} of {files} files were not imported"
    if not sums.new and not sums.changed:
        return "Done: nothing in your book needed to change"
    return f"Done: {counted(sums.importable, 'row')} {'is' if sums.importable == 1 else 'are'} in your book"
