"""The main window: builds the pages, nests them between rail and top bar, connects their signals. Nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from models.values.alerts import Freshness
from models.values.changes import Changes
from models.values.customers import Among
from services.book.files import Library
from services.settings import with_earlier_name
from views.actions import Actions, Command
from views.background import Background, Failed
from views.shell import questions
from views.shell.about import show_about
from views.shell.book import Book
from views.shell.books import Books
from views.shell.close_panel import Closing
from views.shell.first_start import FirstStart, files_of
from views.shell.folder_watch import FolderWatch
from views.shell.key_help import show_keys
from views.shell.keys import give_keys_to, goes_up, next_pane
from views.shell.look_from import LookFrom
from views.shell.manual import show_manual
from views.shell.page import Context, Page
from views.shell.pages import COMPOSER, DUPLICATES, OVER, PAGES, PageSpec
from views.shell.palette import Palette
from views.shell.rail import WIDTH as RAIL_WIDTH
from views.shell.rail import Rail
from views.shell.remembered import Remembered
from views.shell.sample_book import SampleBook
from views.shell.send_scheduler import SendScheduler
from views.shell.top_bar import TopBar
from views.shell.undo_keys import UndoKeys
from views.shell.who import Who
from views.shell.whole import Whole, place
from views.theme import Theme, ThemeChoice
from views.widgets.buttons import press_focused
from views.widgets.labels import column, row
from views.widgets.overlay import Overlay
from views.widgets.toast import Toast

if TYPE_CHECKING:
    from models.values.outbox import OutboxStanding

#: Below it the window scrolls: a small screen with large text has no more room.
SMALLEST = (760, 460)
NEVER_BELOW = (360, 240)
FRESHNESS_EVERY_MS = 60_000
FRESHNESS_AT_LATEST_MS = 300


class MainWindow(QMainWindow):
    """One window on one book."""

    painted = Signal(str)  # key of the page, after its first paint with an answer
    gives_way = Signal()  # it closes, and what `books.going` names comes in its place

    def __init__(
        self, book: Book, background: Background, theme: Theme, remembered: Remembered, library: Library
    ) -> None:
        super().__init__()
        self._book, self._background, self._theme, self._remembered = book, background, theme, remembered
        self._desk = book.desk(self)
        remembered.use(self._desk)
        self.setWindowTitle("Bellwether")
        self.setWindowIcon(theme.icon("alerts", "primary_text"))
        self.setMinimumSize(*NEVER_BELOW)
        self.setAcceptDrops(True)
        self.actions_registry = Actions(self, theme)
        self.watch = FolderWatch(book, background, remembered, self)
        self._context = Context(
            book, theme, self.actions_registry, remembered, self.watch, library.name_of(book.workspace.recipe.store)
        )
        self._pages: dict[str, Page] = {}
        self._current = ""
        self._freshness: Freshness | None = None
        self.books = Books(self._context, library, self)
        self._build()
        self._connect()
        place(self, remembered.value.window_geometry)

    # -- building -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme = self._theme
        self.rail = Rail(theme, self.actions_registry, PAGES)
        find, alert_of = partial(questions.find, self._book), partial(questions.alert_of, self._book)
        self.search = Palette(theme, self._desk, find, alert_of, self.actions_registry, self)
        self.search.offers.recall(self._remembered.value.recent_commands)
        self.top_bar = TopBar(theme, self.search)
        self.stack = QStackedWidget()
        self._frame = QWidget()
        self._frame.setLayout(row(self.rail, column(self.top_bar, self.stack)))
        self.first_start = FirstStart(theme)
        self.sample = SampleBook(self._book, self.first_start, self)
        self.send_scheduler = SendScheduler(self._book, self._background, self)
        self.closing = Closing(theme, self, self._background, self.send_scheduler, lambda: self.books.going)
        self._outer = QStackedWidget()
        self._outer.addWidget(self._frame)
        self._outer.addWidget(self.first_start)
        self.setCentralWidget(Whole(self._outer, QSize(*SMALLEST)))
        self.look_from = LookFrom(self._book, theme, self)
        self.who = Who(theme, self._remembered, self, lambda: self.show_page("alerts/mine"))
        self.toast = Toast(theme, self, left=RAIL_WIDTH)
        self._undo_keys = UndoKeys(self.actions_registry, self.toast, self)
        self._minute = QTimer(self, interval=FRESHNESS_EVERY_MS)
        self._first_freshness = QTimer(self, singleShot=True, interval=FRESHNESS_AT_LATEST_MS)
        self._first_freshness.timeout.connect(self._read_freshness)

    def _connect(self) -> None:
        book = self._book
        book.changed.connect(self._changed)
        book.acted.connect(self._acted)
        book.told.connect(lambda words: self.toast.tell(words))
        book.failed.connect(self.tell_failure)
        self._background.damaged.connect(self.books.offer_backup)
        book.renewing.connect(lambda on: self.top_bar.show_busy("Scoring …" if on else ""))
        self._remembered.failed.connect(self.tell_failure)
        self._remembered.changed.connect(self._preferences_changed)
        self.rail.chosen.connect(self.show_page)
        self.top_bar.back.connect(lambda: self._page.go_back())
        QShortcut(QKeySequence("Alt+Left"), self, self._go_back)
        self.search.picked.connect(self.show_customer)
        self.search.email_wanted.connect(self.show_email)
        self.search.went.connect(self.show_page)
        self.search.ran.connect(lambda _c: self._remembered.set(recent_commands=tuple(self.search.offers.recent)))
        self.first_start.wants_files.connect(lambda: self.take_files(()))
        self.first_start.wants_sample.connect(self._open_sample)
        self.first_start.cancelled.connect(self.sample.cancel)
        self.sample.filled.connect(lambda _kept: self.show_page("alerts"))
        self.sample.failed.connect(self.tell_failure)
        self.send_scheduler.stands.connect(self._show_standing)
        self.watch.asked.connect(self._offer_check)
        chip = self.top_bar.chip
        chip.clicked.connect(lambda: self.show_page(chip.leads_to))
        self._minute.timeout.connect(self._read_freshness)
        wired = {
            Command.SEARCH: lambda: self.search.begin(QApplication.focusWidget()),
            Command.UNDO: self._undo,
            Command.REDO: self._book.redo,
            Command.GUIDE: lambda: show_manual(self, self.current_key),
            Command.ABOUT: lambda: show_about(self, self.books.name, self.books.path),
            Command.QUIT: self.close,
            Command.HELP: partial(show_keys, self._theme, self),
            Command.NEXT_PANE: lambda: next_pane(self._page, 1),
            Command.PREVIOUS_PANE: lambda: next_pane(self._page, -1),
            Command.RELOAD: self._reload,
            Command.CHOOSE_FILES: lambda: self.take_files(()),
            Command.SHOW_DUPLICATES: lambda: self.show_page(f"{DUPLICATES.key}/{self._current}"),
            Command.SHOW_FOLDERS: lambda: self.show_page("data/folders"),
            Command.WRITE_BACK: lambda: self.show_page("data/write-back"),
            Command.SHOW_LEFT: lambda: self.show_page("data/left"),
            Command.SHOW_RETENTION: lambda: self.show_page("data/retention"),
        }
        wired |= self.books.commands()
        wired |= {spec.command: partial(self.show_page, spec.key) for spec in PAGES}
        for command, done in wired.items():
            action = self.actions_registry[command]
            action.triggered.connect(partial(_plain, done))
            self.addAction(action)

    def start(self) -> None:
        """Show the page of last time, and read what stands above it."""
        last = self._remembered.value.last_page
        self.show_page(last if last.partition("/")[0] in {spec.key for spec in PAGES} else PAGES[0].key)
        self._page.settled.connect(self._read_freshness_first)
        self.books.remember()
        self._minute.start()
        self._first_freshness.start()

    def _read_freshness_first(self) -> None:
        """Not before the page has its answer: two queries at once would both be later."""
        if self._first_freshness.isActive():
            self._first_freshness.stop()
            self._read_freshness()

    # -- pages --------------------------------------------------------------------------------------------------

    @property
    def _page(self) -> Page:
        return self._pages[self._current]

    @property
    def current_key(self) -> str:
        """Key of the page in front."""
        return self._current

    def page(self, key: str) -> Page:
        """A page, made at its first visit."""
        found = self._pages.get(key)
        if found is None:
            found = self._pages[key] = _spec(key).make(self._context)
            self.stack.addWidget(found)
            found.wants_customer.connect(self.show_customer)
            found.wants_customers.connect(self.show_customers)
            found.wants_email.connect(self.show_email)
            found.wants_message.connect(self.show_message)
            found.undo_offered.connect(self.toast.tell)
            found.written.connect(self._tell_written)
            found.finished.connect(lambda alert_id: self.page("alerts").finish(alert_id))
            found.wants_files.connect(self.take_files)
            found.wants_page.connect(self.show_page)
            found.wants_encryption.connect(self.books.encrypt)
            found.wants_restore.connect(self.books.restore)
            found.headline_changed.connect(self._show_headline)
            found.counted.connect(self._count)
            found.fit(*self._room())
        return found

    def show_page(self, place: str) -> None:
        """Bring a page to the front, or a section of it ("settings/mail")."""
        key, _, section = place.partition("/")
        page, before = self.page(key), self._pages.get(self._current)
        self._current = key
        if before is not None and before is not page:
            before.leave()
        self._leave_first_start()
        self.stack.setCurrentWidget(page)
        self.toast.stand_over(page.toast_over)
        self._show_headline()
        page.arrive()
        if section:
            page.show_section(section)
        give_keys_to(page)
        if key == "alerts" and self._freshness is not None and self._asks_who:
            self._read_freshness()  # who comes from a receipt is asked here, not at the next minute
        if key not in {spec.key for spec in OVER}:
            self.rail.show_page(key)
            self._remembered.set(last_page=key)

    def show_customer(self, customer_id: int) -> None:
        """Open a customer on their page."""
        origin = self._current
        self.show_page("customers")
        self._page.show_customer(customer_id, origin)

    def show_customers(self, among: Among) -> None:
        """Open the Customers page with the customers of an answer."""
        self.show_page("customers")
        self._page.show_among(among)

    def _go_back(self) -> None:
        if self._current:
            self._page.go_back()

    def show_email(self, customer_id: int, alert_id: int | None = None) -> None:
        """Write to a customer, over the page in front."""
        origin = self._current
        self.show_page(COMPOSER.key)
        self._page.show_email(customer_id, alert_id, origin)

    def show_message(self, message_id: int) -> None:
        """Open a stored email, over the page in front."""
        origin = self._current
        self.show_page(COMPOSER.key)
        self._page.show_message(message_id, origin)

    def take_files(self, paths: Sequence[Path]) -> None:
        """Take files to the Data page; without files it asks for them. The sample book takes none."""
        if self.books.is_sample:
            self.books.offer_own(paths)
            return
        self.show_page("data")
        self._page.take_files(paths)

    def _offer_check(self, words: str, paths: Sequence[Path]) -> None:
        self.toast.tell(words, partial(self.take_files, paths), offer="Check")

    def _show_headline(self) -> None:
        if not self._current:
            return
        title = self._page.headline or _spec(self._current).title
        self.top_bar.show_title(title, self._page.back, self._page.badge, freshness=self._page.shows_freshness)
        self.setWindowTitle(f"{title} – {self.books.name} – Bellwether")

    def _reload(self) -> None:
        self._book.heard(Changes(everyone=True), own=True)

    # -- what happens in the book -------------------------------------------------------------------------------

    def _changed(self, changes: Changes) -> None:
        for page in self._pages.values():
            page.renew(changes)
        self._read_freshness()

    def _acted(self, _changes: Changes, words: str) -> None:
        self.toast.tell(words, self._book.undo)

    def _undo(self) -> None:
        """Do what the toast offers as long as it is there, else walk back in the journal."""
        if not self.toast.take_back():
            self._book.undo()

    def _tell_written(self, words: str, path: Path) -> None:
        """Say where a file was saved, and offer to open it."""
        self.toast.tell(words, partial(self._open_file, path), offer="Open")

    def _open_file(self, path: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.toast.tell(f"No app on this computer opened {path.name}. It is in {path.parent}.")

    def tell_failure(self, failed: Failed) -> None:
        """Say what went wrong where no pane says it."""
        self.toast.tell(failed.words)

    @property
    def nothing_imported(self) -> bool:
        """Whether the book turned out to be empty."""
        return self._freshness is not None and self._freshness.empty

    @property
    def _asks_who(self) -> bool:
        return self.who.wants_to_know and self._current == "alerts" and not self.books.is_sample

    def _read_freshness(self) -> None:
        ask = partial(questions.freshness, self._book.workspace, self._asks_who)
        unknown = self.top_bar.show_unknown
        self._desk.read("freshness", ask, self._show_freshness, lambda _failed: unknown())

    def _show_freshness(self, found: questions.Standing) -> None:
        if self._freshness is None:
            # By now the first page is painted: what the outbox needs is imported beside it, not before it.
            self.send_scheduler.look()
        self._freshness = found.freshness
        self.top_bar.show_freshness(found.freshness)
        self.look_from.ask(found.freshness.asked_from, self.top_bar.title)
        if not found.freshness.asked_from:
            self.who.ask(found.owners, self.top_bar.title)
        if not self._page.unread:
            self._count(found.due_today if self._page.due_today is None else self._page.due_today)
        filling = self.sample.run is not None
        untouched = not filling and self._current not in ("data", "settings")  # where a person went on to
        if found.freshness.empty and (untouched or filling):
            self._outer.setCurrentWidget(self.first_start)
            self.first_start.first_focus().setFocus()
            if self.books.begins_sample():
                self._open_sample()
        elif self._outer.currentWidget() is self.first_start and not filling:
            self._leave_first_start()

    def _count(self, due: int | None) -> None:
        self.rail.button("alerts").set_count(due or 0, "" if due is None else f"{due} due today")

    def _show_standing(self, standing: OutboxStanding, fault: str) -> None:
        self.top_bar.chip.show_standing(standing, fault)
        parts = ((standing.review, "to review"), (standing.doubt, "not confirmed"))
        words = ", ".join(f"{count} {what}" for count, what in parts if count)
        self.rail.button("outbox").set_count(standing.review + standing.doubt, words)

    def _open_sample(self) -> None:
        """Make the sample book where this is its place, else go there."""
        if not self.books.is_sample:
            self.actions_registry[Command.SAMPLE_BOOK].trigger()
        elif self.sample.run is None:
            self._outer.setCurrentWidget(self.first_start)
            self.sample.open()

    def _leave_first_start(self) -> None:
        self._outer.setCurrentWidget(self._frame)

    # -- the window itself --------------------------------------------------------------------------------------

    def _preferences_changed(self) -> None:
        choice = ThemeChoice(self._remembered.value.theme)
        if choice is not self._theme.choice:
            self._theme.choose(choice)
        before, now = self._book.workspace, self._remembered.value
        self._book.know(now)
        self.send_scheduler.know()
        if now.me != before.preferences.me:  # what they signed before stays theirs
            renamed = with_earlier_name(now, before.preferences.me, before.at)
            self._remembered.set(earlier_names=renamed.earlier_names)
            self._reload()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files_of(event):
            event.acceptProposedAction()
            self.first_start.show_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.first_start.show_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.first_start.show_over(False)
        paths = files_of(event)
        if paths:
            event.acceptProposedAction()
            self.take_files(paths)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take what nothing else took: Enter presses the button with the focus, Esc goes one level up."""
        if self._current and goes_up(event) and self._page.back:
            self._page.go_back()
        elif not press_focused(event, self):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for page in self._pages.values():
            page.fit(*self._room())

    def _room(self) -> tuple[int, int]:
        """Width and height that pages have, beside the rail and below the bar included."""
        return max(self.width(), SMALLEST[0]), max(self.height(), SMALLEST[1])

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.toast.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted.emit(self._current)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.closing.holds():
            event.ignore()
            return
        if self.books.going is not None and not self.books.going.anew:
            self.gives_way.emit()
        for panel in self.findChildren(Overlay):
            panel.dismiss()  # a call's note that is being typed is kept
        if self._current:
            self._page.leave()
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self._remembered.set(window_geometry=geometry)
        self._remembered.save_now()
        self._minute.stop()
        self._first_freshness.stop()
        self.toast.dismiss()
        self.send_scheduler.stop()
        self._background.close()
        super().closeEvent(event)


def _spec(key: str) -> PageSpec:
    return next(spec for spec in (*PAGES, *OVER) if spec.key == key)


def _plain(done: object, _checked: bool = False) -> None:
    assert callable(done)
    done()
