"""What a page is to the shell, and what the shell gives to a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import QWidget

from models.values.alerts import AlertRow
from models.values.changes import Changes
from models.values.customers import Among
from models.values.errors import NotAllowed
from services import exporting
from services.workspace import Workspace
from views.actions import VERBS, Actions, Command
from views.background import Failed
from views.file_dialog import choose_place
from views.shell.book import Book
from views.shell.remembered import Remembered
from views.theme import Theme
from views.words import counted

if TYPE_CHECKING:
    from views.shell.folder_watch import FolderWatch


#: Pages to which a way back can lead, with their names.
PAGE_TITLES = {"alerts": "Alerts", "customers": "Customers", "outbox": "Outbox", "insights": "Insights", "ask": "Ask",
               "data": "Data", "settings": "Settings"}  # fmt: skip
_TABLES = "CSV (*.csv);;Excel (*.xlsx)"


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a page needs, handed to its constructor."""

    book: Book
    theme: Theme
    actions: Actions
    remembered: Remembered
    watch: FolderWatch
    book_name: str = ""


class Page(QWidget):
    """Base of every page. Pages emit requests and never know each other.

    Signals
    -------
    wants_customer : open the Customers page at this customer id.
    wants_customers : open the Customers page with certain customers (`Among`).
    wants_email : open the composer for this customer id, and for this alert id or None.
    wants_message : open the composer at this stored email's id.
    undo_offered : (words, what undoes it or None): something that the journal does not hold was done.
    finished : this alert id (0: none) is dealt with; the queue goes on to the next one.
    wants_files : take these files (list of paths; empty: ask for them) to the Data page.
    wants_page : open the page with this key, or a section of it ("settings/mail").
    wants_encryption : encrypt the book anew with this passphrase; '' lets the keyring keep its key.
    wants_restore : put this backup (its path) in the book's place.
    headline_changed : title or way back have changed.
    counted : how many alerts are due today, as the page shows it; None where it could not be read.
    written : (words, path): a file was written, which can be opened.
    settled : the first answer is on screen; what is less urgent may be read now.
    """

    wants_customer = Signal(int)
    wants_customers = Signal(object)
    wants_email = Signal(int, object)
    wants_message = Signal(int)
    undo_offered = Signal(str, object)
    finished = Signal(int)
    wants_files = Signal(object)
    wants_page = Signal(str)
    wants_encryption = Signal(str)
    wants_restore = Signal(str)
    headline_changed = Signal()
    counted = Signal(object)
    settled = Signal()
    written = Signal(str, object)
    #: How many alerts are due today, where the page shows it; None elsewhere.
    due_today: int | None = None
    #: Whether the page could not read what it counts: then nothing is counted elsewhere either.
    unread = False
    #: Whether the top bar says how fresh the data are beside the title.
    shows_freshness = True

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    def take_commands(self, wired: Mapping[Command, Callable[[], None]]) -> None:
        """Give commands their keys and answers here. Pages share commands; each answers while it is in front."""
        for command, answer in wired.items():
            action = self.context.actions[command]
            action.triggered.connect(partial(self._answer, answer, VERBS.get(command, "")))
            self.addAction(action)

    def _answer(self, answer: Callable[[], None], verb: str, _checked: bool = False) -> None:
        """Answer a command, unless the person's role does not allow it: that is said before any question is asked."""
        why = self.context.book.workspace.permit.why_not(verb) if verb and self.isVisible() else ""
        if why:
            self.context.book.told.emit(why)
        elif self.isVisible():
            answer()

    def export_list(self, name: str, write: Callable[[Workspace, Path], int]) -> None:
        """Ask for a file and write the list on screen into it, never over a file that the book reads from.

        Parameters
        ----------
        name : what the list is called in the name of the file, which says the day too.
        write : called in the pool; returns how many rows it wrote.
        """
        book = self.context.book

        def taken(path: Path) -> None:
            def done(rows: int) -> None:
                self.written.emit(f"Exported {counted(rows, 'row')} to {path.name}", path)

            book.desk(self).read("export", partial(_export, write, book.workspace, path), done, book.failed.emit)

        self.ask_place("Export this list", f"{name}-{book.workspace.clock.today()}.csv", _TABLES, taken)

    def ask_place(self, title: str, name: str, kinds: str, taken: Callable[[Path], None]) -> None:
        """Ask where an export is to be written, in the folder of the last one; ``name`` is proposed."""
        try:
            self.context.book.workspace.managed.limits.refuse_export()
        except NotAllowed as error:
            self.context.book.failed.emit(Failed(error))
            return
        remembered = self.context.remembered

        def keep(path: Path) -> None:
            remembered.set(export_folder=str(path.parent))
            taken(path)

        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        folder = Path(remembered.value.export_folder or documents or Path.home())
        choose_place(self, title, folder / f"bellwether-{name}", kinds, keep, replaces=True)

    @property
    def headline(self) -> str:
        """Title in the top bar; '' keeps the page's name."""
        return ""

    @property
    def back(self) -> str:
        """Words of the way back beside the title ("Data"), '' if there is none."""
        return ""

    @property
    def badge(self) -> AlertRow | None:
        """The alert whose severity and time stand beside the title."""
        return None

    @property
    def toast_over(self) -> QWidget | None:
        """The part over whose lower left corner the undo toast stands; None: the window's corner."""
        return None

    def go_back(self) -> None:
        """The way back was clicked, or Esc pressed."""

    def arrive(self) -> None:
        """The page comes to the front: read what is missing."""

    def leave(self) -> None:
        """Another page comes to the front, or the window closes: keep what is not kept yet."""

    def renew(self, changes: Changes) -> None:
        """Something in the book changed; read again what that concerns. Called for hidden pages too."""

    def fit(self, width: int, height: int) -> None:
        """The window has this size; follow the breakpoints."""

    def panes(self) -> Sequence[QWidget]:
        """Where F6 leads, in order: widgets that take the focus."""
        return ()

    def show_customer(self, customer_id: int, origin: str = "") -> None:
        """Open a customer; only Customers answers to it. ``origin`` is the page to go back to."""

    def show_among(self, among: Among) -> None:
        """Show certain customers only; only Customers answers to it."""

    def show_section(self, key: str) -> None:
        """Open a section of the page, or list what a tile elsewhere counts."""

    def show_email(self, customer_id: int, alert_id: int | None, origin: str) -> None:
        """Write to a customer; only the composer answers to it. ``origin`` is the page to go back to."""

    def show_message(self, message_id: int, origin: str) -> None:
        """Open a stored email; only the composer answers to it."""

    def finish(self, alert_id: int) -> None:
        """An alert was dealt with elsewhere; only Alerts answers to it."""

    def take_files(self, paths: Sequence[Path]) -> None:
        """Take dropped or chosen files; only Data answers to it. Without files it asks for them."""


def _export(write: Callable[[Workspace, Path], int], workspace: Workspace, path: Path) -> int:
    with exporting.exporting(workspace, path):
        return write(workspace, path)
