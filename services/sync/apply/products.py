"""Which product of the book each product of the file is: by code, by name, and by name without blanks and case.

Rows keep the code and the name that their file gave. That they are of a product of the book is derived from these: it
is found out as well when the products come after the rows, and forgotten when the products go.
"""

from __future__ import annotations

from itertools import groupby

from models import sqlite, tables
from models.values.words import count as counted
from services.sync.kinds.words import loose_key
from services.sync.stage.layout import exists

# A book without a list of products knows none of a shop's thousands: that goes without saying. A few are named.
_FEW = 20
#: Tables whose rows name a product.
LINKED = tuple(table.name for table in tables.metadata.sorted_tables if "product_id" in table.c)


def match_items(db: sqlite.Connection, source: str) -> list[str]:
    """Find the file's products in the book.

    Returns
    -------
    list of str
        What a person should know: names that were only found loosely, and names that were not found.
    """
    if not exists(db, "main.products"):
        return _unknown_products(db, at_most=_FEW)
    loosely = _find(db, source)
    matched = [
        f"Matched “{name}” to product “{known}” ({counted(rows, 'row')})."
        for name, known, rows in _counted(db, loosely)
    ]
    return matched + _unknown_products(db)


def link_products(db: sqlite.Connection) -> None:
    """Link rows to products of the book where the rows came before the list of products."""
    named = " UNION ".join(
        f"SELECT source, sku, product_name FROM main.{table} "
        "WHERE product_id IS NULL AND coalesce(sku, product_name) IS NOT NULL"
        for table in LINKED
    )
    waiting = db.execute(f"{named} ORDER BY 1").fetchall()
    for source, items in groupby(waiting, key=lambda item: item[0]):
        db.execute("DROP TABLE IF EXISTS stage.items")
        db.execute("CREATE TABLE stage.items (what INTEGER PRIMARY KEY, sku, name, loose_key, product_id INTEGER)")
        db.executemany(
            "INSERT INTO stage.items (sku, name, loose_key) VALUES (?, ?, ?)",
            [(sku, name, loose_key(name) if name else None) for _, sku, name in items],
        )
        _find(db, source)
        db.execute("DELETE FROM stage.items WHERE product_id IS NULL")
        db.execute("CREATE INDEX stage.items_named ON items (sku, name)")
        for table in LINKED:
            db.execute(
                f"""
                UPDATE main.{table} AS t SET product_id = i.product_id FROM stage.items i
                WHERE t.product_id IS NULL AND t.source = ? AND i.sku IS t.sku AND i.name IS t.product_name
                """,
                (source,),
            )


def unlink_products(db: sqlite.Connection, import_id: int, stay: str) -> None:
    """Forget that rows are of products which an import brought: these go, the rows keep what their files said.

    `stay` is a JSON list of the products that do not go.
    """
    for table in LINKED:
        db.execute(
            f"UPDATE {table} SET product_id = NULL WHERE product_id IN (SELECT id FROM products "
            "WHERE import_id = ? AND id NOT IN (SELECT value FROM json_each(?)))",
            (import_id, stay),
        )


def _find(db: sqlite.Connection, source: str) -> list[int]:
    """Find the products of `stage.items`, those of the same system first; return items found only loosely."""
    for key, own in (("sku", "sku"), ("sku", "external_id"), ("name", "name")):
        db.execute(
            f"""
            UPDATE stage.items SET product_id = (
                SELECT p.id FROM main.products p WHERE p.{own} = items.{key}
                ORDER BY p.source <> :source, p.id LIMIT 1)
            WHERE product_id IS NULL AND {key} IS NOT NULL
            """,
            {"source": source},
        )
    db.create_function("loose_key", 1, lambda text: loose_key(text) if text else None, deterministic=True)
    db.execute("DROP TABLE IF EXISTS stage.loose")
    db.execute(
        "CREATE TABLE stage.loose AS SELECT loose_key(name) AS k, min(id) AS id, name FROM main.products GROUP BY 1"
    )
    found = db.execute(
        """
        UPDATE stage.items SET product_id = (SELECT l.id FROM stage.loose l WHERE l.k = items.loose_key)
        WHERE product_id IS NULL AND loose_key <> '' AND loose_key IN (SELECT k FROM stage.loose) RETURNING what
        """
    ).fetchall()
    return [what for (what,) in found]


def _counted(db: sqlite.Connection, items: list[int]) -> list[tuple[str, str, int]]:
    """Their names here and in the book, and how many rows have each; of the first of them."""
    named = """
        SELECT i.name, p.name, (SELECT count(*) FROM stage.r WHERE r.what = i.what)
        FROM stage.items i JOIN main.products p ON p.id = i.product_id WHERE i.what = ?
        """
    return [db.execute(named, (what,)).fetchone() for what in items[:20]]


def _unknown_products(db: sqlite.Connection, at_most: int | None = None) -> list[str]:
    """Product names that the book does not have; nothing is said of more than `at_most` of them."""
    unknown = db.execute(
        """
        SELECT i.name, count(*) FROM stage.items i JOIN stage.r ON r.what = i.what
        WHERE i.product_id IS NULL AND i.name IS NOT NULL GROUP BY i.name ORDER BY 2 DESC, 1
        """
    ).fetchall()
    if not unknown or (at_most is not None and len(unknown) > at_most):
        return []
    shown = ", ".join(f"{name} ({count:,})" for name, count in unknown[:8])
    rest = f" and {len(unknown) - 8:,} more" if len(unknown) > 8 else ""
    return [
        f"No product in the book for {counted(len(unknown), 'name')}: {shown}{rest}. Bellwether keeps them as text."
    ]
