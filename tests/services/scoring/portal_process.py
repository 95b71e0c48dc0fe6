"""Books of companies that order through a portal, use its features and are offered deals, and some of whom turn away.

Nobody's model: customers buy at steady rates until something goes wrong. What it was shows in one channel (features
that are no longer used, visits that stop, a deal that is lost) or in none, and from then on they hardly buy. It happens
all through the past, so that the past can teach it; only the newest declines are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from tests.services.scoring.books import Book

AS_OF = date(2026, 6, 30)
HISTORY_DAYS = 430
CAUSES = ("silent", "use", "visits", "deal")
#: Codes of the reasons that name a cause.
NAMED_BY = {
    "silent": frozenset({"gap"}),
    "use": frozenset({"use"}),
    "visits": frozenset({"visits"}),
    "deal": frozenset({"deals"}),
}
#: What is left of a customer's rate, and which declines are new at the book's end: by days since.
_LEFT = 0.03
_NEWEST, _OLDEST = 24, 70
_NEVER = 10_000
_FEATURES = ("Orders", "Invoices", "Reports", "Stock", "Prices")


@dataclass
class PortalBook:
    """The rows of a book through `AS_OF`, why whom turned away lately, and who has not begun to."""

    customers: int
    orders: list[tuple[int, date, int]] = field(default_factory=list)
    activities: list[dict[str, Any]] = field(default_factory=list)
    deals: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    causes: dict[int, str] = field(default_factory=dict)
    faithful: list[int] = field(default_factory=list)

    def put_into(self, book: Book) -> None:
        """Write the rows as an import would."""
        book.add_customers(self.customers)
        book.add_orders(self.orders)
        book.add("activities", self.activities)
        book.add("opportunities", self.deals)
        book.add("stage_changes", self.changes)

    def act(self, customer: int, day: float, kind: str, subject: str | None = None) -> None:
        """Add one activity."""
        self.activities.append({"customer_id": customer, "happened_on": _day(day), "kind": kind, "subject": subject})

    def deal(self, customer: int, opened: int, closed: int, stage: str) -> None:
        """Add a deal with its history: qualified on the way, and closed as `stage` if that is by the book's end."""
        number = len(self.deals) + 1
        ended = closed <= HISTORY_DAYS
        self.deals.append(
            {"id": number, "customer_id": customer, "stage": stage if ended else "Qualified", "opened_on": _day(opened),
             "closes_on": _day(closed)}
        )  # fmt: skip
        for day, to in ((opened + 8, "Qualified"), (closed, stage)):
            if day <= HISTORY_DAYS:
                self.changes.append({"opportunity_id": number, "to_stage": to, "changed_on": _day(day)})


def _day(number: float) -> str:
    return str(AS_OF - timedelta(days=HISTORY_DAYS - int(number)))


def portal_book(seed: int, customers: int = 400) -> PortalBook:
    """Draw a book; the same seed draws the same."""
    rng = np.random.default_rng(seed)
    made = PortalBook(customers)
    for customer in range(1, customers + 1):
        turns, cause = _NEVER, ""
        if rng.random() < 0.8:
            turns, cause = int(rng.integers(110, HISTORY_DAYS + 120)), CAUSES[int(rng.integers(len(CAUSES)))]
        _buy(rng, made, customer, turns)
        _use(rng, made, customer, turns if cause == "use" else _NEVER)
        _visit(rng, made, customer, turns if cause == "visits" else _NEVER)
        _negotiate(rng, made, customer, turns, lost=cause == "deal")
        if _NEWEST <= HISTORY_DAYS - turns <= _OLDEST:
            made.causes[customer] = cause
        if turns > HISTORY_DAYS + 50:
            made.faithful.append(customer)
    return made


def _buy(rng: np.random.Generator, made: PortalBook, customer: int, turns: int) -> None:
    gap, level = rng.uniform(5.0, 11.0), 5_000 * rng.lognormal(0.0, 0.5)
    day = rng.uniform(0.0, 60.0)
    while day <= HISTORY_DAYS:
        if day < turns or rng.random() < _LEFT:
            on = AS_OF - timedelta(days=HISTORY_DAYS - int(day))
            made.orders.append((customer, on, int(level * rng.lognormal(0.0, 0.2))))
        day += max(rng.gamma(3.0, gap / 3.0), 1.0)


def _use(rng: np.random.Generator, made: PortalBook, customer: int, turns: int) -> None:
    """Most features every fortnight; one of them from three weeks before the turn on."""
    for day in range(int(rng.integers(0, 14)), HISTORY_DAYS + 1, 14):
        for feature in _FEATURES:
            if feature == "Orders" or (day < turns - 21 and rng.random() < 0.9):
                made.act(customer, min(day + rng.integers(0, 6), HISTORY_DAYS), "feature_use", feature)


def _visit(rng: np.random.Generator, made: PortalBook, customer: int, turns: int) -> None:
    """A visit a week; none from three weeks before the turn on."""
    for day in range(int(rng.integers(0, 7)), HISTORY_DAYS - 4, 7):
        if day < turns - 21:
            made.act(customer, day + rng.integers(0, 5), "store_visit")


def _negotiate(rng: np.random.Generator, made: PortalBook, customer: int, turns: int, *, lost: bool) -> None:
    """A deal a quarter is won, while they are customers; the cause of turning away may be one that is lost."""
    begin = int(rng.integers(0, 90))
    for opened in range(begin, HISTORY_DAYS + 1, 90):
        if opened + 40 < turns - 5:
            made.deal(customer, opened, opened + 40, "Won")
    if lost and turns - 45 <= HISTORY_DAYS:
        made.deal(customer, turns - 45, turns - int(rng.integers(1, 5)), "Lost")
