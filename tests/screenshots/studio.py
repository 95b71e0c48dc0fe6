"""The books, the window and the camera that every picture is taken with."""

from __future__ import annotations

import csv
import io
import shutil
import sys
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from models.values.alerts import Severity
from services import alerting, insight
from services.pipeline.jobs import ReportsJob, SampleBookJob
from services.sample import write_exports
from services.settings import Preferences
from services.workspace import Recipe, open_workspace
from tests.screenshots.small import make_small
from views import desktop
from views.charts.chart import PLOT
from views.desktop import Desktop
from views.pictures import settle, take, wait_until
from views.scores.trends import TrendsOnRest
from views.theme import ThemeChoice

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshots"
PERSON = "Ada"
DAY = "2026-11-18"
RAISED, WORKED, BACK, CHECKED, NOW = (
    f"{DAY}T{time}:00+00:00" for time in ("08:02", "09:40", "11:25", "11:58", "12:13")
)
SIZES = {"1366": (1366, 768), "800": (800, 600), "760": (760, 460)}
WIDE = (1440, 900)
#: Name of a picture to the screen that the window opens on, and the size of its text.
SCREENS = {"1366": ((1366, 768), 100), "125": (WIDE, 125), "150": (WIDE, 150), "200": (WIDE, 200)}
TABS = ("overview", "service", "reviews", "pipeline", "email")
PAGES = ("alerts", "customers", "outbox", "insights", "ask", "data", "settings")


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
        """Make the sample book and work on some of its alerts."""
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
        ReportsJob(Recipe(str(self.book), PERSON, CHECKED), everything=True)(lambda _progress: None, lambda: False)

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
def window(
    studio: Studio,
    page: str = "alerts",
    *,
    store: Path | None = None,
    dark: bool = False,
    known: Preferences | None = None,
    size: tuple[int, int] | None = WIDE,
) -> Iterator[Desktop]:
    """A window on a copy of the book, settled on a page; without a size it takes its first one by itself."""
    path = store or studio.folder / f"copy-{page}.bellwether"
    if store is None:
        shutil.copyfile(studio.book, path)
    import_module(PLOT)
    workspace = open_workspace(Recipe(str(path), PERSON, NOW))
    theme = "dark" if dark else "light"
    preferences = replace(known or Preferences(), asked_me=True, theme=theme, last_page=page, reduced_motion=True)
    desk = desktop.build(replace(workspace, preferences=preferences), preferences, None)
    desk.theme.choose(ThemeChoice.DARK if dark else ThemeChoice.LIGHT)
    if size is not None:
        desk.window.resize(*size)
    desk.window.start()
    desk.window.show()
    desk.window.activateWindow()
    shell: Any = desk.window
    wait_until(lambda: shell._freshness is not None)
    settle(desk)
    yield desk
    assert desk.window.close() or desk.window.close()  # who closes again is not asked
    desk.background.close()
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
        if any(one.resting for one in desk.window.findChildren(TrendsOnRest)):
            wait_until(lambda: not any(one.resting for one in desk.window.findChildren(TrendsOnRest)))
            settle(desk)
        self.now(desk, name)

    def now(self, desk: Desktop, name: str) -> None:
        """One picture as it is at this moment."""
        path = take(desk, self.studio.to / f"{name}.png")
        make_small(path)
        sys.stdout.write(f"{path}\n")

    def sizes(self, desk: Desktop, name: str, without: Container[str] = ()) -> None:
        """The page in every smaller window."""
        for size, (width, height) in SIZES.items():
            if size in without:
                continue
            desk.window.resize(width, height)
            self.shot(desk, f"{name}-{size}")
        desk.window.resize(*WIDE)
