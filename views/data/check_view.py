"""The state "check" of one file: its step bar, its rows, and what will happen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from models.values.imports import FixedCell, ImportOptions, ImportRequest, Preview, PreviewRow
from views.data.check_pane import CheckPane
from views.data.column_panel import ColumnPanel
from views.data.phrases import is_understood
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
    rows_wanted : (tab, reason or '', from which row on): read a page.
    import_wanted, cancel_wanted : the two ways out.
    """

    check_wanted = Signal(object)
    rows_wanted = Signal(str, str, int)
    import_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._request: ImportRequest | None = None
        self._focus: QWidget | None = None
        self._went: QWidget | None = None
        self.bar = StepBar(theme)
        self.rows = CheckPane(theme)
        self.plan = PlanPane(theme)
        self.splitter = PaneSplitter(NAME)
        self.splitter.add(self.rows, stretch=1, minimum=360)
        self.splitter.add(self.plan, stretch=0, minimum=264)
        self.splitter.setSizes([1032, 336])
        self.setLayout(column(self.bar, self.splitter))
        self.rows.mapped.connect(self._mapped)
        self.rows.fixed.connect(self._fixed)
        self.rows.explain_wanted.connect(self._explain)
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
        stay = self._request is not None and self._request.shown == request.shown
        self._request = request
        self.set_busy(False)
        self.rows.show_preview(preview, stay=stay)
        if not stay:
            self.plan.show_top()
        self.plan.show_preview(preview, request.options)
        recognised = preview.recognised_words
        if preview.question:
            self.bar.show_state("One decision needed", "warning", f"{recognised}{DOT}{about_file(preview)}", 0)
        else:
            self.bar.show_state(f"Recognised: {recognised}", "good", about_file(preview), 0)
        self._return_focus()

    def add_rows(self, tab: str, reason: str, first: int, rows: Sequence[PreviewRow]) -> None:
        """Take a page of rows of a tab."""
        self.rows.add_rows(tab, reason, first, rows)

    def set_busy(self, busy: bool) -> None:
        """While it is checked again; what is switched off meanwhile has its focus back afterwards."""
        focus = QApplication.focusWidget()
        self.rows.set_busy(busy)
        self.plan.set_busy(busy)
        if busy:
            self._focus = focus if focus is not None and self.isAncestorOf(focus) else None
            self._went = QApplication.focusWidget()

    def _return_focus(self) -> None:
        before, self._focus = self._focus, None
        if before is None or QApplication.focusWidget() not in (self._went, None):
            return  # the person went on elsewhere
        if isValid(before) and before.isVisible() and before.isEnabled():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def _mapped(self, column_name: str, field: str) -> None:
        if self._request is None:
            return
        options = self._request.options
        kept = tuple(pair for pair in options.mapping if pair[0] != column_name)
        self._options(replace(options, mapping=(*kept, (column_name, field))))

    def _fixed(self, line: int, column_name: str, text: str, written: str) -> None:
        preview = self.rows.preview
        if self._request is None or preview is None:
            return
        options = self._request.options
        kept = tuple(one for one in options.fixed if (one.row, one.column) != (line, column_name))
        fixed = kept if text == written else (*kept, FixedCell(line, column_name, text))
        self._options(replace(options, fixed=fixed, fixed_of=preview.stamp))

    def _explain(self, column_name: str) -> None:
        preview = self.rows.preview
        found = next((one for one in preview.columns if one.column == column_name), None) if preview else None
        if found is not None and self._request is not None:
            panel = ColumnPanel(self._theme, self.window(), found, lambda value: self._read_as(column_name, value))
            header = self.rows.table.header
            at = header.mapTo(self.window(), header.rect().bottomLeft())
            left = header.left_of(column_name)
            panel.open_at(at + QPoint(left + panel.width(), 4))

    def _read_as(self, column_name: str, value: str) -> None:
        if self._request is not None:
            options = self._request.options
            kept = tuple(pair for pair in options.meanings if pair[0] != column_name)
            self._options(replace(options, meanings=(*kept, (column_name, value))))

    def _options(self, options: ImportOptions) -> None:
        if self._request is not None:
            # The next choice builds on this one, even before its answer has come.
            self._request = replace(self._request, options=options)
            self.set_busy(True)
            self.check_wanted.emit(self._request)


def about_file(preview: Preview) -> str:
    """One line about a file: rows, days, how it is written."""
    read = preview.receipt.rows.get("read", 0)
    parts = (counted(read, "row") if is_understood(preview) else "", preview.span_words, preview.dialect_words)
    return DOT.join(part for part in parts if part)
