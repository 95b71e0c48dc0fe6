"""Who was known at the end of an earlier day, for whoever looks at the book as of it.

Known is of whom anything is dated up to that day: that they signed up, began a contract, or any event. Nothing later is
looked at, so that what came afterwards moves nothing in a look back.
"""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Final

from models.values.errors import UserError
from models.values.words import day_of, full_day
from services.sources import SOURCES

_SIGNED: Final = ("signed_up_on", "contract_starts_on")
_DEALS: Final = ("opportunities", "opened_on")
#: Tables whose rows are customers' own, with the column of their day.
_EVENTS: Final = (*((table, day) for _, table, day in SOURCES if table != "stage_changes"), _DEALS)
#: SQL of the ids of customers who were known at the end of ``:day``.
KNOWN: Final = "SELECT c.id FROM customers c WHERE " + " OR ".join(
    [f"c.{column} <= :day" for column in _SIGNED]
    + [f"EXISTS (SELECT 1 FROM {table} e WHERE e.customer_id = c.id AND e.{day} <= :day)" for table, day in _EVENTS]
)
_BEGINS: Final = "SELECT min(day) FROM (" + " UNION ALL ".join(
    [f"SELECT min({column}) AS day FROM customers" for column in _SIGNED]
    + [f"SELECT min({day}) FROM {table} WHERE customer_id IS NOT NULL" for table, day in _EVENTS]
)


def known_customers(driver: sqlite3.Connection, day: date) -> tuple[int, ...]:
    """Return the ids of the customers who were known at the end of `day`, rising.

    Raises
    ------
    UserError
        The book begins later.
    """
    first = day_of(driver.execute(f"{_BEGINS})").fetchone()[0])
    if first is not None and first > day:
        raise UserError(
            f"The book begins on {full_day(first)}: nobody was known on {full_day(day)}. Name a day from then on."
        )
    return tuple(row[0] for row in driver.execute(f"{KNOWN} ORDER BY c.id", {"day": day.isoformat()}))
