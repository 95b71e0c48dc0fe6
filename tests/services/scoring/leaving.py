"""Made-up books in which one channel alone tells who is about to leave: orders say nothing of it until they stop."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from services.scoring.events import BookEvents
from services.scoring.habit_series import LOST, MOVED, OPENED, WON
from services.scoring.model_selection import Window, windows
from tests.services.scoring.made_up import made_up_book

AS_OF, DAYS, HORIZON = 20_000, 900, 60
_GAP = 10.0
_TRACE = {"deals": 30, "mix": 130, "discounted": 130, "visits": 35, "uses": 30}
_NEVER = 10_000

Events = dict[str, list[tuple[float, ...]]]


@dataclass
class Leaving:
    """A book with the day on which each customer bought last, of those who leave by the book's end (else far away)."""

    book: BookEvents
    last: np.ndarray

    def windows(self, count: int) -> list[Window]:
        """The newest windows, a month apart."""
        return windows(self.book, [AS_OF - HORIZON - 30 * back for back in range(count - 1, -1, -1)], HORIZON)


@dataclass
class _Customer:
    """Who buys every ten days or so through day `leaves`, and what they do beside it from day `turns` on."""

    who: int
    turns: int
    days: list[int]
    rng: np.random.Generator
    events: Events = field(default_factory=dict)

    def add(self, name: str, day: float, *values: float) -> None:
        self.events.setdefault(name, []).append((self.who, AS_OF - DAYS + int(day), *values))

    def deals(self) -> None:
        """A deal every two months: won, or lost when they turn away."""
        for number, opened in enumerate(range(self.days[0], self.days[-1], 60)):
            closed = opened + 25
            if closed > min(self.turns, self.days[-1]):
                break
            for day, step in ((opened, OPENED), (opened + 10, MOVED), (closed, WON)):
                self.add("deals", day, 100 * self.who + number, step)
        if self.turns <= self.days[-1]:
            for day, step in ((self.turns - 20, OPENED), (self.turns, LOST)):
                self.add("deals", day, 100 * self.who + 99, step)

    def mix(self) -> None:
        """Two of eight products an order; always the same one from the turn on."""
        for day in self.days:
            for product in self.rng.choice(8, 2, replace=False).tolist() if day < self.turns else (3,):
                self.add("mix", day, product)

    def discounted(self) -> None:
        """One order in ten has a discount; from the turn on each."""
        for day in self.days:
            if day >= self.turns or self.rng.random() < 0.1:
                self.add("discounted", day, 100)

    def visits(self) -> None:
        """A visit every five days, none from the turn on; papers are read as ever."""
        for day in range(self.days[0], self.days[-1] + 1, 5):
            if day < self.turns:
                self.add("visits", day + self.rng.integers(0, 4))
            self.add("activities", day)

    def uses(self) -> None:
        """Five features every week; one of them from the turn on."""
        for day in range(self.days[0], self.days[-1] + 1, 7):
            for feature in range(5 if day < self.turns else 1):
                self.add("uses", day, feature)


def leaving_book(channel: str, seed: int, customers: int = 700) -> Leaving:
    """Half of the customers leave, at a day of their own; `channel` tells of it some weeks or months before."""
    rng = np.random.default_rng(seed)
    events: Events = {"orders": []}
    last = np.full(customers, _NEVER)
    for who in range(customers):
        begins, leaves = int(rng.integers(0, 250)), int(rng.integers(450, 1_250))
        days = np.unique((begins + np.cumsum(rng.gamma(4.0, _GAP / 4.0, 150))).astype(int))
        days = days[days <= min(leaves, DAYS)]
        turns = leaves - _TRACE[channel] if leaves <= DAYS else _NEVER
        customer = _Customer(who, turns, days.tolist(), rng)
        for day in days.tolist():
            customer.add("orders", day, 100)
        getattr(customer, channel)()
        for name, rows in customer.events.items():
            events.setdefault(name, []).extend(row for row in rows if row[1] <= AS_OF)
        if leaves <= DAYS:
            last[who] = AS_OF - DAYS + int(days[-1])
    return Leaving(made_up_book(customers, AS_OF, **events), last)
