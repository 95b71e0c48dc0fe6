"""The state "check" of several files: each with what it is and what it would do, in the order of import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from services.pipeline.jobs import ImportResult
from views.data.jobs import Checked
from views.data.phrases import Sums, about, import_words, is_understood, nothing_words, sums_of
from views.data.plan_pane import SumsBlock
from views.data.sections import icon_line, section
from views.data.steps import StepBar
from views.data.sums import StackBar
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton, link
from views.widgets.labels import clear, column, kind_of, label, row, scrolling
from views.widgets.splitter import PaneSplitter
from views.words import counted, whole

#: What the last line of the sums is about.
ALL_READ, READY_READ = "Read from the files", "Read from the files that are ready"
_COLUMNS = (
    TableColumn("File"),
    TableColumn("Recognised as", 180, keeps=4),
    TableColumn("Rows", 88, right=True),
    TableColumn("New", 88, right=True, keeps=5),
    TableColumn("Changed", 84, right=True, keeps=3),
    TableColumn("Unchanged", 96, right=True, keeps=1),
    TableColumn("Rejected", 84, right=True, keeps=6),
    TableColumn("Ignored", 80, right=True, keeps=2),
)


def sums_of_batch(checked: Sequence[Checked]) -> Sums:
    """Sums over all files that can be read."""
    total = Sums()
    for one in checked:
        if one.preview is not None:
            total = total.plus(sums_of(one.preview.receipt.rows))
    return total


def ready(checked: Sequence[Checked]) -> tuple[Checked, ...]:
    """The files that can be imported as they stand."""
    return tuple(one for one in checked if one.preview is not None and not one.preview.question)


def left_out(checked: Sequence[Checked]) -> tuple[ImportResult, ...]:
    """The files that an import of the others leaves out, each with the reason."""
    left = []
    for one in checked:
        question = one.preview.question if one.preview is not None else ""
        if one.preview is None:
            left.append(ImportResult(one.request.shown, None, one.error))
        elif question:
            left.append(ImportResult(one.request.shown, None, f"Left out until you decide: {question}"))
    return tuple(left)


class BatchView(QWidget):
    """Shows a batch. `file_wanted` opens one file's check; `import_wanted` imports all that are ready."""

    file_wanted = Signal(int)
    import_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.bar = StepBar(theme)
        self.table = WordTable(theme, "Files to import", _COLUMNS)
        self.table.opened.connect(lambda key: self.file_wanted.emit(key))
        self.table.linked.connect(lambda _what, key: self.file_wanted.emit(key))
        self._stack = StackBar(theme)
        self._sums = SumsBlock(theme)
        self.go = CommandButton(theme, "Import", "data", primary=True)
        self.go.clicked.connect(self.import_wanted)
        self._about = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        cancel = link("Cancel")
        cancel.clicked.connect(self.cancel_wanted)
        foot = row(self._about, 8, cancel)
        foot.setStretch(0, 1)
        self._notes = column()
        self._notes_section = section(label("Before you import", fonts.SMALL, fonts.SEMIBOLD), 4, self._notes)
        title = label("What will happen", fonts.HEADING, fonts.SEMIBOLD)
        inner = QWidget()
        inner.setLayout(
            column(section(title, 10, self._stack, 8, self._sums, 10, self.go, 4, foot), self._notes_section, -1)
        )
        kind_of(inner, "panel")
        self.splitter = PaneSplitter("batch")
        self.splitter.add(self.table, stretch=1, minimum=360)
        self.splitter.add(scrolling(inner), stretch=0, minimum=264)
        self.splitter.setSizes([1032, 336])
        self.setLayout(column(self.bar, self.splitter))

    def show_batch(self, checked: Sequence[Checked]) -> None:
        """Show these files."""
        able = ready(checked)
        sums = sums_of_batch(able)
        self.table.show_lines([_line(number, one) for number, one in enumerate(checked)])
        self._stack.show_sums(sums)
        self._sums.show_sums(sums, ALL_READ if len(able) == len(checked) else READY_READ)
        open_ones = [one for one in checked if one.preview is not None and one.preview.question]
        broken = [one for one in checked if one.preview is None]
        seconds = sum(one.preview.receipt.seconds for one in able if one.preview is not None)
        self.go.setText(import_words(sums, len(able)))
        self.go.setAccessibleName(self.go.text())
        self.go.setEnabled(bool(sums.importable))
        self._about.setText(nothing_words(sums, len(able)) or f"{about(seconds)} · you can undo each file at any time")
        clear(self._notes)
        for one in open_ones:
            assert one.preview is not None
            words = f"{_of_file(one, one.preview.question)} Open it to decide."
            self._notes.addWidget(icon_line(self._theme, "warning", words, "warning_text"))
        for one in broken:
            self._notes.addWidget(icon_line(self._theme, "severity-critical", one.error, "critical_text"))
        words = "A record in two files counts as new in both; a new customer counts once."
        words = f"Files that others refer to are imported first. {words}"
        self._notes.addWidget(icon_line(self._theme, "info", words))
        state = f"{counted(len(able), 'file')} ready" if able else "No files ready to import"
        tone = "good" if not open_ones and not broken else "warning"
        self.bar.show_state(state, tone, about_files(checked), 0)

    def set_busy(self) -> None:
        """A file is checked again with what was just decided of it: until then nothing is imported."""
        self.go.setEnabled(False)
        self._about.setText("Checking again …")


def about_files(checked: Sequence[Checked]) -> str:
    """How many rows there are in how many files."""
    return f"{counted(sums_of_batch(checked).read, 'row')} in {counted(len(checked), 'file')}"


def _of_file(one: Checked, said: str) -> str:
    """What is said of a file, with its name before it where the sentence does not name it."""
    name = PurePath(one.request.shown).name
    return said if name in said else f"{name}: {said}"


def _line(number: int, one: Checked) -> TableLine:
    name = TableCell(PurePath(one.request.shown).name, link="file")
    if one.preview is None:
        reason = TableCell("cannot be imported", "critical_text", small=True, icon="severity-critical", tip=one.error)
        return TableLine((TableCell(name.text), reason, *(TableCell("") for _ in range(6))), number)
    sums = sums_of(one.preview.receipt.rows)
    words = TableCell(one.preview.recognised_words, "ink_2", small=True)
    if one.preview.question:
        words = TableCell("needs a decision", "warning_text", small=True, icon="warning", tip=one.preview.question)
    if not is_understood(one.preview):
        # Nothing is counted yet: a nought would say that the file is empty.
        return TableLine((name, words, *(TableCell("") for _ in range(6))), number)
    rejected = TableCell(whole(sums.rejected), "critical_text" if sums.rejected else "ink")
    figures = [TableCell(whole(count)) for count in (sums.new, sums.changed, sums.unchanged)]
    ignored = TableCell(whole(sums.ignored), "ink_2")
    return TableLine((name, words, TableCell(whole(sums.read), strong=True), *figures, rejected, ignored), number)
