"""The book of the window: its name, new, open, recent, close, a copy; another book takes the window's place.

The sample book is a book of its own: it is opened beside a person's, and files of theirs are not imported into it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from models.values.backups import Backup
from services import backups
from services.book.encryption import recovery_key
from services.book.files import SAMPLE_BOOK, SAMPLE_TAKES_NONE, SUFFIX, Library, check_book, check_place, copy_book
from services.settings import with_recent_book
from views.actions import Command
from views.file_dialog import choose_file, choose_place
from views.shell.page import Context
from views.widgets.overlay import Choice, ChoicePanel

if TYPE_CHECKING:
    from views.shell.window import MainWindow

KINDS = f"Books (*{SUFFIX});;All files (*)"


@dataclass(frozen=True, slots=True)
class Going:
    """What comes after a window.

    Attributes
    ----------
    store
        Path of the book that is opened; '' asks for one.
    anew
        In a process of its own: Qt takes the size of text when a program starts.
    files
        What is taken to its Data page.
    convert
        The passphrase with which it is encrypted anew before it is opened, '' for a key in the keyring; None: as it is.
    given
        What opens it, where the keyring does not.
    restore
        The backup that is put in its place before it is opened, '' for none.
    """

    store: str = ""
    anew: bool = False
    files: tuple[Path, ...] = ()
    convert: str | None = field(default=None, repr=False)
    given: str = field(default="", repr=False)
    restore: str = ""


class Books(QObject):
    """Answers to the commands about books; `going` says what comes after the window, once it is closed for that."""

    def __init__(self, context: Context, library: Library, window: MainWindow) -> None:
        super().__init__(window)
        self._book, self._theme, self._remembered = context.book, context.theme, context.remembered
        self._library, self._window = library, window
        self._desk = context.book.desk(self)
        self.path = Path(self._book.workspace.recipe.store)
        self.going: Going | None = None
        self.panel: ChoicePanel | None = None
        self._begins = True

    @property
    def name(self) -> str:
        """What this book is called."""
        return self._library.name_of(self.path)

    @property
    def is_sample(self) -> bool:
        """Whether this is the sample book."""
        return self.path == self._library.sample

    def commands(self) -> dict[Command, Callable[[], None]]:
        """What each command about books does."""
        return {
            Command.NEW_BOOK: self.ask_new,
            Command.OPEN_BOOK: self.ask_open,
            Command.RECENT_BOOKS: self.show_recent,
            Command.CLOSE_BOOK: lambda: self.go(Going()),
            Command.COPY_BOOK: self.ask_copy,
            Command.SAMPLE_BOOK: lambda: self.go(Going(str(self._library.sample))),
            Command.RESTART: lambda: self.go(Going(str(self.path), anew=True)),
        }

    def remember(self) -> None:
        """This book is the newest of the recent ones."""
        recent = with_recent_book(self._remembered.value, str(self.path)).recent_books
        self._remembered.set(recent_books=recent)

    def begins_sample(self) -> bool:
        """Whether this is the sample book and was just opened empty: it is made then, and not again by itself."""
        first, self._begins = self._begins and self.is_sample, False
        return first

    # -- asking -------------------------------------------------------------------------------------------------

    def ask_new(self) -> None:
        """Ask where a new book is to lie, and open it."""
        place = self.path.with_name(f"New book{SUFFIX}")
        choose_place(self._window, "New book", place, KINDS, partial(self._prepare, check_place))

    def ask_open(self) -> None:
        """Ask for a book, and open it."""
        choose_file(self._window, "Open book", str(self.path.parent), KINDS, self.open)

    def ask_copy(self) -> None:
        """Ask where a copy of this book is to lie, and write it."""
        place = self.path.with_name(f"{self.name} copy{SUFFIX}")
        choose_place(self._window, "Save a copy", place, KINDS, self.copy)

    def show_recent(self) -> None:
        """Offer the books that were open last, a person's own, and the sample book."""
        own, sample = str(self._library.own), str(self._library.sample)
        paths = dict.fromkeys((*self._remembered.value.recent_books, own, sample))
        choices = [
            Choice(self._library.name_of(path), Path(path).parent.name, path)
            for path in paths
            if path != str(self.path) and (path == sample or Path(path).exists())
        ]
        self.panel = ChoicePanel(self._theme, self._window, "Recent books", choices, lambda path: self.open(Path(path)))
        self.panel.open_under(self._window.top_bar.title)

    def offer_own(self, files: Sequence[Path]) -> None:
        """Say that files of a person's own do not go into the sample book, and offer where they can go."""
        own = str(self._library.own)
        choices = (
            Choice("Import into my book", "", own),
            Choice("Choose another book…", "", ""),
        )

        def chosen(store: str) -> None:
            self.go(Going(store, files=tuple(files))) if store else self.ask_open()

        self.panel = ChoicePanel(self._theme, self._window, SAMPLE_BOOK, choices, chosen, SAMPLE_TAKES_NONE)
        self.panel.open_under(self._window.top_bar.title)

    # -- doing --------------------------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a book in place of this one, if it can be opened."""
        if path == self.path:
            self._book.told.emit(f"{self.name} is already open")
        elif path in (self._library.own, self._library.sample) and not path.exists():
            self.go(Going(str(path)))
        else:
            self._prepare(check_book, path)

    def copy(self, path: Path) -> None:
        """Write a copy of this book; it stays the one that is open."""
        work = partial(copy_book, self._book.workspace, path)
        self._desk.read(
            "copy", work, lambda _none: self._book.told.emit(f"Saved a copy: {path.name}"), self._book.failed.emit
        )

    def encrypt(self, passphrase: str) -> None:
        """Close this book, encrypt it anew and open it again; '' lets the keyring keep its key."""
        self.go(Going(str(self.path), convert=passphrase, given=recovery_key(self._book.workspace)))

    def restore(self, backup: str) -> None:
        """Close this book, put a backup in its place and open that."""
        self.go(Going(str(self.path), given=recovery_key(self._book.workspace), restore=backup))

    def offer_backup(self) -> None:
        """Offer the newest backup in the place of this book, which turned out to be damaged."""
        self._desk.read("backups", lambda: backups.backups_of(self.path), self._offer, self._book.failed.emit)

    def _offer(self, found: tuple[Backup, ...]) -> None:
        if not found:
            return
        title = found[0].title(self._book.workspace.policy.zone_of(None))
        choices = (Choice(f"Restore the backup of {title}", "", str(found[0].path)), Choice("Not now", "", ""))
        foot = "The damaged file is kept beside the backups."
        self.panel = ChoicePanel(
            self._theme,
            self._window,
            "This book is damaged",
            choices,
            lambda at: self.restore(at) if at else None,
            foot,
        )
        self.panel.open_under(self._window.top_bar.title)

    def go(self, going: Going) -> None:
        """Close the window for what comes after it; whoever goes on working instead stays here.

        The next start opens that book. The sample book only in place of an empty one: emails of a person's own book
        go out while that is open.
        """
        self.going = going
        if going.store and (going.store != str(self._library.sample) or self._window.nothing_imported):
            self._remembered.set(store_path="" if going.store == str(self._library.own) else going.store)
        if not self._window.close() and (panel := self._window.closing.panel) is not None:
            panel.destroyed.connect(self._stayed)

    def _stayed(self) -> None:
        if self._window.isVisible():
            self.going = None

    def _prepare(self, work: Callable[[Path], None], path: Path) -> None:
        """Begin or check a book beside this one, then go to it."""
        limits = self._book.workspace.managed.limits

        def prepare() -> None:
            limits.refuse_store(path)
            work(path)

        self._desk.read("book", prepare, lambda _none: self.go(Going(str(path))), self._book.failed.emit)
