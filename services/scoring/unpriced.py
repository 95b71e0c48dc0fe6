"""Orders in a currency without a rate: what is said of them, and of the customers who have no others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.values.words import count
from services.scoring.events import BookEvents


def unpriced(book: BookEvents) -> int:
    """Of how many customers every order is in a currency without a rate."""
    orders, customers = book.orders, book.customer_ids.size
    nothing = np.isnan(orders.values["value"])
    every = np.bincount(orders.row, minlength=customers)
    unknown = np.bincount(orders.row[nothing], minlength=customers)
    return int(((every > 0) & (every == unknown)).sum())


def about_unpriced(book: BookEvents) -> Iterator[str]:
    """What a run says of orders that count without a value; nothing without any."""
    if not book.unconverted:
        return
    yield (
        f"{book.unconverted:,} orders are in a currency without a rate to {book.currency}: "
        "they count as purchases without a value. Add the rate in the settings."
    )
    without = unpriced(book)
    if without:
        yield f"Of {count(without, 'customer')} every order is: no value is told of them, and none is summed."
