"""Write back: what was changed here, row by row, as files that another system takes in. Nothing is sent anywhere."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QStackedWidget, QWidget

from models.values.write_back import WHATS, What, WriteBack, WriteFile
from views.background import Failed
from views.data.sections import icon_line, section
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton
from views.widgets.choice_box import ChoiceBox
from views.widgets.labels import ElidedLabel, clear, column, kind_of, label, row, rule, scrolling
from views.widgets.splitter import PaneSplitter
from views.widgets.states import StatePane, rows_skeleton
from views.widgets.tabs import CountTabs, Tab
from views.words import counted, whole

KEY = "write_back"
#: Rows of a file that are shown; the file has all of them.
SHOWN_ROWS = 1_000
_TARGETS = (("salesforce", "Salesforce Data Loader"), ("hubspot", "HubSpot import"), ("csv", "Plain CSV"))
_PARTS: dict[What, str] = {
    "fields": "Changed fields",
    "stages": "Deals",
    "tasks": "Tasks",
    "scores": "Scores",
}
_COLUMN = 168


class WriteBackPane(QWidget):
    """Preview at the left; system, parts, what is left out, and the button at the right.

    Signals
    -------
    asked : another system or other parts were chosen: a plan is wanted.
    folder_wanted : where to write was asked for.
    write_wanted : the files of the shown plan.
    """

    asked = Signal()
    folder_wanted = Signal()
    write_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.plan: WriteBack | None = None
        self.system = ChoiceBox(theme, "System to write for")
        for key, words in _TARGETS:
            self.system.addItem(words, key)
        self.system.activated.connect(lambda _index: self.asked.emit())
        self.parts = {what: QCheckBox(_PARTS[what]) for what in WHATS}
        for box in self.parts.values():
            box.setChecked(True)
            box.clicked.connect(lambda _on: self.asked.emit())
        self.go = CommandButton(theme, "Write files", "file", primary=True)
        self.go.clicked.connect(self.write_wanted)
        self.folder = CommandButton(theme, "Choose a folder…", "open")
        self.folder.clicked.connect(self.folder_wanted)
        self._place = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_2")
        self.tabs = CountTabs(theme, "Files", height=40)
        self.tabs.chosen.connect(self._show_file)
        self._tables = QStackedWidget()
        self._shown: list[WordTable] = []
        self._more = label("", fonts.SMALL, fonts.REGULAR, "ink_3")
        content = QWidget()
        content.setLayout(column(self.tabs, rule(), self._tables, row(self._more, -1, margins=(20, 6, 20, 6))))
        self.state = StatePane(theme, content, rows_skeleton(32))
        self.splitter = PaneSplitter(KEY)
        self.splitter.add(self.state, stretch=1, minimum=300)
        self.splitter.add(self._side(), stretch=0, minimum=280)
        self.splitter.setSizes([1000, 336])
        self.setLayout(column(self.splitter))
        self.show_folder("")

    def _side(self) -> QWidget:
        words = "Your changes since the last file, ready to import into the other system. Nothing is sent."
        self._files = column()
        self._left_out = column()
        self._steps = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        self._left_section = section(label("Not in the files", fonts.SMALL, fonts.SEMIBOLD), 4, self._left_out)
        top = section(
            label("Write back", fonts.HEADING, fonts.SEMIBOLD), 4,
            label(words, fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True), 12,
            self.go, 8, self.folder, 6, self._place,
        )  # fmt: skip
        chosen = section(
            label("For", fonts.SMALL, fonts.SEMIBOLD), 4, self.system, 10,
            label("Include", fonts.SMALL, fonts.SEMIBOLD), 2, *self.parts.values(),
        )  # fmt: skip
        files = section(label("Files", fonts.SMALL, fonts.SEMIBOLD), 4, self._files, 8, self._steps)
        inner = QWidget()
        inner.setLayout(column(top, chosen, files, self._left_section, -1))
        side = QWidget()
        side.setLayout(column(scrolling(inner)))
        side.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        kind_of(side, "panel")
        return side

    @property
    def target(self) -> str:
        """The chosen system."""
        return str(self.system.currentData())

    @property
    def whats(self) -> tuple[What, ...]:
        """The chosen parts."""
        return tuple(what for what, box in self.parts.items() if box.isChecked())

    def show_plan(self, plan: WriteBack) -> None:
        """Show what would be written."""
        self.plan = plan
        for old in self._shown:
            self._tables.removeWidget(old)
            old.deleteLater()
        self._shown = [_table(self._theme, file) for file in plan.files]
        for table in self._shown:
            self._tables.addWidget(table)
        self.tabs.show_tabs([Tab(file.name, _title(file), len(file.rows)) for file in plan.files])
        self._say(plan)
        if plan.files:
            self._show_file(self.tabs.current)
            self.state.show_content()
        else:
            words = f"None of your changes can go into a file for {plan.words}."
            self.state.show_empty("Nothing to write back", words)

    def show_fault(self, failed: Failed) -> None:
        """It could not be read."""
        self.plan = None
        self.go.setEnabled(False)
        self.state.show_error(failed, self.asked.emit, "Your changes could not be loaded")

    def show_folder(self, folder: str) -> None:
        """Say where the files will stand."""
        self._place.setText(f"In {folder}" if folder else "You choose a folder when you write them.")

    def _say(self, plan: WriteBack) -> None:
        clear(self._files)
        clear(self._left_out)
        for file in plan.files:
            self._files.addWidget(icon_line(self._theme, "file", f"{_title(file)}: {counted(len(file.rows), 'row')}"))
        if not plan.files:
            self._files.addWidget(label("None", fonts.SMALL, fonts.REGULAR, "ink_3"))
        for words in plan.left_out:
            self._left_out.addWidget(icon_line(self._theme, "info", words))
        self._left_section.setVisible(bool(plan.left_out))
        self._steps.setText(plan.steps if plan.files else "")
        self._steps.setVisible(bool(plan.files))
        self.go.setText(f"Write {counted(len(plan.files), 'file')}" if plan.files else "Write files")
        self.go.setAccessibleName(self.go.text())
        self.go.setEnabled(bool(plan.files))

    def _show_file(self, name: str) -> None:
        files: Sequence[WriteFile] = self.plan.files if self.plan is not None else ()
        place = next((n for n, file in enumerate(files) if file.name == name), -1)
        if place >= 0:
            self._tables.setCurrentIndex(place)
            left = len(files[place].rows) - SHOWN_ROWS
            self._more.setText(f"and {whole(left)} more in the file" if left > 0 else "The rows as written")


def _title(file: WriteFile) -> str:
    return file.name.replace("-", " ").capitalize()


def _table(theme: Theme, file: WriteFile) -> WordTable:
    last = len(file.columns) - 1
    columns = [TableColumn(title, 0 if place == last else _COLUMN) for place, title in enumerate(file.columns)]
    table = WordTable(theme, f"Rows of {_title(file)}", columns)
    # Another system may have more columns than the pane is wide.
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    table.setHorizontalScrollMode(WordTable.ScrollMode.ScrollPerPixel)
    lines = [
        TableLine(tuple(TableCell(text, tip=text) for text in cells), n)
        for n, cells in enumerate(file.rows[:SHOWN_ROWS])
    ]
    table.show_lines(lines)
    return table
