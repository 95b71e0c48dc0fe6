"""Pages and their states: light, dark, small, empty, error, loading, importing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea

from models.store import Store
from models.values.errors import StoreBusy
from services.settings import Preferences
from tests.screenshots.studio import PAGES, SCREENS, TABS, WIDE, Shots, press, window
from views.actions import Command
from views.pictures import settle, wait_until
from views.theme import ThemeChoice


def pages(shots: Shots) -> None:
    """Every page light, dark and small."""
    for page in PAGES:
        with window(shots.studio, page) as desk:
            shots.shot(desk, f"{page}-light")
            shots.sizes(desk, page, without=SCREENS)
            desk.theme.choose(ThemeChoice.DARK)
            shots.shot(desk, f"{page}-dark")
            desk.theme.choose(ThemeChoice.LIGHT)


def alert_states(shots: Shots) -> None:
    """Hover, ticks, snooze, toast, drawer, detail in a narrow window, keys, search."""
    with window(shots.studio) as desk:
        page: Any = desk.window.page("alerts")
        page.queue.model.tick(page.queue.model.next_alert(2, 1))
        page.queue.model.tick(page.queue.model.next_alert(3, 1))
        press(Qt.Key.Key_S)
        QTest.mouseMove(page.queue.view.viewport(), page.queue.view.visualRect(page.queue.model.index(4)).center())
        desk.window.toast.tell("Linden Supply snoozed until Mon", desk.book.undo)
        shots.shot(desk, "alerts-states")
        press(Qt.Key.Key_Escape)
        page.queue.model.clear_ticks()
        desk.window.toast.dismiss()
        QTest.keyClicks(page.queue.view, "?")
        shots.shot(desk, "keys")
        press(Qt.Key.Key_Escape)
        page.queue.filter_bar._toggle("severities", 4, True)
        page.queue.filter_bar.ask()
        shots.shot(desk, "alerts-filtered")
        page.queue.filter_bar.clear_filter()
        page.queue.view.setFocus()
        settle(desk)
        page.morning.begin()
        shots.shot(desk, "alerts-morning")
        page.morning.end()
        desk.window.resize(1000, 700)
        settle(desk)
        press(Qt.Key.Key_Period)
        shots.shot(desk, "alerts-drawer")
        press(Qt.Key.Key_Escape)
        desk.window.resize(760, 460)
        settle(desk)
        press(Qt.Key.Key_Return)
        shots.shot(desk, "alerts-760-detail")


def empty_states(shots: Shots) -> None:
    """First start, an empty tab, a filter that leaves nothing."""
    fresh = shots.studio.folder / "fresh.bellwether"
    for dark in (False, True):
        with window(shots.studio, store=fresh, dark=dark) as desk:
            shots.shot(desk, f"first-start-{'dark' if dark else 'light'}")
            if not dark:
                desk.window.resize(760, 460)
                shots.shot(desk, "first-start-760")
                desk.window.resize(*WIDE)
                for page in ("data", "settings", "customers", "insights", "alerts"):
                    desk.window.show_page(page)
                    settle(desk)
                    desk.window.show_page(page)
                    shots.now(desk, f"{page}-empty")
    with window(shots.studio) as desk:
        page: Any = desk.window.page("alerts")
        page.queue.filter_bar.ask()
        QTest.keyClicks(page.queue.filter_bar.field, "no such customer")
        shots.shot(desk, "alerts-nothing-matches")


def faults(shots: Shots) -> None:
    """The book cannot be read: each pane says so, none is a dialog."""

    def locked(*_arguments: object, **_named: object) -> Any:
        raise StoreBusy("Another program holds the book. Close it there and try again; nothing is lost.")

    for page in PAGES[:5]:
        with window(shots.studio, page) as desk, _reading(locked):
            desk.window.actions_registry[Command.RELOAD].trigger()
            desk.window.show_page(page)
            shots.shot(desk, f"{page}-error")


def loading(shots: Shots) -> None:
    """A slow answer: the skeleton, then the words."""
    gate = threading.Event()

    def slow(*_arguments: object, **_named: object) -> Any:
        gate.wait(20)
        raise StoreBusy("The picture is taken.")

    for page in ("alerts", "customers"):
        with window(shots.studio, "settings") as desk:
            gate.clear()
            with _reading(slow):
                desk.window.show_page(page)
                made: Any = desk.window.page(page)
                state = made.queue.pane if page == "alerts" else made.list.state
                wait_until(lambda state=state: state.state == "skeleton", 3_000)  # type: ignore[misc]
                shots.now(desk, f"{page}-loading")
                wait_until(lambda state=state: state.state == "wait", 3_000)  # type: ignore[misc]
                shots.now(desk, f"{page}-waiting")
                gate.set()
                settle(desk)


@contextmanager
def _reading(instead: Callable[..., Any]) -> Iterator[None]:
    """Every read of the book gets another answer meanwhile."""
    read, snapshot = Store.read, Store.snapshot
    try:
        Store.read = Store.snapshot = instead  # type: ignore[method-assign]
        yield
    finally:
        Store.read, Store.snapshot = read, snapshot  # type: ignore[method-assign]


def imports(shots: Shots) -> None:
    """Check, batch, importing and receipt."""
    file = shots.studio.export()
    with window(shots.studio, "data") as desk:
        page: Any = desk.window.page("data")
        desk.window.take_files([file])
        wait_until(lambda: page.state is page.check)
        shots.shot(desk, "data-check-light")
        shots.sizes(desk, "data-check")
        _overridden(shots, desk, page)
        page.check.rows.show_tab("rejected")
        bar = page.check.rows.table.horizontalScrollBar()
        bar.setValue(bar.maximum())
        shots.shot(desk, "data-check-rejected")
        page.check.rows.show_tab("changed")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "data-check-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
        page.check.plan.go.click()
        wait_until(lambda: page.state is page.importing, 3_000)
        shots.now(desk, "data-importing")
        wait_until(lambda: page.state is page.receipt, 120_000)
        shots.shot(desk, "data-receipt-light")
        shots.sizes(desk, "data-receipt")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "data-receipt-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
        folder = shots.studio.folder / "exports"
        desk.window.take_files(sorted(folder.iterdir())[:4])
        wait_until(lambda: page.state is page.batch)
        shots.shot(desk, "data-batch")
        _asked(shots, desk, page)
        _judged(shots, desk, page)


def _overridden(shots: Shots, desk: Any, page: Any) -> None:
    """What a column was taken for, how the file is read, a cell that was fixed."""
    table, model = page.check.rows.table, page.check.rows.model
    columns = [one.column for one in model.shown_columns]
    table.setCurrentIndex(model.index(7, 2 + columns.index("Ordered at")))
    table.setFocus()
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    shots.shot(desk, "data-check-column")
    press(Qt.Key.Key_Escape)
    page.check.plan.findChild(QScrollArea).ensureWidgetVisible(page.check.plan.file)
    shots.shot(desk, "data-check-reading")
    wrong = next(place for place in range(40) if model.row_at(place).verdict == "rejected")
    section = 2 + columns.index("Line total")
    model.setData(model.index(wrong, section), "61.90")
    wait_until(lambda: page.check.plan.go.isEnabled())
    table.scrollTo(model.index(wrong, section))
    shots.shot(desk, "data-check-fixed")
    desk.theme.choose(ThemeChoice.DARK)
    shots.shot(desk, "data-check-fixed-dark")
    desk.theme.choose(ThemeChoice.LIGHT)


def _asked(shots: Shots, desk: Any, page: Any) -> None:
    """A question about dates, one about columns, one about how the file is cut, and a file that is no table."""
    folder = shots.studio.folder
    dates = folder / "payments.csv"
    rows = "P1,C00001,03/04/2026,12.50\nP2,C00002,05/06/2026,9.00\n"
    dates.write_text(f"Order ID,Customer ID,Ordered at,Line total\n{rows}")
    columns = folder / "alpha.csv"
    columns.write_text("alpha,beta,gamma\nC100,2026-01-02,3\nC101,2026-01-03,4\n")
    picture = folder / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64))
    for file, name in ((dates, "question"), (columns, "mapping"), (picture, "refused")):
        desk.window.take_files([file])
        wait_until(lambda file=file: page.headline == file.name or bool(page.waiting.fault_words))  # type: ignore[misc]
        shots.shot(desk, f"data-check-{name}")
        if name == "question":
            shots.sizes(desk, "data-check-question")
            desk.theme.choose(ThemeChoice.DARK)
            shots.shot(desk, "data-check-question-dark")
            desk.theme.choose(ThemeChoice.LIGHT)
        page.go_home()


def _judged(shots: Shots, desk: Any, page: Any) -> None:
    """The quality of the data, and what an undo would do."""
    desk.window.show_page("data/quality")
    wait_until(lambda: page.home.section == "quality")
    shots.shot(desk, "data-quality")
    shots.sizes(desk, "data-quality")
    desk.theme.choose(ThemeChoice.DARK)
    shots.shot(desk, "data-quality-dark")
    desk.theme.choose(ThemeChoice.LIGHT)
    page.home.show_section("imports")
    page.home.undo_wanted.emit(page.home.table.lines.line_at(0).key)
    shots.shot(desk, "data-undo")
    press(Qt.Key.Key_Escape)


def editing(shots: Shots) -> None:
    """A customer's form."""
    with window(shots.studio, "customers") as desk:
        page: Any = desk.window.page("customers")
        page.list.table.setFocus()
        press(Qt.Key.Key_F2)
        field = page.form.input("email")
        field.setText("orders@harborlane")
        QTest.keyClick(field, Qt.Key.Key_Tab)
        shots.shot(desk, "customers-edit")


def on_screen(shots: Shots, name: str, text_size: int) -> None:
    """Every page on the screen of this process, in the window's first size."""
    known = Preferences(text_size=text_size)
    for page in PAGES:
        with window(shots.studio, page, known=known, size=None) as desk:
            shots.shot(desk, f"{page}-{name}")
            for tab in TABS if (page, name) == ("insights", "150") else ():
                desk.window.show_page(f"insights/{tab}")
                shots.shot(desk, f"insights-{tab}-150")
