"""Pictures of every page in every state, into docs/screenshots/: light, dark, small, empty, error, loading, 150 %.

    python -m tests.screenshots [--only PART] [--to FOLDER]

The book is the sample book, looked at on a Wednesday before noon; nothing depends on today.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from models.store import Store
from models.values.alerts import Severity
from models.values.errors import StoreBusy
from services import alerting, insight
from services.jobs import SampleBookJob
from services.sample import write_exports
from services.settings import Preferences
from services.workspace import Recipe, open_workspace
from views import desktop
from views.actions import Command
from views.desktop import Desktop
from views.pictures import settle, take, wait_until
from views.theme import ThemeChoice

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
PERSON = "Ada"
DAY = "2026-11-18"
RAISED, WORKED, BACK, NOW = (f"{DAY}T{time}:00+00:00" for time in ("08:02", "09:40", "11:25", "12:13"))
SIZES = {"1366": (1366, 768), "800": (800, 600), "760": (760, 460)}
WIDE = (1440, 900)
PAGES = ("alerts", "customers", "data", "settings")


@dataclass
class Studio:
    """The books and files that the pictures are of."""

    folder: Path
    to: Path

    @property
    def book(self) -> Path:
        """The sample book, worked on for a morning."""
        return self.folder / "book.bellwether"

    def build(self) -> None:
        """Make the sample book and work on some of its cards."""
        SampleBookJob(Recipe(str(self.book), PERSON, RAISED))(lambda _progress: None, lambda: False)
        workspace = open_workspace(Recipe(str(self.book), PERSON, WORKED))
        rows = insight.queue(workspace, beyond_budget=True).rows
        rest = [row.id for row in rows[12:]]
        outcomes = ("saved", "came_back", "came_back", "no_issue", "saved")
        for alert_id, outcome in zip(rest[:5], outcomes, strict=True):
            alerting.resolve(workspace, [alert_id], outcome)
        alerting.snooze(workspace, rest[5:9], condition="next_order")
        alerting.wait(workspace, rest[9:15])
        first = rows[0].id
        alerting.add_task(workspace, first, "Call the store manager", workspace.clock.today())
        alerting.add_note(workspace, first, "Prefers a call before noon")
        # All but one of the criticals waited for an answer: their time limit stood still meanwhile.
        waited = [row.id for row in rows[:12] if row.severity == Severity.CRITICAL][1:]
        alerting.wait(workspace, waited)
        workspace.close()
        workspace = open_workspace(Recipe(str(self.book), PERSON, BACK))
        alerting.reopen(workspace, waited)
        workspace.close()

    def export(self) -> Path:
        """A file that changes, adds, repeats and cannot be read in places."""
        folder = self.folder / "exports"
        paths = write_exports(folder, today=open_day()).paths
        source = next(Path(path) for path in paths if Path(path).name == "orders.csv")
        rows = list(csv.reader(io.StringIO(source.read_text(encoding="utf-8-sig"))))
        head, body = rows[0], rows[-900:]
        day, total, order = (head.index(name) for name in ("Ordered at", "Line total", "Order ID"))
        for number, row in enumerate(body):
            if number % 90 == 7:
                row[day] = f"{row[day][:10]} 31:15"
            elif number % 75 == 11:
                row[total] = f"{float(row[total]) * 0.8:.2f}"
            elif number % 150 == 4:
                row[total] = "on request"
            elif number % 6 == 5:
                row[order] = f"{row[order]}-B"
        target = self.folder / "orders_export_1.csv"
        with target.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *body])
        return target


def open_day() -> date:
    """The day of the pictures."""
    return date.fromisoformat(DAY)


@contextmanager
def window(studio: Studio, page: str = "alerts", *, store: Path | None = None, dark: bool = False) -> Iterator[Desktop]:
    """A window on a copy of the book, settled on a page."""
    path = store or studio.folder / f"copy-{page}.bellwether"
    if store is None:
        shutil.copyfile(studio.book, path)
    workspace = open_workspace(Recipe(str(path), PERSON, NOW))
    theme = "dark" if dark else "light"
    preferences = Preferences(theme=theme, last_page=page, reduced_motion=True)
    desk = desktop.build(workspace, preferences, None)
    desk.theme.choose(ThemeChoice.DARK if dark else ThemeChoice.LIGHT)
    desk.window.resize(*WIDE)
    desk.window.start()
    desk.window.show()
    desk.window.activateWindow()
    settle(desk)
    yield desk
    desk.window.close()
    workspace.close()


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key to what has the focus."""
    focus = QApplication.focusWidget()
    if focus is not None:
        QTest.keyClick(focus, key, modifiers)


class Shots:
    """Takes pictures and says so."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio

    def shot(self, desk: Desktop, name: str) -> None:
        """One picture, once everything has come."""
        settle(desk)
        self.now(desk, name)

    def now(self, desk: Desktop, name: str) -> None:
        """One picture as it is at this moment."""
        path = take(desk, self.studio.to / f"{name}.png")
        sys.stdout.write(f"{path}\n")

    def sizes(self, desk: Desktop, name: str) -> None:
        """The page in every smaller window."""
        for size, (width, height) in SIZES.items():
            desk.window.resize(width, height)
            self.shot(desk, f"{name}-{size}")
        desk.window.resize(*WIDE)


def pages(shots: Shots) -> None:
    """Every page light, dark and small."""
    for page in PAGES:
        with window(shots.studio, page) as desk:
            shots.shot(desk, f"{page}-light")
            shots.sizes(desk, page)
            desk.theme.choose(ThemeChoice.DARK)
            shots.shot(desk, f"{page}-dark")
            desk.theme.choose(ThemeChoice.LIGHT)


def alert_states(shots: Shots) -> None:
    """Hover, ticks, snooze, toast, drawer, detail in a narrow window, keys, search."""
    with window(shots.studio) as desk:
        page: Any = desk.window.page("alerts")
        page.queue.model.tick(page.queue.model.next_card(2, 1))
        page.queue.model.tick(page.queue.model.next_card(3, 1))
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
        desk.window.search.begin(page.queue.view)
        QTest.keyClicks(desk.window.search, "ma")
        wait_until(lambda: bool(desk.window.search.results.rows))
        shots.shot(desk, "search")
        press(Qt.Key.Key_Escape)
        page.queue.filter_bar._toggle("severities", 4, True)
        page.queue.filter_bar.ask()
        shots.shot(desk, "alerts-filtered")
        page.queue.filter_bar.clear_filter()
        page.queue.view.setFocus()
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
                for page in ("data", "settings", "customers", "alerts"):
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

    for page in PAGES[:3]:
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
    read = Store.read
    try:
        Store.read = instead  # type: ignore[method-assign]
        yield
    finally:
        Store.read = read  # type: ignore[method-assign]


def imports(shots: Shots) -> None:
    """Check, batch, importing and receipt."""
    file = shots.studio.export()
    with window(shots.studio, "data") as desk:
        page: Any = desk.window.page("data")
        desk.window.take_files([file])
        wait_until(lambda: page.state is page.check)
        shots.shot(desk, "data-check-light")
        shots.sizes(desk, "data-check")
        page.check.rows.show_tab("rejected")
        shots.shot(desk, "data-check-rejected")
        page.check.rows.show_tab("changed")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "data-check-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
        page.check.plan.go.click()
        wait_until(lambda: page.state is page.importing, 3_000)
        shots.now(desk, "data-importing")
        wait_until(lambda: page.state is page.receipt)
        shots.shot(desk, "data-receipt-light")
        shots.sizes(desk, "data-receipt")
        desk.theme.choose(ThemeChoice.DARK)
        shots.shot(desk, "data-receipt-dark")
        desk.theme.choose(ThemeChoice.LIGHT)
        folder = shots.studio.folder / "exports"
        desk.window.take_files(sorted(folder.iterdir())[:4])
        wait_until(lambda: page.state is page.batch)
        shots.shot(desk, "data-batch")


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


def scaled(shots: Shots) -> None:
    """Every page at the scale of this process."""
    for page in PAGES:
        with window(shots.studio, page) as desk:
            shots.shot(desk, f"{page}-150")


PARTS: dict[str, Callable[[Shots], None]] = {
    "pages": pages,
    "states": alert_states,
    "empty": empty_states,
    "faults": faults,
    "loading": loading,
    "imports": imports,
    "editing": editing,
}


def main() -> None:
    """Take all pictures, or one part of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=[*PARTS, "scaled"])
    parser.add_argument("--to", type=Path, default=FOLDER)
    parser.add_argument("--studio", type=Path)
    chosen = parser.parse_args()
    chosen.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bellwether-studio-") as folder:
        studio = Studio(chosen.studio or Path(folder), chosen.to)
        if not studio.book.exists():
            studio.build()
        shots = Shots(studio)
        if chosen.only == "scaled":
            scaled(shots)
            return
        for name, part in PARTS.items():
            if chosen.only in (None, name):
                part(shots)
        if chosen.only is None:
            command = [sys.executable, "-m", "tests.screenshots", "--only", "scaled", "--to", str(chosen.to)]
            environment = {**os.environ, "QT_SCALE_FACTOR": "1.5"}
            subprocess.run([*command, "--studio", str(studio.folder)], env=environment, check=True)


if __name__ == "__main__":
    main()
