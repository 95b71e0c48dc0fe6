"""The right of a check: what will happen, in sums that add up; the one button; the reasons; the customers."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from models.values.imports import ImportOptions, Preview, Verdict
from models.values.reading import ReadingChoice
from views.data.file_reading import FileReading
from views.data.phrases import (
    MARKS,
    VERDICTS,
    Sums,
    about,
    customer_lines,
    import_words,
    is_understood,
    nothing_words,
    sums_of,
)
from views.data.question import QuestionBox
from views.data.reading_options import ReadingOptions
from views.data.reasons import ReasonList
from views.data.sections import icon_line, section
from views.data.sums import StackBar, Swatch
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton, link
from views.widgets.labels import clear, column, kind_of, label, row, rule, scrolling
from views.words import whole


class SumsBlock(QWidget):
    """The equation line by line: new + changed + unchanged = can be imported; + rejected + ignored = read."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._figures: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        at = 0
        for verdict in VERDICTS[:3]:
            at = self._line(grid, at, theme, verdict)
        self._total(grid, at, "importable", "Can be imported")
        at += 2
        for verdict in VERDICTS[3:]:
            at = self._line(grid, at, theme, verdict)
        self._read = self._total(grid, at, "read", "")

    def show_sums(self, sums: Sums, read: str = "Read from the file") -> None:
        """Show these sums; ``read`` says of what."""
        self._read.setText(read)
        for key, figure in self._figures.items():
            figure.setText(whole(getattr(sums, key)))

    def _line(self, grid: QGridLayout, at: int, theme: Theme, verdict: Verdict) -> int:
        grid.addWidget(Swatch(theme, verdict), at, 0)
        grid.addWidget(label(MARKS[verdict].title, fonts.LIST), at, 1)
        self._figure(grid, at, verdict)
        return at + 1

    def _total(self, grid: QGridLayout, at: int, key: str, words: str) -> QLabel:
        title = label(words, fonts.LIST, fonts.SEMIBOLD)
        grid.addWidget(rule(), at, 0, 1, 3)
        grid.addWidget(title, at + 1, 1)
        self._figure(grid, at + 1, key)
        return title

    def _figure(self, grid: QGridLayout, at: int, key: str) -> None:
        made = label("", fonts.LIST, fonts.SEMIBOLD)
        made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(made, at, 2)
        grid.setRowMinimumHeight(at, 24)
        self._figures[key] = made


def decide_words(preview: Preview) -> str:
    """What is to be done before the import, '' where nothing is."""
    if preview.question_kind == "mapping":
        return "Choose what the file contains below, and what each column is in the box under its name."
    return "Choose an answer above, then import." if preview.question else ""


class PlanPane(QWidget):
    """Shows what an import would do, and asks for it."""

    import_wanted = Signal()
    cancel_wanted = Signal()
    options_changed = Signal(object)
    tab_wanted = Signal(str, str)  # tab, reason

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._bar = StackBar(theme)
        self._sums = SumsBlock(theme)
        self.go = CommandButton(theme, "Import", "data", primary=True)
        self.go.clicked.connect(self.import_wanted)
        self._about = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        self._cancel = link("Cancel")
        self._cancel.clicked.connect(self.cancel_wanted)
        self.question = QuestionBox(theme)
        self.question.answered.connect(self.options_changed)
        self.options = ReadingOptions(theme)
        self.options.changed.connect(self.options_changed)
        self.file = FileReading(theme)
        self.file.changed.connect(self._read_otherwise)
        self._options = ImportOptions()
        self._rejected = ReasonList(theme)
        self._rejected.show_wanted.connect(lambda reason: self.tab_wanted.emit("rejected", reason))
        self._ignored = ReasonList(theme)
        self._ignored.show_wanted.connect(lambda reason: self.tab_wanted.emit("ignored", reason))
        self._lay_out()

    def _lay_out(self) -> None:
        title = label("What will happen", fonts.HEADING, fonts.SEMIBOLD)
        foot = row(self._about, 8, self._cancel)
        foot.setStretch(0, 1)
        top = section(title, 10, self._bar, 8, self._sums, 10, self.question, 8, self.go, 4, foot)
        self._rejected_head = label("", fonts.SMALL, fonts.SEMIBOLD)
        kept = "Saved to a file with the reason next to each row, ready to fix and import again."
        rejected = section(
            self._rejected_head, 4, self._rejected, 4, label(kept, fonts.SMALL, fonts.REGULAR, "ink_3", wrap=True)
        )
        self._ignored_head = label("", fonts.SMALL, fonts.SEMIBOLD)
        ignored = section(self._ignored_head, 4, self._ignored)
        self._customers_head = label("", fonts.SMALL, fonts.SEMIBOLD, wrap=True)
        self._lines = column()
        customers = section(self._customers_head, 4, self._lines)
        self._notes = column()
        notes = section(label("Worth knowing", fonts.SMALL, fonts.SEMIBOLD), 4, self._notes)
        reading = section(label("Import options", fonts.SMALL, fonts.SEMIBOLD), 6, self.options, 10, self.file)
        self._optional = {"rejected": rejected, "ignored": ignored, "customers": customers, "notes": notes}
        inner = QWidget()
        inner.setLayout(column(top, rejected, ignored, customers, notes, reading, -1))
        self._area = scrolling(inner)
        self.setLayout(column(self._area))
        kind_of(self, "panel")

    def show_preview(self, preview: Preview, options: ImportOptions) -> None:
        """Show what this check would do."""
        receipt = preview.receipt
        sums = sums_of(receipt.rows)
        self._bar.show_sums(sums)
        self._sums.show_sums(sums)
        self.question.ask(preview, options)
        self._options = options
        self.options.show_options(preview, options)
        self.file.show_reading(preview.reading)
        nothing = "" if preview.question else nothing_words(sums)
        understood = is_understood(preview)
        for part in (self._bar, self._sums):
            part.setVisible(understood)
        self.go.setText(import_words(sums) if understood else "Import")
        self.go.setAccessibleName(self.go.text())
        self.go.setEnabled(bool(sums.importable) and not preview.question)
        undone = f"{about(receipt.seconds)} · you can undo it at any time"
        self._about.setText(decide_words(preview) or nothing or undone)
        self._optional["rejected"].setVisible(bool(sums.rejected))
        self._rejected_head.setText(f"{whole(sums.rejected)} rejected, by reason")
        self._rejected.show_reasons(receipt.reasons)
        self._optional["ignored"].setVisible(bool(sums.ignored))
        self._ignored_head.setText(f"{whole(sums.ignored)} ignored, by reason")
        self._ignored.show_reasons(receipt.ignored_reasons)
        self._show_customers(preview)
        self._show_notes(receipt.notes)

    def show_top(self) -> None:
        """Scroll to what will happen."""
        self._area.verticalScrollBar().setValue(0)

    def set_busy(self, busy: bool) -> None:
        """While it is checked again nothing is imported."""
        self.options.setEnabled(not busy)
        self.file.setEnabled(not busy)
        if busy:
            self.go.setEnabled(False)
            self._about.setText("Checking again …")

    def _read_otherwise(self, choice: ReadingChoice) -> None:
        # Read otherwise, the file has other columns and rows: what was said of the old ones means nothing.
        plain = replace(self._options, mapping=(), meanings=(), fixed=(), fixed_of="", reading=choice)
        self.options_changed.emit(plain)

    def _show_customers(self, preview: Preview) -> None:
        receipt = preview.receipt
        known = receipt.customers
        lines = customer_lines(known.get("matched", 0), known.get("created", 0), preview.doubtful, receipt.with_earlier)
        self._optional["customers"].setVisible(bool(lines))
        self._customers_head.setText("Customers")
        clear(self._lines)
        for icon, words in lines:
            self._lines.addWidget(icon_line(self._theme, icon, words))

    def _show_notes(self, warnings: tuple[str, ...]) -> None:
        self._optional["notes"].setVisible(bool(warnings))
        clear(self._notes)
        for words in warnings:
            self._notes.addWidget(icon_line(self._theme, "info", words))
