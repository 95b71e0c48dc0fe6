"""The public books as arrays, past the importer: purchases by day, money in minor units."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np

from services.scoring.events import BookEvents, Series, day_number
from tests.services.scoring.cdnow import read_purchases
from tests.services.scoring.made_up import made_up_book

Purchase = tuple[str, date, int]


def book_of(purchases: Iterable[Purchase]) -> BookEvents:
    """A book of nothing but purchases, through the day of the last of them."""
    rows = list(purchases)
    ids = {name: place for place, name in enumerate(dict.fromkeys(row[0] for row in rows))}
    columns = np.array(sorted((ids[name], day_number(day), minor) for name, day, minor in rows), np.int64)
    orders = Series(columns[:, 0], columns[:, 1], {"value": columns[:, 2].astype(np.float64)})
    empty = made_up_book(len(ids), int(columns[:, 1].max()))
    return empty.__class__(
        **{
            **{name: getattr(empty, name) for name in empty.__dataclass_fields__},
            "orders": orders,
            "known_sources": frozenset({"orders"}),
            "newest_order": empty.as_of,
        }
    )


def cdnow(data: Path) -> BookEvents:
    """All 23,570 customers of CDNOW."""
    return book_of(read_purchases(data))


def online_retail(data: Path) -> BookEvents:
    """Online Retail without cancellations and without lines of no price, quantity or customer; one order an invoice."""
    total: dict[tuple[str, str, str], float] = defaultdict(float)
    with gzip.open(data / "online-retail" / "online_retail.csv.gz", "rt", encoding="utf-8", errors="replace") as file:
        for line in csv.DictReader(file):
            quantity, price = float(line["Quantity"]), float(line["UnitPrice"])
            if line["CustomerID"] and not line["InvoiceNo"].startswith("C") and quantity > 0 and price > 0:
                total[line["CustomerID"], line["InvoiceNo"], line["InvoiceDate"][:10]] += quantity * price
    return book_of((who, date.fromisoformat(day), round(100 * paid)) for (who, _, day), paid in total.items())
