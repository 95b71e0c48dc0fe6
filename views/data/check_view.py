"""The state "check" of one file: its step bar, its rows, and what will happen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from models.values.imports import ImportOptions, ImportRequest, Preview, PreviewRow
from views.data.check_pane import CheckPane
from views.data.plan_pane import PlanPane
from views.data.steps import StepBar
from views.theme import Theme
from views.widgets.labels import column
from views.widgets.splitter import PaneSplitter
from views.words import DOT, counted

NAME = "check"


class CheckView(QWidget):
    """Shows a check and asks for what a person wants of it.

    Signals
    -------
    check_wanted : an `ImportRequest` with other options: check again.
    rows_wanted : (tab, how many rows are there): read more.
    import_wanted, cancel_wanted : the two ways out.
    """

    check_wanted = Signal(object)
    rows_wanted = Signal(str, int)
    import_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._request: ImportRequest | None = None
        self.bar = StepBar(theme)
        self.rows = CheckPane(theme)
        self.plan = PlanPane(theme)
        self.splitter = PaneSplitter(NAME)
        self.splitter.add(self.rows, stretch=1, minimum=360)
        self.splitter.add(self.plan, stretch=0, minimum=264)
        self.splitter.setSizes([1032, 336])
        self.setLayout(column(self.bar, self.splitter))
        self.rows.mapped.connect(self._mapped)
        self.rows.rows_wanted.connect(self.rows_wanted)
        self.plan.options_changed.connect(self._options)
        self.plan.tab_wanted.connect(self.rows.show_tab)
        self.plan.import_wanted.connect(self.import_wanted)
        self.plan.cancel_wanted.connect(self.cancel_wanted)

    @property
    def request(self) -> ImportRequest | None:
        """The request that was checked, with what a person decided."""
        return self._request

    def show_check(self, request: ImportRequest, preview: Preview) -> None:
        """Show a file's check."""
        self._request = request
        self.set_busy(False)
        self.rows.show_preview(preview)
        self.plan.show_preview(preview, request.options)
        recognised = preview.recognised_words
        if preview.question:
            self.bar.show_state("One thing to decide", "warning", f"{recognised}{DOT}{about_file(preview)}", 0)
        else:
            self.bar.show_state(f"Recognised: {recognised}", "good", about_file(preview), 0)

    def add_rows(self, tab: str, rows: Sequence[PreviewRow]) -> None:
        """Take more rows of a tab."""
        self.rows.add_rows(tab, rows)

    def set_busy(self, busy: bool) -> None:
        """While it is checked again."""
        self.rows.set_busy(busy)
        self.plan.set_busy(busy)

    def _mapped(self, column_name: str, field: str) -> None:
        if self._request is None:
            return
        options = self._request.options
        kept = tuple(pair for pair in options.mapping if pair[0] != column_name)
        self._options(replace(options, mapping=(*kept, (column_name, field))))

    def _options(self, options: ImportOptions) -> None:
        if self._request is not None:
            self.set_busy(True)
            self.check_wanted.emit(replace(self._request, options=options))


def about_file(preview: Preview) -> str:
    """One line about a file: rows, days, how it is written."""
    read = preview.receipt.rows.get("read", 0)
    parts = (counted(read, "row"), preview.span_words, preview.dialect_words)
    return DOT.join(part for part in parts if part)
