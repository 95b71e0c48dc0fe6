"""The desktop program: one application, one theme, one window on one book.

Until the first page is painted only QtWidgets, the store and the first query are needed; what is heavy and will be
wanted soon is imported by a worker afterwards.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer, SignalInstance
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from services import outreach
from services.book.files import Library
from services.settings import Preferences
from services.workspace import Workspace
from views.background import Background, Failed
from views.charts.chart import PLOT, Chart
from views.shell.book import Book
from views.shell.books import Going
from views.shell.daily_backup import DailyBackup
from views.shell.external_changes import ExternalChanges
from views.shell.mail_secret import MailSecret
from views.shell.one_window import OneWindow, come_forward
from views.shell.pages import COMPOSER, PAGES
from views.shell.remembered import Remembered
from views.shell.reports import Reports
from views.shell.rounds import Rounds
from views.shell.stand_in import StandIn
from views.shell.window import MainWindow
from views.theme import Theme, ThemeChoice

if TYPE_CHECKING:
    from views.shell.key_window import KeyAnswer, KeyWindow

WARM_UP_AFTER_MS = 600
PAGE_EVERY_MS = 400
ROUND_AFTER_MS = 2_000
REPORTS_AFTER_MS = 15_000
BACKUP_AFTER_MS = 60_000
AHEAD = (
    "services.alerting.triage",
    "services.alerting.follow_up",
    "services.alerting.watches",
    "views.customers.page",
    "views.composer.page",
    "services.outreach.composing",
    "services.outreach.reviewing",
    "views.outbox.page",
    "views.insights.page",
    "views.data.page",
    "views.settings.page",
)
SAMPLE_NAME = "sample.bellwether"
SCALE_VARIABLE = "QT_SCALE_FACTOR"
Bug = Callable[[BaseException], None]


@dataclass(frozen=True, slots=True)
class Desktop:
    """An open window with what belongs to it; kept alive by the caller."""

    app: QApplication
    theme: Theme
    background: Background
    book: Book
    remembered: Remembered
    window: MainWindow


def application(text_size: int = 100) -> QApplication:
    """The one `QApplication`, made at its first use with a scale that is never rounded.

    Parameters
    ----------
    text_size : percent by which everything is larger than the system has it, and `QT_SCALE_FACTOR` where that is set;
        Qt reads that variable when the application is made, and never again.
    """
    found = QCoreApplication.instance()
    if isinstance(found, QApplication):
        return found
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    with _scaled_by(text_size / 100):
        app = QApplication([sys.argv[0]])
    app.setProperty("text_size", text_size)
    app.setApplicationName("bellwether")
    app.setApplicationDisplayName("Bellwether")
    app.setDesktopFileName("bellwether")
    return app


@contextmanager
def _scaled_by(factor: float) -> Iterator[None]:
    """The scale in Qt's variable, which is as it was afterwards: a program that is started from here has its own."""
    before = os.environ.get(SCALE_VARIABLE)
    try:
        os.environ[SCALE_VARIABLE] = f"{float(before or 1) * factor:g}"
    except ValueError:  # not a number: Qt does without it too
        os.environ[SCALE_VARIABLE] = f"{factor:g}"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SCALE_VARIABLE]
        else:
            os.environ[SCALE_VARIABLE] = before


def build(
    workspace: Workspace,
    preferences: Preferences,
    preferences_path: Path | None,
    *,
    bug: Bug | None = None,
    theme: Theme | None = None,
    library: Library | None = None,
) -> Desktop:
    """Build a window on a book without showing it.

    Parameters
    ----------
    preferences : the person's own, without what IT has set.
    preferences_path : where they are saved; None forgets them (tests, pictures).
    bug : told of an error that is no `BellwetherError`, for the crash report.
    library : the person's own book and the sample book; without it the book is their own.
    """
    store = workspace.store.path
    library = library or Library(store, store.with_name(SAMPLE_NAME))
    known = workspace.managed.apply_preferences(preferences)
    app = application(known.text_size)
    theme = theme or Theme(app, ThemeChoice(known.theme), reduced_motion=known.reduced_motion)
    background = Background(app, bug=bug)
    book = Book(workspace, background, app)
    remembered = Remembered(preferences, preferences_path, app, workspace.managed)
    window = MainWindow(book, background, theme, remembered, library)
    return Desktop(app, theme, background, book, remembered, window)


def choose_book(
    preferences: Preferences,
    library: Library,
    fault: str = "",
    stand_in: StandIn | None = None,
    backup: Going | None = None,
) -> Going | None:
    """Ask which book to open and wait for the answer; None where none was chosen.

    Parameters
    ----------
    fault : why another book could not be opened.
    backup : what puts that book's newest backup in its place.
    stand_in : leaves to the question, and takes its place once a book is chosen.
    """
    from views.shell.book_chooser import BookChooser

    app = application(preferences.text_size)
    theme = Theme(app, ThemeChoice(preferences.theme), reduced_motion=preferences.reduced_motion)
    chooser = BookChooser(theme, library, preferences.recent_books, fault, backup)
    opening = lambda going: f"Opening {library.name_of(going.store)} …" if going else ""  # noqa: E731
    chosen: Going | None = _answer_of(chooser, chooser.chosen, stand_in or StandIn(), opening)
    theme.deleteLater()
    return chosen


def ask_for_key(asking: KeyWindow, preferences: Preferences, stand_in: StandIn) -> KeyAnswer | None:
    """Ask what opens a book, or what it is to be encrypted with, and wait for the answer."""
    app = application(preferences.text_size)
    theme = Theme(app, ThemeChoice(preferences.theme), reduced_motion=preferences.reduced_motion)
    opening = lambda answer: asking.windowTitle() if answer is not None else ""  # noqa: E731
    answer: KeyAnswer | None = _answer_of(asking, asking.answered, stand_in, opening)
    theme.deleteLater()
    return answer


def _answer_of(asking: QWidget, answered: SignalInstance, stand_in: StandIn, opening: Callable[[Any], str]) -> Any:
    """Show a window that asks, and wait; `opening` says what the frame in its place says after an answer."""
    given: list[Any] = [None]
    waiting = QEventLoop()

    def take(answer: Any) -> None:
        given.append(answer)
        if words := opening(answer):
            stand_in.take_over(asking, words)
        waiting.quit()

    answered.connect(take)
    stand_in.leave_to(asking)
    asking.show()
    waiting.exec()
    asking.deleteLater()
    return given[-1]


def open_window(
    workspace: Workspace,
    preferences: Preferences,
    preferences_path: Path | None,
    *,
    problems: Sequence[str] = (),
    files: Sequence[Path] = (),
    bug: Bug | None = None,
    listen: Callable[[Bug | None], None] | None = None,
    library: Library | None = None,
    one: OneWindow | None = None,
    then: Callable[[Going], None] | None = None,
    stand_in: StandIn | None = None,
) -> int:
    """Open the window and run until it is closed.

    Parameters
    ----------
    problems : sentences to tell at the start, e.g. that the preferences were damaged.
    files : files to take to the Data page, as if they were dropped.
    listen : given a function, callable from any thread, that says in one sentence that an error was met.
    one : the window's claim on the book, which is heard from then on.
    then : told what is to come in the window's place, where another book was asked for.
    stand_in : leaves to the window, and takes its place where another book was asked for.

    Returns
    -------
    int
        Exit code of the program.
    """
    desktop = build(workspace, preferences, preferences_path, bug=bug, library=library)
    window = desktop.window
    if listen is not None:
        listen(desktop.book.met.emit)
    if stand_in is not None:
        window.gives_way.connect(lambda: stand_in.take_over(window, f"Closing {window.books.name} …"))
        stand_in.leave_to(window)
    window.start()
    window.show()
    if files:
        window.take_files(files)
    if problems:
        window.toast.tell(problems[0])
    if one is not None:
        one.asked.connect(partial(come_forward, window))
        QTimer.singleShot(ROUND_AFTER_MS, one, one.listen)
    stop = _begin_later(desktop)
    # Quitting, as Qt does when the last window is closed, would close what stands in for it too.
    desktop.app.setQuitOnLastWindowClosed(False)
    ends = desktop.app.lastWindowClosed.connect(desktop.app.exit)
    try:
        return int(desktop.app.exec())
    finally:
        desktop.app.lastWindowClosed.disconnect(ends)
        if listen is not None:
            listen(None)
        stop()
        desktop.background.close()
        discard(desktop)
        if then is not None and window.books.going is not None:
            then(window.books.going)


def discard(desktop: Desktop) -> None:
    """Let the window go with all that belongs to it: the next book has its own, and every look would change both."""
    for part in (desktop.window, desktop.background, desktop.book, desktop.remembered, desktop.theme):
        part.deleteLater()


def _begin_later(desktop: Desktop) -> Callable[[], None]:
    """Begin what runs behind the window once it is there; returns what stops it."""
    window, book, background = desktop.window, desktop.book, desktop.background
    external, reports = ExternalChanges(book, background, window), Reports(book, background, window)
    QTimer.singleShot(WARM_UP_AFTER_MS, window, partial(_get_ready, desktop))
    QTimer.singleShot(REPORTS_AFTER_MS, window, reports.begin)
    if not window.books.is_sample:
        QTimer.singleShot(BACKUP_AFTER_MS, window, DailyBackup(book, window).begin)
    for begin in (
        Rounds(book, background, window).begin, external.begin, MailSecret(book, desktop.theme, window).begin,
        window.send_scheduler.begin, window.watch.begin,
    ):  # fmt: skip
        QTimer.singleShot(ROUND_AFTER_MS, window, begin)

    def stop() -> None:
        external.stop()
        reports.stop()

    return stop


def _get_ready(desktop: Desktop) -> None:
    """Have what the first action and the other pages need before anybody waits for it.

    First what draws charts, as some are to be seen already. Then a worker imports the rest and writes an email that
    nobody sees; meanwhile each page is made in a moment of its own, as making one takes a tenth of a second. Where an
    import fails the person is told, charts stay empty, and a page is made when it is visited; a warm-up that fails
    takes nothing from anybody.
    """
    window, book = desktop.window, desktop.book
    desk = book.desk(window)

    def make_pages(_imported: None) -> None:
        desk.read("warm up", partial(outreach.warm_up, book.workspace), lambda _none: None)
        for number, spec in enumerate((COMPOSER, *PAGES), 1):
            QTimer.singleShot(number * PAGE_EVERY_MS, window, partial(_make_page, desktop, spec.key))
        QTimer.singleShot((len(PAGES) + 2) * PAGE_EVERY_MS, window, spare_collector)

    def tell(failed: Failed) -> None:
        window.tell_failure(failed)
        spare_collector()

    def draw_charts(_imported: object) -> None:
        for chart in window.findChildren(Chart):
            chart.redraw()
        get_the_rest()

    def leave_charts(failed: Failed) -> None:
        window.tell_failure(failed)
        get_the_rest()

    def get_the_rest() -> None:
        desk.read("ready", _import_ahead, make_pages, tell)

    desk.read("charts", partial(import_module, PLOT), draw_charts, leave_charts)


def spare_collector() -> None:
    """Take what was made until now out of the collector's sight: it stays as long as the window.

    A full collection looks at every module and page otherwise, for 70 ms, in the middle of a scroll.
    """
    gc.freeze()


def _make_page(desktop: Desktop, key: str) -> None:
    if desktop.window.isVisible():
        desktop.window.page(key)


def _import_ahead() -> None:
    for name in AHEAD:
        import_module(name)
