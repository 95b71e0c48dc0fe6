"""Since when a customer is one, and who was known at the end of an earlier day, for whoever looks at the book as of it.

Known is of whom anything is dated up to that day: that they signed up, began a contract, or any event. Nothing later is
looked at, so that what came afterwards moves nothing in a look back.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from models import sqlite
from models.queries.purchases import PURCHASES
from models.values.errors import UserError
from models.values.words import day_of, full_day
from services.book.sources import SOURCES

_DEALS: Final = ("opportunities", "opened_on")
_CONTRACTS: Final = ("contracts", "starts_on")
#: Tables whose rows are customers' own, with the column of their day.
_EVENTS: Final = (*((table, day) for _, table, day in SOURCES if table != "stage_changes"), _DEALS, _CONTRACTS)
#: SQL of the ids of customers who were known at the end of ``:day``.
KNOWN: Final = "SELECT c.id FROM customers c WHERE " + " OR ".join(
    ["c.signed_up_on <= :day"]
    + [f"EXISTS (SELECT 1 FROM {table} e WHERE e.customer_id = c.id AND e.{day} <= :day)" for table, day in _EVENTS]
)
_BEGINS: Final = "SELECT min(day) FROM (" + " UNION ALL ".join(
    ["SELECT min(signed_up_on) AS day FROM customers"]
    + [f"SELECT min({day}) FROM {table} WHERE customer_id IS NOT NULL" for table, day in _EVENTS]
)


#: The days from which somebody may be a customer: as their record has it, and that of the first order.
_SINCE: Final = (
    f"SELECT signed_up_on, (SELECT min(ordered_on) FROM {PURCHASES} o WHERE o.customer_id = ?1 AND o.kind = 'purchase'"
    " AND ordered_on <= ?2) FROM customers WHERE id = ?1"
)
#: By the index over days; only a book without orders is walked through.
_FIRST_ORDER: Final = "SELECT ordered_on FROM orders WHERE kind = 'purchase' ORDER BY ordered_on LIMIT 1"
_FIRST_DEAL: Final = f"SELECT min(ordered_on) FROM {PURCHASES} WHERE kind = 'purchase'"
_BEGINNING_DAYS: Final = 31


def customer_since(driver: sqlite.Connection, customer_id: int, today: date) -> tuple[date | None, bool]:
    """Return since when a customer is one, and whether by an order: a CRM's record may be younger than that.

    Of who ordered in the first month of the book nobody knows: the orders before it are not in it.
    """
    since, ordered = since_and_first_order(driver, customer_id, today)
    return since, since is not None and since == ordered


def since_and_first_order(driver: sqlite.Connection, customer_id: int, today: date) -> tuple[date | None, date | None]:
    """The same day, and that of the first order; None for one that the book may not reach back to."""
    signed, ordered = map(day_of, driver.execute(_SINCE, (customer_id, today.isoformat())).fetchone() or (None, None))
    if ordered is not None and signed != ordered:
        first = day_of((driver.execute(_FIRST_ORDER).fetchone() or driver.execute(_FIRST_DEAL).fetchone())[0])
        if first is not None and (ordered - first).days <= _BEGINNING_DAYS:
            signed, ordered = (None if signed is None or ordered < signed else signed), None
    since = ordered if ordered is not None and (signed is None or ordered < signed) else signed
    return (since if since is not None and since <= today else None), ordered


def known_customers(driver: sqlite.Connection, day: date) -> tuple[int, ...]:
    """Return the ids of the customers who were known at the end of `day`, rising.

    Raises
    ------
    UserError
        The book begins later.
    """
    first = day_of(driver.execute(f"{_BEGINS})").fetchone()[0])
    if first is not None and first > day:
        raise UserError(
            f"The book begins on {full_day(first)}: it has no customers on {full_day(day)}. Name a day from then on."
        )
    return tuple(row[0] for row in driver.execute(f"{KNOWN} ORDER BY c.id", {"day": day.isoformat()}))
