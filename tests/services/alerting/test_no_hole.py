"""No hole: who stops has an alert, or is counted among those who have none for a reason, until they return.

Books are lived through as they would be: orders come in, everybody is scored, the rules look. Rhythms go from weekly to
yearly, from as regular as an invoice to quite uneven.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from models.store.driver import driver_of
from services.alerting import evaluate, win_back_without_alert
from services.book.overdue import Overdue, count_overdue
from services.scoring import score_due
from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.scoring.silence import IMPROBABLE, OWN_GAPS, silence_p
from tests.services.scoring.books import Book, simulated_orders
from tests.services.scoring.made_up import made_up_book

pytestmark = pytest.mark.usefixtures("few_stumps")

RHYTHMS = (7, 14, 30, 91, 365)
BEGIN, END = date(2025, 7, 1), date(2026, 11, 19)
#: Days from which on a silence that is improbable must have an alert or a reason.
WITHIN = 30
#: Customers of other rhythms, so that the book has something to learn from; they come and go.
CROWD = 60
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass
class Stopped:
    """A customer whose orders end (or pause, until `back`), and since when their silence is improbable."""

    gap: int
    days: list[int]
    back: list[int] = field(default_factory=list)
    improbable: int = 0


def _made(rng: np.random.Generator, gap: int, returns: bool) -> Stopped:
    """Orders of a rhythm that stops between the first day that is lived through and a third of the way to the last."""
    spread = float(rng.uniform(0.03, 1.0))
    last = BEGIN.toordinal() + int(rng.integers(-gap, 120))
    count = int(rng.integers(OWN_GAPS, OWN_GAPS + (4 if gap > 300 else 12)))
    gaps = np.maximum(np.round(rng.gamma(spread**-2, gap * spread**2, count)), 1).astype(int)
    days = sorted((last - np.cumsum([0, *gaps])).tolist())
    stopped = Stopped(gap, days)
    later = range(last, last + 40 * gap + 400)  # in which a silence only gets less probable
    stopped.improbable = later[bisect_left(later, True, key=lambda day: _improbable(days, day))]
    if returns:
        stopped.back = [stopped.improbable + WITHIN + 60]
    return stopped


def _improbable(days: list[int], day: int) -> bool:
    orders = [(0, one - _EPOCH, 1000.0) for one in days]
    ledger = Ledger(made_up_book(1, day - _EPOCH, orders=orders), day - _EPOCH)
    return bool(silence_p(ledger, features_at(ledger))[0] <= IMPROBABLE)


def _book(path: Path, seed: int, each: int) -> tuple[Book, dict[int, Stopped], list[tuple[int, date, int]]]:
    """An empty book, who stops in it by id, and all orders to come, in their order."""
    rng = np.random.default_rng(seed)
    book = Book(path, f"{BEGIN.isoformat()}T09:00:00+00:00")
    orders = simulated_orders(CROWD, BEGIN - timedelta(days=900), END, seed)
    who: dict[int, Stopped] = {}
    for gap in RHYTHMS:
        for number in range(each):
            one = who[CROWD + 1 + len(who)] = _made(rng, gap, returns=number == 0)
            minor = int(rng.lognormal(8.5, 1.0))
            orders += [(CROWD + len(who), date.fromordinal(day), minor) for day in (*one.days, *one.back)]
    book.add_customers(CROWD + len(who))
    return book, who, sorted(orders, key=lambda order: order[1])


def _lived(book: Book, orders: list[tuple[int, date, int]], step: int) -> Iterator[date]:
    """Each day on which somebody looks, with all orders so far in the book, everybody scored and the rules run."""
    day, done = BEGIN, 0
    while day <= END:
        till = next((place for place, order in enumerate(orders) if order[1] > day), len(orders))
        workspace = book.at(day)
        book.add_orders(orders[done:till])
        done = till
        score_due(workspace)
        evaluate(workspace)
        yield day
        day += timedelta(days=step)


def _open(book: Book) -> dict[int, set[int]]:
    """The open alerts of each customer about a risk: that somebody may buy more says nothing of silence."""
    found: dict[int, set[int]] = {}
    with book.workspace.store.read() as connection:
        for customer, alert in connection.exec_driver_sql(
            "SELECT customer_id, id FROM alerts WHERE state NOT IN ('resolved', 'not_useful')"
            " AND kind = 'risk' AND customer_id > ?",
            (CROWD,),
        ):
            found.setdefault(customer, set()).add(alert)
    return found


def _why_none(book: Book, customer: int) -> str:
    """Why a customer has no alert, as the list of customers counts it; '' where no count has them."""
    workspace = book.workspace
    with workspace.store.read() as connection:
        standing = connection.exec_driver_sql(
            "SELECT standing FROM customer_risk_scores WHERE customer_id = ?", (customer,)
        ).scalar()
        told: Overdue = count_overdue(
            driver_of(connection), workspace.policy, workspace.clock.now(), " AND s.customer_id = ?", (customer,)
        )
    if standing == "lost" or (standing == "win_back" and win_back_without_alert(workspace)):
        return str(standing)
    return "low" if told.low else "closed" if told.closed else ""


def _holes(book: Book, who: Mapping[int, Stopped], orders: list[tuple[int, date, int]], step: int) -> list[str]:
    """Where the law is broken, in words."""
    found: list[str] = []
    had: dict[int, date] = {}
    reasons: dict[int, str] = {}
    for day in _lived(book, orders, step):
        named, today = _open(book), day.toordinal()
        for customer, one in who.items():
            returned = bool(one.back) and today >= one.back[0]
            said = f"customer {customer} (every {one.gap} days), {today - one.improbable} days after it was improbable"
            # An order on the last of their days is a return from the silence before it.
            if customer in had and customer not in named and not returned:
                found.append(f"{said}: the alert of {had.pop(customer)} is gone")
            if customer in named and today > one.days[-1]:
                had.setdefault(customer, day)
            due = one.improbable + WITHIN - step < today
            if due and not returned and customer not in named:
                reasons[customer] = _why_none(book, customer)
                if not reasons[customer]:
                    found.append(f"{said}: neither an alert nor a reason")
    assert had, "nobody had an alert: the law was not tried"
    return found


def test_who_stops_has_an_alert_or_a_counted_reason_until_they_return(tmp_path: Path) -> None:
    book, who, orders = _book(tmp_path / "book.db", seed=10, each=4)
    assert _holes(book, who, orders, step=15) == []
    book.workspace.close()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_no_hole_in_any_of_several_books_looked_at_every_few_days(tmp_path: Path, seed: int) -> None:
    book, who, orders = _book(tmp_path / "book.db", seed, each=12)
    assert _holes(book, who, orders, step=6) == []
    book.workspace.close()
