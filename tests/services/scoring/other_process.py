"""Books from another process than the one that the models assume, with shocks of known cause.

Customers leave at any time of their lives instead of after a purchase (Pareto/NBD: Schmittlein, Morrison and Colombo
1987, "Counting your customers: who are they and what will they do next?"), buy less in summer, and spend log-normal
amounts whose spread is nobody's Gamma. A few regular customers meet a shock and hardly buy from then on; what it was
shows in the channel in which it happened, and nowhere else. Days after the book's end are drawn too: what came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from services.scoring.events import BookEvents, day_number
from tests.services.scoring.books import Book
from tests.services.scoring.made_up import made_up_book

AS_OF = date(2026, 6, 30)
LATER_DAYS = 365
_HISTORY_DAYS = 1096
CAUSES = ("silent", "service", "product", "price", "mail")
#: Codes of the reasons that name a cause.
NAMED_BY = {
    "silent": frozenset({"gap", "recency"}),
    "service": frozenset({"tickets", "satisfaction", "sentiment"}),
    "product": frozenset({"reviews"}),
    "price": frozenset({"value", "spend"}),
    "mail": frozenset({"email", "mails"}),
}
#: What is left of a customer's rate after a shock.
_LEFT = 0.04
_SHOCKED_SHARE = 0.6
_FEWEST_PURCHASES = 9
_CHEAPER_ORDERS = 4
_CHEAPER = 0.35


@dataclass
class OtherBook:
    """The rows of a book through `AS_OF`, what was spent afterwards, and why whom fell silent.

    `later`: minor units spent by each customer in the `LATER_DAYS` after; `first_later`: days until the first purchase
    of that time; `causes`: of the customers who met a shock.
    """

    customers: int
    orders: list[dict[str, Any]] = field(default_factory=list)
    tickets: list[dict[str, Any]] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)
    later: dict[int, int] = field(default_factory=dict)
    first_later: dict[int, int] = field(default_factory=dict)
    causes: dict[int, str] = field(default_factory=dict)

    def as_events(self) -> BookEvents:
        """The orders alone as arrays, past any store."""
        rows = [
            (row["customer_id"] - 1, day_number(date.fromisoformat(row["ordered_on"])), float(row["amount_minor"]))
            for row in self.orders
        ]
        return made_up_book(self.customers, day_number(AS_OF), orders=rows)

    def put_into(self, book: Book) -> None:
        """Write the rows as an import would."""
        book.add_customers(self.customers)
        for table in ("orders", "tickets", "reviews"):
            book.add(table, getattr(self, table))
        book.add("email_events", self.mails)


@dataclass(frozen=True)
class _Life:
    """One customer as drawn: rate a day, day of birth and of death (of `_HISTORY_DAYS`), usual amount."""

    customer: int
    rate: float
    born: float
    dies: float
    amount: float


def simulated(seed: int, customers: int = 900) -> OtherBook:
    """Draw a book; the same seed draws the same."""
    rng = np.random.default_rng(seed)
    made = OtherBook(customers)
    for customer in range(1, customers + 1):
        rate = rng.gamma(1.3, 1 / 28) + 1e-4
        born = float(rng.integers(0, _HISTORY_DAYS - 30))
        life = _Life(customer, rate, born, born + rng.exponential(1 / rng.gamma(1.6, 1 / 700)), 4000 * rng.lognormal())
        days = _purchase_days(rng, life)
        cause = _shock(rng, made, life, days)
        if cause is None:
            _spend(rng, made, life, days)
        _talk(rng, made, life, cause)
    return made


def _day(number: float) -> str:
    return (AS_OF - timedelta(days=_HISTORY_DAYS - int(number))).isoformat()


def _in_season(day: float) -> float:
    return 1.0 + 0.25 * np.cos(2 * np.pi * (day % 365.25) / 365.25)


def _purchase_days(rng: np.random.Generator, life: _Life) -> list[int]:
    """Days of purchases over history and the days after, thinned by the season."""
    found, day = [int(life.born)], life.born
    end = min(life.dies, _HISTORY_DAYS + LATER_DAYS)
    while True:
        day += rng.exponential(1 / (1.25 * life.rate))
        if day > end:
            return sorted(set(found))
        if rng.random() < _in_season(day) / 1.25:
            found.append(int(day))


def _shock(rng: np.random.Generator, made: OtherBook, life: _Life, days: Sequence[int]) -> str | None:
    """A shock to some of the regular customers who live: their purchases become few, and its trace is left."""
    gap = 1 / life.rate
    on = int(_HISTORY_DAYS - max(4.0 * gap, 25.0) - rng.integers(0, 8))
    before = [day for day in days if day < on]
    regular = gap <= 17 and len(before) >= _FEWEST_PURCHASES and life.dies > _HISTORY_DAYS + LATER_DAYS
    if not (regular and rng.random() < _SHOCKED_SHARE):
        return None
    cause = CAUSES[len(made.causes) % len(CAUSES)]
    made.causes[life.customer] = cause
    kept = [*before, *(day for day in days if day >= on and rng.random() < _LEFT)]
    cheaper = frozenset(before[-_CHEAPER_ORDERS:]) if cause == "price" else frozenset()
    _spend(rng, made, life, kept, cheaper)
    if cause == "service":
        for after in (0, 6):
            made.tickets.append(_ticket(life.customer, on + after, -0.8, 1))
    if cause == "product":
        made.reviews.append({"customer_id": life.customer, "reviewed_on": _day(on), "rating": 1, "sentiment": -0.8})
    return cause


def _spend(
    rng: np.random.Generator, made: OtherBook, life: _Life, days: Sequence[int], cheaper: frozenset[int] = frozenset()
) -> None:
    for day in days:
        minor = int(life.amount * rng.lognormal(0.0, 0.35) * (_CHEAPER if day in cheaper else 1.0)) + 100
        if day <= _HISTORY_DAYS:
            made.orders.append(_order(life.customer, day, minor))
        else:
            made.later[life.customer] = made.later.get(life.customer, 0) + minor
            made.first_later.setdefault(life.customer, day - _HISTORY_DAYS)


def _order(customer: int, day: int, minor: int) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_on": _day(day), "amount_minor": minor, "currency": "USD",
            "kind": "purchase"}  # fmt: skip


def _ticket(customer: int, day: float, sentiment: float, satisfaction: int) -> dict[str, Any]:
    return {"customer_id": customer, "opened_on": _day(day), "resolved_on": _day(day + 1), "sentiment": sentiment,
            "satisfaction": satisfaction, "status": "solved"}  # fmt: skip


def _talk(rng: np.random.Generator, made: OtherBook, life: _Life, cause: str | None) -> None:
    """What everybody says and reads: content tickets and reviews now and then, and a mail every three weeks."""
    end = min(life.dies, _HISTORY_DAYS)
    for day in np.sort(rng.uniform(life.born, end, rng.poisson((end - life.born) / 400))).tolist():
        made.tickets.append(_ticket(life.customer, min(day, end - 1), float(rng.uniform(0.0, 0.6)), 4))
    for day in np.sort(rng.uniform(life.born, end, rng.poisson((end - life.born) / 500))).tolist():
        made.reviews.append({"customer_id": life.customer, "reviewed_on": _day(day), "rating": 4, "sentiment": 0.5})
    for day in range(int(life.born) + 5, _HISTORY_DAYS, 21):
        message = f"{life.customer}-{day}"
        made.mails.append({"customer_id": life.customer, "happened_on": _day(day), "kind": "sent", "message": message})
        ignored = cause == "mail" and day > _HISTORY_DAYS - 200
        if not ignored and rng.random() < 0.4:
            made.mails.append(
                {"customer_id": life.customer, "happened_on": _day(day + 1), "kind": "clicked", "message": message}
            )
