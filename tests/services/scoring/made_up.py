"""Made-up event arrays for the pure parts of scoring, without a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from services.scoring.events import BookEvents, Series
from services.scoring.habit_series import DEALS, DISCOUNTS, LEAVING, MIX, RENEWALS, USE, VISITS
from services.scoring.series import kind_series

Event = tuple[int, int, float]

_VALUES = {
    "orders": ("value",),
    "linked_returns": ("original", "value", "cancels"),
    "loose_returns": ("value",),
    "tickets": ("resolved", "sentiment", "satisfaction"),
    "surveys": ("score",),
    "reviews": ("score", "sentiment"),
    "mails": (),
    "answers": (),
    "own_mails": (),
    "activities": (),
    "contracts": ("left",),
    "departures": ("back",),
    "deals": ("deal", "step"),
    "mix": ("kind",),
    "discounted": ("value",),
    "visits": (),
    "uses": ("kind",),
    "renewals": (),
    "leaving": (),
}
#: What a book calls each series of which it knows that it has it.
_CALLED = {
    "orders": "orders",
    "tickets": "tickets",
    "deals": DEALS,
    "mix": MIX,
    "discounted": DISCOUNTS,
    "visits": VISITS,
    "uses": USE,
    "renewals": RENEWALS,
    "leaving": LEAVING,
}
#: The day of what has not happened.
NEVER = 2_932_896.0


def series(name: str, events: Sequence[Sequence[float]]) -> Series:
    """A series of (customer, day, values…), put in order."""
    ordered = sorted(events, key=lambda event: (event[0], event[1]))
    columns = np.array(ordered, float).reshape(len(ordered), 2 + len(_VALUES[name])).T
    if name in ("mix", "uses"):
        return kind_series(*(column.astype(np.int64) for column in columns))
    if name == "leaving":
        return Series(columns[0].astype(np.int64), columns[1].astype(np.int64), {"glad": np.full(len(ordered), NEVER)})
    values = {column: columns[2 + place] for place, column in enumerate(_VALUES[name])}
    return Series(columns[0].astype(np.int64), columns[1].astype(np.int64), values)


def made_up_book(customers: int, as_of: int, **events: Sequence[Sequence[float]]) -> BookEvents:
    """A book of customers 1 to n whose events are given by row (from 0) and day number."""
    known = {name: series(name, events.get(name, ())) for name in _VALUES}
    orders = known["orders"]
    return BookEvents(
        customer_ids=np.arange(1, customers + 1),
        as_of=as_of,
        currency="USD",
        unconverted=int(np.isnan(orders.values["value"]).sum()),
        known_sources=frozenset(called for name, called in _CALLED.items() if known[name].row.size),
        newest_order=int(orders.day.max()) if orders.day.size else None,
        **known,
    )


def read_through(book: BookEvents, day: int) -> BookEvents:
    """The book as it would have been read at the end of an earlier day."""
    earlier = {name: getattr(book, name).until(day) for name in _VALUES}
    for name, ended in (("contracts", "left"), ("departures", "back")):
        on = earlier[name].values[ended]
        earlier[name] = replace(earlier[name], values={ended: np.where(on > day, NEVER, on)})
    return replace(book, as_of=day, **earlier)
