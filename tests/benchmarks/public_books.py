"""CDNOW and Online Retail as arrays of events, read past the importer: what the benchmarks of scoring measure on."""

from __future__ import annotations

import csv
import gzip
import os
from datetime import date
from pathlib import Path

import numpy as np

from services.scoring.events import BookEvents, Series, day_number
from services.sync.kinds.charges import charges_among
from tests.services.scoring.cdnow import read_purchases
from tests.services.scoring.made_up import made_up_book


def data_folder() -> Path:
    """The folder of the public data sets: beside the project, or where BELLWETHER_DATA says."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return Path(os.environ.get("BELLWETHER_DATA", beside))


def _series(owner: list[str], day: list[int], minor: list[int]) -> tuple[int, Series]:
    """Events of customers numbered in the order of their names, by customer and day."""
    names, row = np.unique(np.array(owner), return_inverse=True)
    days, amounts = np.array(day, np.int64), np.array(minor, np.float64)
    order = np.lexsort((amounts, days, row))
    return names.size, Series(row[order].astype(np.int64), days[order], {"value": amounts[order]})


def book_of(customers: int, orders: Series, last: date, loose_returns: Series | None = None) -> BookEvents:
    """A book of orders, and of returns that name none, read through the day `last`."""
    empty = made_up_book(customers, day_number(last))
    return BookEvents(
        **{
            **{name: getattr(empty, name) for name in BookEvents.__dataclass_fields__},
            "orders": orders,
            "loose_returns": loose_returns or empty.loose_returns,
            "known_sources": frozenset({"orders"}),
            "newest_order": int(orders.day.max()),
        }
    )


def cdnow(data: Path) -> BookEvents:
    """CDNOW's master file: 23,570 customers, January 1997 to June 1998."""
    owner, day, cents = zip(*read_purchases(data), strict=True)
    customers, orders = _series(list(owner), [day_number(one) for one in day], list(cents))
    return book_of(customers, orders, date(1998, 6, 30))


def online_retail(data: Path) -> BookEvents:
    """Online Retail: one purchase an invoice of a known customer; invoices that begin with C are returns.

    Invoices of charges alone, as postage, stand with the returns: they are amounts, and no purchases.
    """
    orders: dict[tuple[str, str, str], int] = {}
    returns: dict[tuple[str, str, str], int] = {}
    with gzip.open(data / "online-retail" / "online_retail.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
        items = sorted({(row["StockCode"], row["Description"]) for row in rows})
        charges = {item for item, is_one in zip(items, charges_among(items), strict=True) if is_one}
        goods = {row["InvoiceNo"] for row in rows if (row["StockCode"], row["Description"]) not in charges}
        for row in rows:
            who, price, pieces = row["CustomerID"], float(row["UnitPrice"]), int(row["Quantity"])
            if not who or price <= 0:
                continue
            back = row["InvoiceNo"].startswith("C")
            if back == (pieces < 0):
                key = (who, row["InvoiceNo"], row["InvoiceDate"][:10])
                found = returns if back or row["InvoiceNo"] not in goods else orders
                found[key] = found.get(key, 0) + round(price * pieces * 100)
    names = sorted({who for who, _, _ in orders})
    number = {who: place for place, who in enumerate(names)}

    def series(events: dict[tuple[str, str, str], int]) -> Series:
        kept = sorted(
            (number[who], day_number(date.fromisoformat(on)), pence)
            for (who, _, on), pence in events.items()
            if who in number
        )
        owner, day, pence = (np.array(column) for column in zip(*kept, strict=True))
        return Series(owner.astype(np.int64), day.astype(np.int64), {"value": pence.astype(np.float64)})

    return book_of(len(names), series(orders), date(2011, 12, 9), series(returns))


def groceries(customers: int = 2_000, seed: int = 1, days: int = 480) -> BookEvents:
    """Weekly shoppers through 2024-10-04, of another process than the models assume.

    They skip weeks as they please, shop within a day of their weekday after gamma gaps, stay away over two weeks of
    holidays, and leave for good at any time, 1.5 % of them a month.
    """
    rng = np.random.default_rng(seed)
    last = 20_000
    orders = []
    for shopper in range(customers):
        begun = float(rng.integers(0, 7) + (0 if rng.random() < 0.6 else rng.integers(0, days * 4 // 5)))
        skips, leaves = rng.beta(2.0, 6.0), begun + rng.exponential(30.4 / rng.gamma(2.0, 0.0075))
        value, on = rng.lognormal(8.6, 0.5), begun
        while on < min(days, leaves):
            away = 200 <= on % 365 < 214 and rng.random() < 0.6
            if not away and rng.random() > skips:
                orders.append((shopper, last - days + int(on), round(value * rng.lognormal(0.0, 0.4))))
            on += 7.0 * max(rng.gamma(20.0, 0.05), 0.3)
    return made_up_book(customers, last, orders=orders)
