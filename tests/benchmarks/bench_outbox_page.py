"""The Outbox page with 10,000 emails: opening it, scrolling it to the end, stepping, filtering, and the palette.

A frame is the time from a scroll until the list is painted. Stalls are how late a timer of the window's thread fires
while the list scrolls through every email and reads its pages on the way.

    python -m tests.benchmarks.bench_outbox_page [--messages N] [--customers N]
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from models.store import connect
from tests.benchmarks.bench_window import MOMENT, Heartbeat, Painted, closed, opened, pause, row, say, turn
from tests.benchmarks.big_book import BigBook, big_book
from views.desktop import Desktop, spare_collector
from views.outbox.page import OutboxPage

STEP_PX, STEPS, KEYS = 96, 400, 40
WORDS = ("september", "thank", "marl", "ok", "winter range")
COMMANDS = ("snooze", "setings", "marlow", "harb", "del", "ok", "next", "data", "sund")
BODY = "Thank you for your order of 7 September.\n\nWould a short call on Tuesday suit you?\n\nWarm regards"


def write_messages(store: Path, count: int) -> None:
    """Put emails into a book: nine in ten sent, the rest in every other state."""
    states = ("in_review", "queued", "failed", "in_doubt")
    now = datetime.fromisoformat(MOMENT).astimezone(UTC)
    driver = connect(store)
    try:
        ids = [found[0] for found in driver.execute("SELECT id FROM customers LIMIT ?", (count,))]
        rows = []
        for number in range(count):
            state = states[number // 10 % 4] if number % 10 == 0 else "sent"
            at = (now - timedelta(minutes=3 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
            due = (now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ") if state == "queued" else None
            rows.append((ids[number % len(ids)], state, f"Your September order ({number})", BODY, at, at, at,
                         at if state == "sent" else None, due, f"<{number}@bench.invalid>"))  # fmt: skip
        with driver:
            driver.execute("BEGIN")
            driver.executemany(
                "INSERT INTO messages (customer_id, state, goal, tone, writer, subject, greeting, body, created_at,"
                " created_by, changed_at, approved_at, approved_by, sent_at, due_at, message_id)"
                " VALUES (?, ?, 'thank', 'warm', 'person', ?, 'Hello,', ?, ?, 'Ada', ?, ?, 'Ada', ?, ?, ?)",
                rows,
            )
    finally:
        driver.close()


def page_of(desk: Desktop) -> OutboxPage:
    """The Outbox page, made at its first use."""
    page = desk.window.page("outbox")
    assert isinstance(page, OutboxPage)
    return page


def painted(widget: QWidget, act: object) -> float:
    """Milliseconds from an act to the paint that follows it."""
    seen = Painted(widget)
    begun = time.perf_counter()
    assert callable(act)
    act()
    turn(lambda: seen.last > begun)
    widget.removeEventFilter(seen)
    return (seen.last - begun) * 1000


def open_page(desk: Desktop) -> list[float]:
    """Until the page is painted with rows and the email, coming from another page."""
    page, found = page_of(desk), []
    seen = Painted(page.list.view.viewport())
    for _ in range(8):
        desk.window.show_page("alerts")
        turn(lambda: desk.background.idle)
        page._fresh = False
        begun = seen.last = time.perf_counter()
        desk.window.show_page("outbox")
        turn(lambda begun=begun: desk.background.idle and seen.last > begun)  # type: ignore[misc]
        found.append((time.perf_counter() - begun) * 1000)
    return found


def scroll(desk: Desktop, heart: Heartbeat) -> list[float]:
    """Scroll the sent emails from the first to the last, painting each step."""
    page = page_of(desk)
    page.list.show_tab("sent")
    turn(lambda: page.list.model.rowCount() > 0 and desk.background.idle)
    view, bar, frames = page.list.view, page.list.view.verticalScrollBar(), []
    heart.start()
    still = 0
    while still < 20:
        before = bar.value()
        frames.append(painted(view.viewport(), lambda: bar.setValue(bar.value() + STEP_PX * 8)))
        still = still + 1 if bar.value() == before else 0
        if still:
            pause(5)
            view.viewport().update()
    heart.stop()
    return frames[: -still or None]


def step(desk: Desktop) -> list[float]:
    """J until the next email is painted."""
    page, found = page_of(desk), []
    page.list.view.choose_row(0)
    turn(lambda: desk.background.idle)
    for _ in range(KEYS):
        begun = time.perf_counter()
        page.list.step(1)
        turn(lambda: desk.background.idle)
        found.append((time.perf_counter() - begun) * 1000)
    return found


def filter_text(desk: Desktop) -> list[float]:
    """A text until the list shows what it found."""
    page, found = page_of(desk), []
    for word in WORDS:
        begun = time.perf_counter()
        page.list.field.setText(word)
        page.list._read()
        turn(lambda: desk.background.idle)
        found.append((time.perf_counter() - begun) * 1000)
    page.list.field.clear()
    turn(lambda: desk.background.idle)
    return found


def palette(desk: Desktop) -> tuple[list[float], list[float]]:
    """Each key: until pages and commands are shown, and until the customers are there."""
    field, at_once, all_found = desk.window.search, [], []
    field.begin(None)
    for text in COMMANDS:
        field.clear()
        turn(lambda: desk.background.idle)
        for letter in text:
            begun = time.perf_counter()
            QTest.keyClicks(field, letter)
            field.results.repaint()
            at_once.append((time.perf_counter() - begun) * 1000)
            turn(lambda: not field._desk.waiting("search"))
            field.results.repaint()
            all_found.append((time.perf_counter() - begun) * 1000)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    return at_once, all_found


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=1_000_000)
    chosen = parser.parse_args()
    store = big_book(BigBook(customers=chosen.customers, orders=chosen.orders))
    say(f"{chosen.messages:,} emails, {chosen.customers:,} customers\n")
    say(f"{'':<52}{'median':>10}{'p99':>10}{'longest':>10}     goal")
    with tempfile.TemporaryDirectory(prefix="bellwether-outbox-") as folder:
        copy = Path(folder) / "book.bellwether"
        shutil.copyfile(store, copy)
        write_messages(copy, chosen.messages)
        desk = opened(copy)
        turn(lambda: desk.background.idle)
        heart = Heartbeat()
        spare_collector()
        say(row("page asked for → list and email painted", "≤ 100 ms", open_page(desk), "ms"))
        say(row("scroll → list painted, all the way down", "≤ 16 ms", scroll(desk, heart), "ms"))
        rows = page_of(desk).list.model.rowCount()
        say(row("window's thread late, while it scrolls", "≤ 50 ms", heart.late, "ms"))
        say(row("J → next email painted", "≤ 100 ms", step(desk), "ms"))
        say(row("text in the filter → list", "≤ 50 ms", filter_text(desk), "ms"))
        at_once, all_found = palette(desk)
        say(row("key in the palette → pages and commands", "≤ 50 ms", at_once, "ms"))
        say(row("key in the palette → customers too", "≤ 50 ms", all_found, "ms"))
        say(f"\nrows read while scrolling: {rows:,}")
        closed(desk)


if __name__ == "__main__":
    main()
