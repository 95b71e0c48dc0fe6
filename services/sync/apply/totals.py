"""Whether an amount beside the lines of an order is the order's or the line's: its rows show it, no header does.

"Amount" beside a quantity and a price is what the line costs in most lists of sales, and what the whole order costs in
others. Taken for the wrong one, an order is worth its dearest line, or several times what was paid.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from services.sync.formats.headers import normal
from services.sync.formats.plan import Plan
from services.sync.kinds.vocabulary import vocabulary

# How many orders may speak against what the others show.
_SLIPS: Final = 0.02
# So many orders of several rows, worth so many different amounts, show that one amount stands in all rows of an order.
_FEWEST: Final = 3
_OF_ORDERS: Final = frozenset(map(normal, vocabulary("order_totals")["words"]))


def settle_totals(db: sqlite3.Connection, plan: Plan) -> list[str]:
    """Decide whose amount it is, before orders are put together; nothing where a system or a person settled it.

    Parameters
    ----------
    db : sqlite3.Connection
        Connection of the store with the staging file of order lines attached.
    plan : Plan

    Returns
    -------
    list of str
        What a person should know.
    """
    column = plan.column("amount")
    if column is None or plan.recognition.system is not None or "amount" in plan.said:
        return []
    if plan.has("unit_price", "line_total"):
        if not _is_of_lines(db):
            return []
        db.execute("UPDATE stage.r SET amount_minor = total_minor, total_minor = NULL WHERE total_minor IS NOT NULL")
        return [f"“{column.header}” was read as the amount of each row, because it differs within orders."]
    if not _is_of_orders(db, named=normal(column.header) in _OF_ORDERS):
        return []
    db.execute("UPDATE stage.r SET total_minor = amount_minor, amount_minor = 0")
    return [f"“{column.header}” was counted once for each order, because it is the same in all rows of an order."]


def _is_of_lines(db: sqlite3.Connection) -> bool:
    """Whether amounts are what quantity and price make, or differ within orders."""
    filled, same = db.execute(
        """
        SELECT count(*), count(*) FILTER (WHERE abs(total_minor - amount_minor) <= 1) FROM stage.r
        WHERE state IS NULL AND total_minor IS NOT NULL
        """
    ).fetchone()
    if filled and same >= (1 - _SLIPS) * filled:
        return True
    several, differing, _ = _orders(db, "total_minor")
    return differing > _SLIPS * several


def _is_of_orders(db: sqlite3.Connection, *, named: bool) -> bool:
    """Whether one amount stands in all rows of each order."""
    several, differing, amounts = _orders(db, "amount_minor")
    if not several or differing > _SLIPS * several:
        return False
    return named or (several >= _FEWEST and amounts >= _FEWEST)


def _orders(db: sqlite3.Connection, name: str) -> tuple[int, int, int]:
    """Orders of several rows: how many, in how many of them amounts differ, and how many amounts they have."""
    found = db.execute(
        f"""
        SELECT count(*), count(*) FILTER (WHERE low <> high), count(DISTINCT high) FROM (
            SELECT min({name}) AS low, max({name}) AS high FROM stage.r
            WHERE state IS NULL AND ord IS NOT NULL AND {name} IS NOT NULL GROUP BY ord HAVING count(*) > 1)
        """
    ).fetchone()
    return int(found[0]), int(found[1]), int(found[2])


def about_repeated_orders(db: sqlite3.Connection) -> list[str]:
    """What a person should know of orders in several rows of a file that has no lines: the last row counts."""
    if not db.execute("SELECT 1 FROM stage.sqlite_master WHERE name = 'twice'").fetchone():
        return []
    (count,) = db.execute(
        """
        SELECT count(*) FROM (
            SELECT 1 FROM stage.r WHERE key IN (SELECT key FROM stage.twice)
            GROUP BY key HAVING min(amount_minor) <> max(amount_minor))
        """
    ).fetchone()
    if not count:
        return []
    noun = "order appears" if count == 1 else "orders appear"
    return [
        f"{count:,} {noun} in several rows with different amounts; the last one counts. "
        "If they are lines of an order, say which column is the line total."
    ]
