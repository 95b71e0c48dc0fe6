"""What the first state of the page shows, read from the book: the history of imports and the quality of its data."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from models.values.imports import ImportRecord
from views.background import Desk, Failed
from views.data.history_view import HistoryView
from views.data.quality_view import QualityView
from views.data.rooms import BookOfImports
from views.theme import Theme

#: The section that says how good the data are.
QUALITY = "quality"


class Home(QObject):
    """Reads what the sections of the first state show, once they are looked at.

    Signals
    -------
    records_read : the imports, newest first.
    """

    records_read = Signal(tuple)

    def __init__(self, theme: Theme, rooms: BookOfImports, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._rooms, self._desk = rooms, desk
        self.records: tuple[ImportRecord, ...] = ()
        self.view = HistoryView(theme)
        self.quality = QualityView(theme)
        self.view.add_section(QUALITY, "Data quality", self.quality)
        self.view.section_shown.connect(lambda key: self.read_quality() if key == QUALITY else None)

    def record(self, import_id: int) -> ImportRecord | None:
        """An import of the history."""
        return next((one for one in self.records if one.id == import_id), None)

    def read(self) -> None:
        """Read the history anew, and the quality too where it is shown."""
        self.view.state.loading("Loading the imports")
        self._desk.read("history", self._rooms.history, self.take, self._no_history)
        if self.view.section == QUALITY:
            self.read_quality()

    def take(self, records: tuple[ImportRecord, ...]) -> None:
        """Show these imports."""
        self.records = records
        self.view.show_records(records)
        self.records_read.emit(records)

    def read_quality(self) -> None:
        """Judge the data anew."""
        self.quality.state.loading("Checking the data")
        retry, effect = self.read_quality, "Data quality could not be checked"
        failed = partial(self.quality.state.show_error, retry=retry, effect=effect)
        self._desk.read(QUALITY, self._rooms.quality, self.quality.show_quality, failed)

    def _no_history(self, failed: Failed) -> None:
        self.view.state.show_error(failed, self.read, "The imports could not be loaded")
