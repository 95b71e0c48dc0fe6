"""Builds orders from the rows of a file: tells purchases from other orders, and sets amounts beside their lines.

Orders of nothing but charges (see `services.sync.kinds.charges`) are revenue, and no purchases. Whether an amount
beside lines is the order's or the line's, its rows show and no header does: "Amount" beside a quantity and a price
is what the line costs in most lists of sales, and what the whole order costs in others. Taken for the wrong one, an
order is worth its dearest line, or several times what was paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from models import sqlite
from services.sync.apply.compare import compare, compare_again, locate
from services.sync.formats.headers import normal
from services.sync.formats.plan import Plan
from services.sync.kinds.charges import charges_among
from services.sync.kinds.vocabulary import vocabulary
from services.sync.stage.layout import CHANGED, Layout, Target

#: From so many orders on, a file most of whose orders would be charges alone is that of somebody who sells them.
_ORDERS_THAT_TELL: Final = 20
# How many orders may speak against what the others show.
_SLIPS: Final = 0.02
# So many orders of several rows, worth so many different amounts, show that one amount stands in all rows of an order.
_FEWEST: Final = 3
_OF_ORDERS: Final = frozenset(map(normal, vocabulary("order_totals")["words"]))


def compare_orders(db: sqlite.Connection, plan: Plan, layout: Layout, targets: Sequence[Target]) -> list[str]:
    """Put orders together from rows that are their lines, and compare both with the book; what a person should know."""
    (orders, lines), source = targets, plan.source
    warnings = settle_totals(db, plan)
    _put_orders_together(db, layout, keyless=orders.loose_keys)
    if layout.has_items:
        mark_charges(db, lines=True)
    known = locate(db, orders, source)
    compare(db, lines, source)
    if known:
        keep_charges(db, source, lines=True)
        _keep_what_is_not_said(db, plan)
        _settle_amounts(db, discounted="discount_minor" in layout.kept)
        compare_again(db, orders, source)
        _mark_order_changes(db)
    return warnings


def mark_charges(db: sqlite.Connection, *, lines: bool) -> None:
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


def keep_charges(db: sqlite.Connection, source: str, *, lines: bool) -> None:
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


def settle_totals(db: sqlite.Connection, plan: Plan) -> list[str]:
    """Decide whose amount it is, before orders are put together; nothing where a system or a person settled it.

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


def _is_of_lines(db: sqlite.Connection) -> bool:
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


def _is_of_orders(db: sqlite.Connection, *, named: bool) -> bool:
    """Whether one amount stands in all rows of each order."""
    several, differing, amounts = _orders(db, "amount_minor")
    if not several or differing > _SLIPS * several:
        return False
    return named or (several >= _FEWEST and amounts >= _FEWEST)


def _orders(db: sqlite.Connection, name: str) -> tuple[int, int, int]:
    """Orders of several rows: how many, in how many of them amounts differ, and how many amounts they have."""
    found = db.execute(
        f"""
        SELECT count(*), count(*) FILTER (WHERE low <> high), count(DISTINCT high) FROM (
            SELECT min({name}) AS low, max({name}) AS high FROM stage.r
            WHERE state IS NULL AND ord IS NOT NULL AND {name} IS NOT NULL GROUP BY ord HAVING count(*) > 1)
        """
    ).fetchone()
    return int(found[0]), int(found[1]), int(found[2])


def about_repeated_orders(db: sqlite.Connection) -> list[str]:
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


def _put_orders_together(db: sqlite.Connection, layout: Layout, *, keyless: bool) -> None:
    """Make orders from rows: the earliest time counts, amounts and discounts of lines add up."""
    if keyless:
        db.execute("UPDATE stage.r SET ord = key")
    staged = [name for name in layout.kept if name not in ("amount_minor", "kind")]
    gathered = {name: f"max({name})" for name in staged}
    gathered |= {name: f"min({name})" for name in ("ordered_on", "ordered_at") if name in gathered}
    if "discount_minor" in gathered:
        gathered["discount_minor"] = "sum(discount_minor)"
    gathered["amount_minor"] = "coalesce(max(total_minor), sum(amount_minor))"
    # Nobody buys for less than nothing, whatever a word of the file's own says.
    kind = "coalesce(min(kind), 'purchase')"
    gathered["kind"] = f"iif({kind} = 'purchase' AND {gathered['amount_minor']} < 0, 'return', {kind})"
    db.execute(
        f"""
        CREATE TABLE stage.o (key TEXT PRIMARY KEY, who INTEGER, {", ".join(gathered)}, first_row INTEGER,
            lines INTEGER, totalled INTEGER, file_minor INTEGER, target_id INTEGER, state INTEGER) WITHOUT ROWID
        """
    )
    db.execute(
        f"""
        INSERT INTO stage.o (key, who, {", ".join(gathered)}, first_row, lines, totalled, file_minor)
        SELECT ord, min(who), {", ".join(gathered.values())}, min(row), count(*), max(total_minor) IS NOT NULL,
               {gathered["amount_minor"]}
        FROM stage.r WHERE state IS NULL GROUP BY ord
        """
    )


def _keep_what_is_not_said(db: sqlite.Connection, plan: Plan) -> None:
    """Lines say nothing of an order's currency or of its cancellation where they have no column for it."""
    guessed = plan.currency == plan.basis.currency and not plan.basis.currency_said and plan.recognition.system is None
    if guessed and not plan.has("currency"):
        db.execute(
            "UPDATE stage.o SET currency = (SELECT t.currency FROM main.orders t WHERE t.id = o.target_id) "
            "WHERE target_id IS NOT NULL"
        )
    if plan.entity.name == "orders" and plan.recognition.system is None and not plan.has("kind"):
        db.execute(
            "UPDATE stage.o SET kind = 'cancellation' WHERE target_id IN "
            "(SELECT t.id FROM main.orders t WHERE t.kind = 'cancellation')"
        )


def _settle_amounts(db: sqlite.Connection, *, discounted: bool) -> None:
    """An order in the book whose lines change is worth what it was, plus what its lines gained or lost.

    Lines that an earlier file brought and this one does not have still count: an export may end in mid-order. An order
    that a file of whole orders brought is worth what that file said: its lines, which come now, are a part of that.
    """
    own = ["amount_minor", "currency", *(["discount_minor"] if discounted else [])]
    db.execute(
        """
        CREATE TABLE stage.whole AS SELECT o.key FROM stage.o o WHERE o.target_id IS NOT NULL AND NOT o.totalled
            AND NOT EXISTS (SELECT 1 FROM main.order_lines l WHERE l.order_id = o.target_id)
        """
    )
    db.execute(
        f"""
        UPDATE stage.o SET (kind, {", ".join(own)}) = (
            SELECT iif(o.kind = 'charge', o.kind, t.kind), {", ".join(f"t.{name}" for name in own)}
            FROM main.orders t WHERE t.id = o.target_id)
        WHERE key IN (SELECT key FROM stage.whole)
        """
    )
    db.execute("CREATE TABLE stage.deltas (ord TEXT PRIMARY KEY, delta INTEGER) WITHOUT ROWID")
    db.execute(
        f"""
        INSERT INTO stage.deltas
        SELECT r.ord, sum(r.amount_minor - coalesce(l.amount_minor, 0))
        FROM stage.r LEFT JOIN main.order_lines l ON l.id = r.target_id
        WHERE r.state IS NULL OR r.state = {CHANGED} GROUP BY r.ord
        """
    )
    db.execute(
        """
        UPDATE stage.o SET amount_minor =
            (SELECT t.amount_minor FROM main.orders t WHERE t.id = o.target_id)
            + coalesce((SELECT d.delta FROM stage.deltas d WHERE d.ord = o.key), 0)
        WHERE target_id IS NOT NULL AND NOT totalled AND key NOT IN (SELECT key FROM stage.whole)
        """
    )
    if discounted:
        db.execute(
            """
            UPDATE stage.o SET discount_minor = (SELECT t.discount_minor FROM main.orders t WHERE t.id = o.target_id)
            WHERE target_id IS NOT NULL
              AND lines < (SELECT count(*) FROM main.order_lines l WHERE l.order_id = o.target_id)
            """
        )


def _mark_order_changes(db: sqlite.Connection) -> None:
    """Where only the order itself changed, its first row is the changed one."""
    db.execute(
        f"""
        UPDATE stage.r SET note = 'order'
        WHERE row IN (
            SELECT first_row FROM stage.o WHERE state = {CHANGED} AND NOT EXISTS (
                SELECT 1 FROM stage.r q WHERE q.ord = o.key AND (q.state IS NULL OR q.state = {CHANGED})))
        """
    )
