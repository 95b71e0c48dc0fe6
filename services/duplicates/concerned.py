"""Query module: whose name, address or number changed in some entries of the journal.

An import of orders touches thousands of customers and changes who none of them is: only those are looked at again whose
own row, identities or merged records an entry wrote.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

from models import sqlite

#: Tables that say who a customer is.
FACTS: Final = ("customers", "identities", "merged_customers")


def concerned(db: sqlite.Connection, entries: Collection[int]) -> frozenset[int]:
    """Numbers of the customers whom some entries concern, those who are gone included."""
    asked = json.dumps(sorted(entries))
    named = ", ".join(f"'{name}'" for name in FACTS)
    found = {
        row[0]
        for row in db.execute(
            f"""
            SELECT CAST(CASE WHEN table_name = 'customers' THEN row_id
                             ELSE json_extract(coalesce(after, before), '$.customer_id') END AS INTEGER)
            FROM journal_payloads WHERE journal_id IN (SELECT value FROM json_each(?)) AND table_name IN ({named})
            """,
            (asked,),
        )
    }
    found |= _before(db, asked)
    found |= _imported(db, asked)
    return frozenset(found - {None, 0})


def _before(db: sqlite.Connection, asked: str) -> set[int]:
    """Customers from whom an identity went to another."""
    return {
        row[0]
        for row in db.execute(
            """
            SELECT json_extract(before, '$.customer_id') FROM journal_payloads
            WHERE journal_id IN (SELECT value FROM json_each(?)) AND table_name IN ('identities', 'merged_customers')
              AND before IS NOT NULL
            """,
            (asked,),
        )
    }


def _imported(db: sqlite.Connection, asked: str) -> set[int]:
    """Customers whom imports brought, changed, or learnt an address or a number of."""
    cursor = db.execute(
        "SELECT id FROM imports WHERE journal_id IN (SELECT value FROM json_each(?)) AND undone_by IS NULL", (asked,)
    )
    numbers = ", ".join(str(row[0]) for row in cursor)
    if not numbers:
        return set()
    cursor = db.execute(
        f"""
        SELECT id FROM customers WHERE import_id IN ({numbers})
        UNION SELECT customer_id FROM identities WHERE import_id IN ({numbers})
        UNION SELECT row_id FROM import_changes WHERE import_id IN ({numbers}) AND table_name = 'customers'
        """
    )
    return {row[0] for row in cursor}


def undone_imports(db: sqlite.Connection, entries: Collection[int]) -> frozenset[int]:
    """Those of some entries that took an import back: their rows are gone, and nothing says whose they were."""
    asked = json.dumps(sorted(entries))
    cursor = db.execute(
        "SELECT id FROM journal WHERE verb = 'undo-import' AND id IN (SELECT value FROM json_each(?))", (asked,)
    )
    return frozenset(row[0] for row in cursor)
