"""The composer on a book of 100,000 customers: from E to the painted email, its verdict, and typing without a stall.

Opening is measured in a window that has stood for a moment, as every one has by the time that an alert was read: the
pages that are asked for next are made ahead. The big book holds no alerts; the emails are to its customers.

    python -m tests.benchmarks.bench_composer [--customers N]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from PySide6.QtTest import QTest

from tests.benchmarks.bench_window import Heartbeat, Painted, closed, opened, pause, row, say, turn
from tests.benchmarks.big_book import BigBook, big_book
from views.desktop import Desktop

OPENINGS = 25
TYPED = (
    "Thank you for your order of last week, and for the 12 pieces before it. "
    "We have since moved your region to a second carrier, and it costs $40 less. "
    "Would Tuesday suit you for a short call? "
)


def open_emails(desk: Desktop, customers: list[int]) -> tuple[list[float], list[float]]:
    """Milliseconds from the request to the painted text, and to the painted verdict, of one email after the other."""
    page: Any = desk.window.page("composer")
    painted, verdict = Painted(page.mail.editor.viewport()), Painted(page.verdict)
    texts, verdicts = [], []
    for customer in customers:
        desk.window.show_page("customers")
        pause(300)
        begun = time.perf_counter()
        desk.window.show_email(customer)
        turn(lambda customer=customer: page.session is not None and page.session.edit.customer_id == customer)  # type: ignore[misc]
        shown = time.perf_counter()
        turn(lambda shown=shown: painted.last >= shown)  # type: ignore[misc]
        texts.append((painted.last - begun) * 1000)
        turn(lambda: page.session.review is not None and not page.session.checking)
        told = time.perf_counter()
        page.verdict.update()
        turn(lambda told=told: verdict.last >= told)  # type: ignore[misc]
        verdicts.append((verdict.last - begun) * 1000)
    return texts, verdicts


def type_words(desk: Desktop) -> tuple[list[float], list[float]]:
    """How late the window's thread is while somebody types, is checked and stored; and milliseconds of each key."""
    page: Any = desk.window.page("composer")
    editor, heart = page.mail.editor, Heartbeat()
    editor.setFocus()
    keys = []
    heart.start()
    for letter in TYPED * 2:
        begun = time.perf_counter()
        QTest.keyClicks(editor, letter)
        keys.append((time.perf_counter() - begun) * 1000)
        pause(330 if letter == "." else 25)
    pause(1_500)
    heart.stop()
    return heart.late, keys


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=1_000_000)
    chosen = parser.parse_args()
    store = big_book(BigBook(customers=chosen.customers, orders=chosen.orders))
    say(f"{chosen.customers:,} customers, {chosen.orders:,} orders\n")
    say(f"{'':<52}{'median':>10}{'p99':>10}{'longest':>10}     goal")
    with tempfile.TemporaryDirectory(prefix="bellwether-composer-") as folder:
        copy = Path(folder) / "book.bellwether"
        shutil.copyfile(store, copy)
        desk = opened(copy, "customers")
        desk.window.page("composer")
        with desk.book.workspace.store.snapshot() as driver:
            step = max(1, chosen.customers // OPENINGS)
            ids = [one for (one,) in driver.execute("SELECT id FROM customers WHERE id % ? = 1 ORDER BY id", (step,))]
        open_emails(desk, ids[:1])
        texts, verdicts = open_emails(desk, ids[1:])
        say(row("E → email painted", "≤ 100 ms", texts, "ms"))
        say(row("E → verdict painted", "≤ 300 ms", verdicts, "ms"))
        late, keys = type_words(desk)
        say(row("key in the text → taken", "≤ 50 ms", keys, "ms"))
        say(row("window's thread late, while somebody types", "≤ 50 ms", late, "ms"))
        closed(desk)


if __name__ == "__main__":
    main()
