"""From a file that arrives in a watched folder to the new alert in the open window, with the time that it took."""

from __future__ import annotations

import csv
import random
import shutil
import time
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from models.values.imports import ImportOptions, ImportRequest
from services.pipeline.jobs import import_files
from services.settings import Preferences, WatchedFolder
from services.workspace import Workspace
from tests.journeys.hands import Hands
from tests.measured import Tell
from tests.views.books import MOMENT, opened
from tests.views.conftest import OpenWindow
from views.shell import folder_watch

#: Customers of the book, and how many of them change; in `make soak` as many as a large shop has on a busy day.
SIZES = [(1_000, 200), pytest.param((5_000, 1_000), marks=pytest.mark.soak)]
TODAY = date.fromisoformat(MOMENT[:10])
ORDERS = ("order_id", "customer_id", "customer_name", "date", "amount", "currency")
REVIEWS = ("review_id", "customer_id", "product", "rating", "title", "text", "date")


def write(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    return path


def orders(customers: int) -> Iterable[Sequence[Any]]:
    """Some orders of each customer over two years, the last ones three days ago."""
    draw = random.Random(7)
    number = 0
    for customer in range(customers):
        day = TODAY - timedelta(days=draw.randrange(3, 700))
        while day < TODAY - timedelta(days=2):
            number += 1
            yield f"O{number}", f"C{customer}", f"Customer {customer}", day, f"{draw.uniform(20, 300):.2f}", "USD"
            day += timedelta(days=draw.randrange(40, 160))


def reviews(first: int, count: int, rating: int, day: date) -> Iterable[Sequence[Any]]:
    for customer in range(first, first + count):
        yield f"R{customer}-{day}", f"C{customer}", "Kettle", rating, "A word", "It broke.", day


@pytest.fixture(params=SIZES, ids="{0[0]} customers".format)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found


@pytest.fixture
def book(store_path: Path, tmp_path: Path, size: tuple[int, int]) -> Workspace:
    """A book of many customers with orders and some reviews, scored."""
    workspace = opened(store_path)
    files = (
        write(tmp_path / "orders.csv", ORDERS, orders(size[0])),
        write(tmp_path / "reviews.csv", REVIEWS, reviews(0, 40, 5, TODAY - timedelta(days=30))),
    )
    requests = tuple(
        ImportRequest(workspace.recipe.store, str(path), workspace.at, workspace.person, ImportOptions(timezone="UTC"))
        for path in files
    )
    done = import_files(workspace, requests, score=True, progress=lambda _p: None, cancelled=lambda: False)
    assert not [one.error for one in done.files if one.error]
    assert done.pipeline.scores is not None and done.pipeline.scores.customers == size[0]
    return workspace


def test_a_file_that_lands_becomes_alerts_in_the_open_window(
    qtbot: QtBot, open_window: OpenWindow, book: Workspace, size: tuple[int, int], tmp_path: Path, tell: Tell
) -> None:
    customers, changed = size
    folder = tmp_path / "exports"
    folder.mkdir()
    preferences = Preferences(watched=(WatchedFolder(str(folder), book.recipe.store),))
    hands = Hands(qtbot, open_window(book, preferences))
    hands.wait(lambda: hands.alerts.queue.model.rowCount() > 0)
    hands.calm()
    before = {alert.id for alert in hands.alerts.queue.model.open_alerts()}
    current = hands.alerts.queue.view.current
    hands.window.watch.begin()
    hands.wait(lambda: bool(hands.window.watch.states))

    ready = write(tmp_path / "reviews of today.csv", REVIEWS, reviews(500, changed, 1, TODAY - timedelta(days=1)))
    began = time.perf_counter()
    shutil.copyfile(ready, folder / ready.name)
    hands.wait(lambda: new_alert(hands, before))
    seconds = time.perf_counter() - began
    tell(
        f"{changed:,} changed customers in a book of {customers:,}: {seconds:.1f} s from the file’s arrival "
        f"to the new alert in the window (a look every {folder_watch.EVERY_MS / 1000:g} s included)"
    )
    assert hands.alerts.queue.view.current == current, "what the person looks at stays"
    assert (folder / ready.name).exists()
    hands.calm()
    assert "reviews of today.csv" in hands.window.toast.words
    hands.window.close()
    book.close()


def new_alert(hands: Hands, before: set[int]) -> bool:
    return (
        bool({alert.id for alert in hands.alerts.queue.model.open_alerts()} - before)
        or hands.alerts.queue.news.isVisible()
    )
