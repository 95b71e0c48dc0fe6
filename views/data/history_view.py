"""The first state of the page: where files are dropped, and the history of imports with their undo."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from models.values.imports import ImportRecord
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton
from views.widgets.labels import column, label, row, rule
from views.widgets.painting import rounded
from views.widgets.states import StatePane, rows_skeleton
from views.widgets.tabs import CountTabs, Tab
from views.words import whole

#: The first section of the page.
IMPORTS = "imports"
_COLUMNS = (
    TableColumn("File"),
    TableColumn("When", 120),
    TableColumn("Recognised as", 190, keeps=2),
    TableColumn("New", 84, right=True, keeps=5),
    TableColumn("Changed", 84, right=True, keeps=4),
    TableColumn("Unchanged", 96, right=True, keeps=1),
    TableColumn("Rejected", 84, right=True, keeps=3),
    TableColumn("", 150, right=True),
)


class DropCard(QWidget):
    """A dashed card that says what can be done; it lights up while files are over it."""

    def __init__(self, theme: Theme, button: CommandButton) -> None:
        super().__init__()
        self._theme, self._over = theme, False
        self.setFixedHeight(116)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        title = label("Drop exports here", fonts.HEADING, fonts.SEMIBOLD)
        words = "CSV, text, Excel, ZIP and gzip; several at once. You see what would change before anything is saved."
        text = label(words, fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        texts = column(-1, title, 4, text, -1)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        inner = row(texts, 24, button, margins=(24, 12, 24, 12))
        inner.setStretch(0, 1)
        self.setLayout(inner)
        theme.changed.connect(self.update)

    def show_over(self, over: bool) -> None:
        """Files are over the window, or no longer."""
        self._over = over
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = self._theme.color
        ground = color("primary_wash" if self._over else "ground")
        edge = color("primary_text" if self._over else "control")
        rounded(painter, QRectF(self.rect()), 10, ground, edge, 1.5, dashed=True)


class HistoryView(QWidget):
    """Lists imports, with further sections beside them. Asks for files, a receipt, or an undo.

    `section_shown` tells the key of a section that a person chose.
    """

    files_wanted = Signal()
    receipt_wanted = Signal(int)
    undo_wanted = Signal(int)
    section_shown = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._records: tuple[ImportRecord, ...] = ()
        self.choose = CommandButton(theme, "Choose files", "file", "Ctrl O", primary=True)
        self.choose.clicked.connect(self.files_wanted)
        self.drop = DropCard(theme, self.choose)
        self.tabs = CountTabs(theme, "View", height=40, inset=20)
        self.tabs.chosen.connect(self.choose_section)
        self.table = WordTable(theme, "Imports", _COLUMNS)
        self.table.opened.connect(self._open)
        self.table.linked.connect(self._linked)
        self.state = StatePane(theme, self.table, rows_skeleton(32))
        self._sections: dict[str, tuple[str, QWidget]] = {}
        self._stack = QStackedWidget()
        card = column(self.drop, margins=(20, 16, 20, 8))
        self.setLayout(column(card, self.tabs, rule(), self._stack))
        self.add_section(IMPORTS, "Imports", self.state)

    def add_section(self, key: str, title: str, view: QWidget) -> None:
        """Put a further section behind a tab of its own."""
        self._sections[key] = (title, view)
        self._stack.addWidget(view)
        self._show_tabs()

    @property
    def section(self) -> str:
        """The key of the section that is shown."""
        return self.tabs.current

    def show_section(self, key: str) -> None:
        """Show a section."""
        self.tabs.choose(key)
        self._stack.setCurrentWidget(self._sections[key][1])

    def has_section(self, key: str) -> bool:
        """Whether there is such a section."""
        return key in self._sections

    def choose_section(self, key: str) -> None:
        """Show a section and have it read, as if its tab had been chosen."""
        self.show_section(key)
        self.section_shown.emit(key)

    def _show_tabs(self) -> None:
        counts = {IMPORTS: len(self._records) or None}
        shown = [Tab(key, title, counts.get(key)) for key, (title, _view) in self._sections.items()]
        self.tabs.show_tabs(shown, self.tabs.current or IMPORTS)

    def show_records(self, records: Sequence[ImportRecord]) -> None:
        """Show the history, newest first."""
        self._records = tuple(records)
        self._show_tabs()
        self.table.show_lines([_line(record) for record in records])
        if records:
            self.state.show_content()
        else:
            words = "Your imports are listed here, each with a receipt and Undo."
            self.state.show_empty("No imports yet", words)

    def _open(self, key: object) -> None:
        if isinstance(key, int):
            self.receipt_wanted.emit(key)

    def _linked(self, what: str, key: object) -> None:
        if isinstance(key, int):
            (self.undo_wanted if what == "undo" else self.receipt_wanted).emit(key)


def _line(record: ImportRecord) -> TableLine:
    rows = record.rows
    rejected = rows.get("rejected", 0)
    quiet = "ink_3" if record.undone else "ink"
    last = TableCell("undone", "ink_3", small=True)
    if not record.undone:
        later = record.overwritten_by
        tip = f"{later} changed the same rows later: undo that one first" if later else ""
        last = TableCell("Undo…", small=True, link="undo", tip=tip)
    return TableLine(
        (
            TableCell(record.file_name, link="receipt"),
            TableCell(record.when_words, "ink_2", small=True, tip=record.finished_at),
            TableCell(record.recognised_as, "ink_2", small=True),
            TableCell(whole(rows.get("inserted", 0)), quiet),
            TableCell(whole(rows.get("updated", 0)), quiet),
            TableCell(whole(rows.get("unchanged", 0)), quiet),
            TableCell(whole(rejected), "critical_text" if rejected and not record.undone else quiet),
            last,
        ),
        record.id,
    )
