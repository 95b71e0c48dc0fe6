"""Orders of nothing but charges (see `services.sync.kinds.charges`) are revenue, and no purchases."""

from __future__ import annotations

import sqlite3
from typing import Final

from services.sync.kinds.charges import charges_among

#: From so many orders on, a file most of whose orders would be charges alone is that of somebody who sells them.
_ORDERS_THAT_TELL: Final = 20


def mark_charges(db: sqlite3.Connection, *, lines: bool) -> None:
    """Give orders of charges alone their kind; `lines`: the rows are lines, put together in `stage.o`."""
    items = db.execute("SELECT what, sku, name FROM stage.items").fetchall()
    found = charges_among([(sku, name) for _, sku, name in items])
    db.execute("CREATE TABLE stage.charges (what INTEGER PRIMARY KEY)")
    charges = [(what,) for (what, *_), is_charge in zip(items, found, strict=True) if is_charge]
    db.executemany("INSERT INTO stage.charges VALUES (?)", charges)
    if not charges:
        return
    orders, order = ("o", "r.ord") if lines else ("r", "r.key")
    # Few rows are charges: orders of anything else are looked for among theirs alone.
    db.execute(
        f"""
        CREATE TABLE stage.of_charges AS SELECT {order} AS key FROM stage.r
        WHERE what IN (SELECT what FROM stage.charges) AND state IS NULL AND {order} IS NOT NULL GROUP BY 1
        """
    )
    if lines:
        db.execute("CREATE INDEX IF NOT EXISTS stage.r_ord ON r (ord)")
        db.execute(
            """
            DELETE FROM stage.of_charges WHERE key IN (SELECT ord FROM stage.r WHERE state IS NULL
                AND (what IS NULL OR what NOT IN (SELECT what FROM stage.charges)))
            """
        )
    marked = "kind = 'purchase' AND key IN (SELECT key FROM stage.of_charges)"
    total, charged = db.execute(f"SELECT count(*), count(*) FILTER (WHERE {marked}) FROM stage.{orders}").fetchone()
    if total < _ORDERS_THAT_TELL or charged <= total / 2:
        db.execute(f"UPDATE stage.{orders} SET kind = 'charge' WHERE {marked}")


def keep_charges(db: sqlite3.Connection, source: str, *, lines: bool) -> None:
    """What the book knows of an order's other lines counts too: those that this file does not have.

    A file of whole orders says nothing of their lines; one of lines may hold a part of an order.
    """
    if not lines:
        db.execute(
            "UPDATE stage.r SET kind = 'charge' WHERE kind = 'purchase' AND key IN"
            " (SELECT external_id FROM main.orders WHERE source = ? AND kind = 'charge')",
            (source,),
        )
        return
    db.execute(
        """
        UPDATE stage.o SET kind = 'purchase' WHERE kind = 'charge' AND EXISTS (
            SELECT 1 FROM main.order_lines l JOIN main.orders t ON t.id = l.order_id
            WHERE l.order_id = o.target_id AND t.kind = 'purchase'
              AND l.id NOT IN (SELECT r.target_id FROM stage.r r WHERE r.ord = o.key AND r.target_id IS NOT NULL))
        """
    )
