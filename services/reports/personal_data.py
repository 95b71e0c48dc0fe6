"""Everything that the book holds about one customer: each row that leads to them, by the tables' own references."""

from __future__ import annotations

import json
from typing import Any, Final

from models.tables import metadata
from models.values.errors import UserError
from models.values.personal_data import PersonalData
from services.workspace import Workspace

#: Tables without rows of one customer: of the book as a whole, of products, and copies of what stands in the others.
ABOUT_NOBODY: Final = frozenset(
    {
        *("book", "dashboards", "documents", "import_changes", "import_rejects", "imports", "mappings", "model_fits"),
        *("policies", "products", "rules", "saved_views", "score_reports", "templates"),
        *("emails", "erasures", "likely_pairs", "pair_decisions", "people_keys"),  # worked out of the rows of customers
        *("journal", "journal_payloads"),  # told as history
    }
)
#: Conditions of those that are found by something else than a reference.
_BY_VALUE: Final = {
    "customers": "id = :id",
    "suppression_ledger": "address IN (SELECT value FROM identities WHERE kind = 'email' AND customer_id = :id)"
    " OR address IN (SELECT lower(email) FROM customers WHERE id = :id)"
    " OR address IN (SELECT lower(email) FROM contacts WHERE customer_id = :id)",
}
_FILES: Final = "SELECT file_name, source, started_at, actor FROM imports WHERE id IN (SELECT value FROM json_each(?))"


def conditions() -> dict[str, str]:
    """Return, by table, which of its rows are about the customer ``:id``."""
    found = dict(_BY_VALUE)
    for table in metadata.sorted_tables:
        if table.name in found or table.name in ABOUT_NOBODY:
            continue
        leads = {column.name: key.column.table.name for column in table.columns for key in column.foreign_keys}
        # The customer themselves where the row names them, else what it belongs to.
        themselves = [name for name, to in leads.items() if to == "customers"]
        ways = themselves or [name for name, to in leads.items() if to in found]
        if ways:
            inner = (f"{name} IN (SELECT id FROM {leads[name]} WHERE {found[leads[name]]})" for name in ways)
            found[table.name] = " OR ".join(inner)
    return found


def personal_data(workspace: Workspace, customer_id: int) -> PersonalData:
    """Return what the book holds about a customer.

    Raises
    ------
    UserError
        There is no such customer.
    """
    known = {"id": customer_id}
    with workspace.store.snapshot() as driver:
        named = driver.execute("SELECT name FROM customers WHERE id = :id", known).fetchone()
        if named is None:
            raise UserError(f"There is no customer {customer_id}. `bellwether customers` lists them.")
        tables: dict[str, tuple[dict[str, Any], ...]] = {}
        seen: set[int] = set()
        entries: dict[int, dict[str, str]] = {}
        for name, condition in conditions().items():
            cursor = driver.execute(f"SELECT * FROM {name} WHERE {condition}", known)
            titles = [one[0] for one in cursor.description]
            rows = [dict(zip(titles, row, strict=True)) for row in cursor]
            seen |= {row["import_id"] for row in rows if row.get("import_id")}
            tables[name] = tuple(
                {title: value for title, value in row.items() if value is not None and value != ""} for row in rows
            )
            if rows and "id" in rows[0]:
                told = driver.execute(_HISTORY, (name, json.dumps([str(row["id"]) for row in rows])))
                for number, at, actor, verb, words in told:
                    entries[number] = {"at": at, "actor": actor, "verb": verb, "words": words or ""}
        files = driver.execute(_FILES, (json.dumps(sorted(seen)),))
        named_files = ("file_name", "source", "started_at", "actor")
        tables["imports"] = tuple(dict(zip(named_files, row, strict=True)) for row in files)
    history = tuple(entries[number] for number in sorted(entries))
    return PersonalData(named[0], workspace.at, {name: rows for name, rows in tables.items() if rows}, history)


_HISTORY: Final = """
    SELECT DISTINCT j.id, j.at, j.actor, j.verb, json_extract(w.after, '$.words')
    FROM journal_payloads p JOIN journal j ON j.id = p.journal_id
    LEFT JOIN journal_payloads w ON w.journal_id = j.id AND w.operation = 'words'
    WHERE p.table_name = ? AND p.row_id IN (SELECT value FROM json_each(?))
"""


def as_json(found: PersonalData) -> bytes:
    """Return it as a JSON document."""
    document = {"name": found.name, "made_at": found.made_at, **found.tables, "history": list(found.history)}
    return (json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n").encode()
