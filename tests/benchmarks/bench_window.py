"""The window under load, on a book of 100,000 customers with 1,000,000 orders.

First page: from the start of a process until the queue is painted with rows. Selecting an alert: until its detail is
painted. A keystroke in the customers' filter: until the list is painted with what it found. Stalls: how late a timer
of the window's thread fires while a child process imports a million rows and a script scrolls, filters and selects.

    python -m tests.benchmarks.bench_window [--rows N] [--platform offscreen]
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QModelIndex, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from models.values.errors import BellwetherError
from models.values.imports import ImportOptions, ImportRequest
from services.pipeline.jobs import ImportJob
from services.settings import Preferences
from services.workspace import Recipe, open_workspace
from tests.benchmarks.big_book import BigBook, big_book
from views import desktop
from views.desktop import Desktop

MOMENT = "2026-11-20T08:15:00+00:00"
PERSON = "Ada Lindqvist"
HEARTBEAT_MS = 5
STARTS = 7
WORDS = ("marlow", "harbor", "ok", "del", "sund opt", "b", "tan pr")
LIMIT_SECONDS = 240.0


class Painted(QObject):
    """Notes the paints of one widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.last = 0.0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._note)
        return False

    def _note(self) -> None:
        self.last = time.perf_counter()


class Heartbeat(QObject):
    """A timer of the window's thread; what it is late is what a person would wait."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._before = time.perf_counter()
        self._timer = QTimer(self, interval=HEARTBEAT_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to count."""
        self.late.clear()
        self._before = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """Count no more."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, (now - self._before) * 1000 - HEARTBEAT_MS))
        self._before = now


def turn(until: Callable[[], bool], seconds: float = 20.0) -> None:
    """Run the event loop until something holds."""
    loop, end = QEventLoop(), time.perf_counter() + seconds
    timer = QTimer(interval=1)

    def look() -> None:
        if until() or time.perf_counter() > end:
            loop.quit()

    timer.timeout.connect(look)
    timer.start()
    loop.exec()
    timer.stop()


def pause(milliseconds: int) -> None:
    """Let the window live for a moment."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def opened(store: Path, page: str = "alerts") -> Desktop:
    """A window on a book, started and shown."""
    workspace = open_workspace(Recipe(str(store), PERSON, MOMENT))
    desk = desktop.build(workspace, Preferences(theme="light", last_page=page), None)
    desk.window.resize(1440, 900)
    desk.window.start()
    desk.window.show()
    return desk


def closed(desk: Desktop) -> None:
    """Close a window and its book."""
    workspace = desk.book.workspace
    desk.window.close()
    workspace.close()


# -- first page ---------------------------------------------------------------------------------------------------


def first_page(store: Path) -> list[float]:
    """Seconds of several starts, the first one (cold) left out."""
    seconds = []
    # As an installed program: with its compiled modules at hand.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(STARTS + 1):
        command = [sys.executable, "-m", "tests.benchmarks.first_page", str(store), str(time.time())]
        ended = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        seconds.append(float(ended.stdout.strip().splitlines()[-1]))
    return seconds[1:]


# -- selecting and filtering --------------------------------------------------------------------------------------


def select_alerts(desk: Desktop, count: int) -> list[float]:
    """Milliseconds from the key to the painted detail, for one alert after the other."""
    desk.window.show_page("alerts")
    page = desk.window.page("alerts")
    view, detail, state = page.queue.view, page.detail, page.detail_state  # type: ignore[attr-defined]
    turn(lambda: detail.detail is not None)
    painted = Painted(detail.figures)
    times = []
    for _ in range(count):
        before = view.current.id
        begun = time.perf_counter()
        QTest.keyClick(view, Qt.Key.Key_Down)
        now = view.current.id
        if now == before:
            QTest.keyClick(view, Qt.Key.Key_Home)
            continue
        turn(lambda now=now: detail.detail.alert.id == now and state.state == "content")  # type: ignore[misc]
        turn(lambda begun=begun: painted.last > begun)  # type: ignore[misc]
        times.append((painted.last - begun) * 1000)
    return times


def type_filters(desk: Desktop) -> list[float]:
    """Milliseconds from each key in the customers' filter to the painted rows that it found."""
    desk.window.show_page("customers")
    page = desk.window.page("customers")
    pane = page.list  # type: ignore[attr-defined]
    table, field = pane.table, pane.field
    model = table.model()
    turn(lambda: model.rowCount() > 0)
    painted = Painted(table.viewport())
    arrived = [0.0]
    model.arrived.connect(lambda first: arrived.__setitem__(0, time.perf_counter()))
    times = []
    for word in WORDS:
        for letter in word:
            begun = time.perf_counter()
            QTest.keyClicks(field, letter)
            turn(lambda begun=begun: arrived[0] > begun)  # type: ignore[misc]
            turn(lambda: painted.last >= arrived[0])
            times.append((painted.last - begun) * 1000)
        begun = time.perf_counter()
        field.clear()
        turn(lambda begun=begun: arrived[0] > begun, 2.0)  # type: ignore[misc]
    return times


# -- stalls -------------------------------------------------------------------------------------------------------


def write_orders(path: Path, rows: int) -> None:
    """A file of orders with eight columns from 20,000 customers; about 92 bytes a row."""
    first = date(2023, 1, 1)
    days = [(first + timedelta(days=n)).isoformat() for n in range(1400)]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("Order ID", "Customer ID", "Email", "Ordered at", "Channel", "Order total", "Currency", "Status"))
        for n in range(rows):
            who = n * 7919 % 20_000
            out.writerow(
                (
                    f"BW-{n:09d}",
                    f"CUST-{who:06d}",
                    f"buyer{who:06d}@customers.example",
                    f"{days[n * 31 % 1400]} {n % 24:02d}:{n % 60:02d}:00",
                    ("web", "store", "phone")[n % 3],
                    f"{20 + n % 480}.{n % 100:02d}",
                    "USD",
                    "completed",
                )
            )


def script(desk: Desktop) -> Iterator[None]:
    """What a person does meanwhile: scroll, filter, select, change the page; one step at a time."""
    window = desk.window
    while True:
        window.show_page("customers")
        pane = window.page("customers").list  # type: ignore[attr-defined]
        bar = pane.table.verticalScrollBar()
        for _ in range(60):
            bar.setValue(bar.value() + 240)
            if pane.table.model().canFetchMore(QModelIndex()) and bar.value() > bar.maximum() - 2_000:
                pane.table.model().fetchMore(QModelIndex())
            yield
        for letter in "harbor":
            QTest.keyClicks(pane.field, letter)
            yield
        pane.field.clear()
        for _ in range(8):
            QTest.keyClick(pane.table, Qt.Key.Key_Down)
            yield
        window.show_page("alerts")
        view = window.page("alerts").queue.view  # type: ignore[attr-defined]
        for _ in range(20):
            QTest.keyClick(view, Qt.Key.Key_Down)
            yield
        QTest.keyClick(view, Qt.Key.Key_Home)


@dataclass
class Stalls:
    """What the heartbeat saw, and what the import took."""

    late: list[float]
    seconds: float
    words: str


def stalls(desk: Desktop, file: Path | None) -> Stalls:
    """Run the script with a heartbeat, during an import or (without a file) for ten seconds of calm."""
    heart, steps = Heartbeat(), script(desk)
    stepper = QTimer(interval=40)
    stepper.timeout.connect(lambda: next(steps))
    ended: list[str] = []
    begun = time.perf_counter()
    heart.start()
    stepper.start()
    if file is None:
        pause(10_000)
        ended.append("no import")
    else:
        recipe = desk.book.workspace.recipe
        now = desk.book.workspace.at
        options = ImportOptions(entity="orders", source="bench", timezone="UTC")
        request = ImportRequest(recipe.store, str(file), now, PERSON, options)
        run = desk.book.run(ImportJob(recipe, (request,)))
        run.ended.connect(lambda outcome: ended.append(_said(outcome)))
        turn(lambda: bool(ended), LIMIT_SECONDS)
    stepper.stop()
    heart.stop()
    return Stalls(heart.late, time.perf_counter() - begun, ended[0] if ended else "not ended in time")


def _said(outcome: object) -> str:
    value = getattr(outcome, "value", None)
    if value is None:
        error = getattr(outcome, "error", None)
        return str(error) if isinstance(error, BellwetherError) else repr(outcome)
    result = value.files[0]
    return f"{result.receipt.rows['inserted']:,} rows inserted" if result.receipt else result.error


# -- report -------------------------------------------------------------------------------------------------------


def row(title: str, goal: str, values: list[float], unit: str) -> str:
    """One line: median, 99th percentile, longest, goal."""
    ordered = sorted(values)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    digits = 2 if unit == "s" else 1
    figures = "".join(f"{value:>10.{digits}f}" for value in (statistics.median(ordered), p99, ordered[-1]))
    return f"{title:<52}{figures} {unit:<3} {goal}"


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=1_000_000)
    chosen = parser.parse_args()
    store = big_book(BigBook(customers=chosen.customers, orders=chosen.orders))
    say(f"{chosen.customers:,} customers, {chosen.orders:,} orders\n")
    say(f"{'':<52}{'median':>10}{'p99':>10}{'longest':>10}     goal")
    with tempfile.TemporaryDirectory(prefix="bellwether-window-") as folder:
        copy = Path(folder) / "book.bellwether"
        shutil.copyfile(store, copy)
        say(row("process begun → queue painted with rows, warm", "≤ 0.5 s", first_page(copy), "s"))
        desk = opened(copy)
        turn(lambda: desk.window.page("alerts").detail.detail is not None)  # type: ignore[attr-defined]
        say(row("alert selected → detail painted", "≤ 100 ms", select_alerts(desk, 25), "ms"))
        say(row("key in the customers' filter → list painted", "≤ 50 ms", type_filters(desk), "ms"))
        say(row("window's thread late, script alone", "≤ 50 ms", stalls(desk, None).late, "ms"))
        file = Path(folder) / "orders.csv"
        write_orders(file, chosen.rows)
        found = stalls(desk, file)
        say(row("window's thread late, while rows are imported", "≤ 50 ms", found.late, "ms"))
        megabytes = file.stat().st_size / 1e6
        say(f"\nimported meanwhile: {megabytes:.0f} MB, {found.words}, scored, {found.seconds:.0f} s")
        closed(desk)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
