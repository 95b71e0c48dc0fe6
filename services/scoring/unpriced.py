"""What a run says of the book's purchases: what they are, in a currency without a rate, and who has none at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from models.values.words import count, full_day
from services.scoring.events import EPOCH, BookEvents


def unpriced(book: BookEvents) -> int:
    """Of how many customers every order is in a currency without a rate."""
    orders, customers = book.orders, book.customer_ids.size
    nothing = np.isnan(orders.values["value"])
    every = np.bincount(orders.row, minlength=customers)
    unknown = np.bincount(orders.row[nothing], minlength=customers)
    return int(((every > 0) & (every == unknown)).sum())


def about_purchases(book: BookEvents) -> Iterator[str]:
    """What a run says of purchases that are won deals or count without a value, and of contacts that have none."""
    if book.of_deals:
        yield "The book has no orders: won deals count as purchases on the day they closed."
    if book.contacts:
        are = "contact without purchases is" if book.contacts == 1 else "contacts without purchases are"
        yield f"{book.contacts:,} {are} not scored."
    if not book.unconverted:
        return
    one = book.unconverted == 1
    yield (
        f"{count(book.unconverted, 'order')} {'is' if one else 'are'} in a currency without a rate to {book.currency}: "
        f"{'it counts as a purchase' if one else 'they count as purchases'} without a value. Add the rate in the "
        "settings."
    )
    without = unpriced(book)
    if without:
        yield (
            f"{count(without, 'customer')} bought only in such a currency: they have no value and are left out of "
            "totals."
        )


def left_out(book: BookEvents) -> str:
    """Say how many orders are dated after the day of the scores; nothing where there are none."""
    day = full_day(EPOCH + timedelta(days=book.as_of))
    many = book.later_orders != 1
    said = f"{count(book.later_orders, 'order')} dated after {day} {'are' if many else 'is'} left out until"
    return f"{said} {'their' if many else 'its'} day" if book.later_orders else ""
