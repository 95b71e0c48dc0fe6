"""New customers of several files that are checked together: each counts at the first file that brings it.

What earlier files would bring stands in a small book of its own, and each file's new customers are looked up there by
the matcher itself, as the import will look them up.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from models import sqlite
from models.store import Store
from models.store.encrypted import attach_staging
from models.values.imports import Receipt
from services.sync.apply.match import match_people, own_key
from services.sync.apply.write import KNOWN_BY
from services.sync.formats.plan import Plan
from services.sync.stage.layout import IGNORED, layout_of, targets_of

#: The tables that the matcher looks into; customers of the real book have their number below 0.
_BOOK: Final = """
CREATE TABLE customers (
    id INTEGER PRIMARY KEY, source TEXT, external_id TEXT, name TEXT, company TEXT, phone TEXT, country TEXT,
    file INTEGER
);
CREATE UNIQUE INDEX customers_key ON customers (source, external_id);
CREATE TABLE identities (
    customer_id INTEGER, kind TEXT, source TEXT, value TEXT, UNIQUE (kind, value, source, customer_id)
);
CREATE INDEX identities_customer ON identities (customer_id, kind, source);
CREATE TABLE contacts (customer_id INTEGER, source TEXT, external_id TEXT, email TEXT);
CREATE TABLE orders (customer_id INTEGER, source TEXT, external_id TEXT);
CREATE TABLE merged_customers (customer_id INTEGER, source TEXT, external_id TEXT);
CREATE TABLE erasures (kind TEXT, mark TEXT);
"""


class Newcomers:
    """The customers whom the files of a batch bring, file by file in the order of their import."""

    def __init__(self) -> None:
        self._db = sqlite.connect("", isolation_level=None)
        self._db.executescript(_BOOK)
        self._files: list[str] = []

    def close(self) -> None:
        """Forget them all."""
        self._db.close()

    def count(self, book: Store, staging: Path, plan: Plan, receipt: Receipt, *, comes: bool = True) -> Receipt:
        """Take the customers of earlier files out of a file's new ones, and keep the others for later files.

        Parameters
        ----------
        book : Store
        staging : Path
            The book, and the checked file; nothing is written into them.
        plan : Plan
            With the system that the file's ids belong to.
        receipt : Receipt
            What the check found, compared with the book alone.
        comes : bool, optional
            Whether the file is imported with the others; not while it is to be decided what it means.
        """
        if not layout_of(plan).has_people:
            return receipt
        own, db = plan.entity.customer == "self", self._db
        attach_staging(db, book.path, book.key, "book")
        attach_staging(db, staging, book.key, "file")
        db.execute("ATTACH '' AS stage")
        try:
            _copy(db, own=own)
            match_people(db, plan, plan.source)
            counted = self._counted(receipt, own=own)
            if comes:
                self._files.append(Path(receipt.file).name)
                self._keep(plan.source, own=own)
                if plan.entity.name == "contacts":
                    self._keep_contacts(plan)
            return counted
        finally:
            db.execute("DETACH stage")
            db.execute("DETACH file")
            db.execute("DETACH book")

    def _counted(self, receipt: Receipt, *, own: bool) -> Receipt:
        unknown = "SELECT who FROM stage.people WHERE customer_id IS NULL"
        left = (
            f"SELECT count(*) FROM stage.r WHERE who IN ({unknown})"
            if own
            else "SELECT count(DISTINCT head) FROM stage.people WHERE customer_id IS NULL"
        )
        created = receipt.customers["created"]
        earlier = created - int(self._db.execute(left).fetchone()[0])
        if earlier <= 0:
            return receipt
        files = self._db.execute(
            "SELECT DISTINCT c.file FROM main.customers c JOIN stage.people p ON p.customer_id = c.id"
            " WHERE p.new ORDER BY c.file"
        ).fetchall()
        customers = {**receipt.customers, "created": created - earlier, "earlier": earlier}
        return replace(receipt, customers=customers, earlier_files=tuple(self._files[file] for (file,) in files))

    def _keep(self, source: str, *, own: bool) -> None:
        """Make customers of those who are left, and remember by what each is known, as the import will."""
        db = self._db
        if own:
            db.execute("UPDATE stage.people SET head = who WHERE customer_id IS NULL")
        names = {"source": source, "file": len(self._files) - 1}
        names["last"] = db.execute("SELECT coalesce(max(id), 0) FROM main.customers WHERE id > 0").fetchone()[0]
        db.execute(
            f"""
            INSERT OR IGNORE INTO main.customers
            SELECT coalesce(customer_id, :last + who), iif(customer_id IS NULL, :source, NULL),
                   iif(customer_id IS NULL, {own_key(own=own)}, NULL), coalesce(name, ''), company, phone_text, country,
                   :file
            FROM stage.people WHERE customer_id IS NOT NULL OR head = who
            """,
            names,
        )
        db.execute(
            "UPDATE stage.people SET customer_id = :last + head WHERE customer_id IS NULL AND head IS NOT NULL", names
        )
        if own:
            db.execute(
                "UPDATE main.customers AS c SET name = p.name FROM stage.people p"
                " WHERE p.customer_id = c.id AND p.name IS NOT NULL"
            )
        # By what the book knows them: two ids of one system stay two customers, whatever else they share.
        db.execute(
            """
            INSERT OR IGNORE INTO main.identities SELECT -customer_id, kind, source, value FROM book.identities
            WHERE customer_id IN (SELECT -customer_id FROM stage.people WHERE customer_id < 0)
            """
        )
        for kind, column, system in KNOWN_BY:
            db.execute(
                f"""
                INSERT OR IGNORE INTO main.identities
                SELECT customer_id, '{kind}', {system}, {column} FROM stage.people
                WHERE customer_id IS NOT NULL AND {column} IS NOT NULL
                """,
                names,
            )

    def _keep_contacts(self, plan: Plan) -> None:
        """Remember who speaks for a customer: later rows with that person's id or address are the customer's."""
        (target,) = targets_of(plan, layout_of(plan))
        customer, address = target.columns["customer_id"], target.columns.get("email", "NULL")
        self._db.execute(
            f"INSERT INTO main.contacts SELECT {customer}, ?, s.key, {address} FROM file.r s"
            f" WHERE s.state IS NULL OR s.state < {IGNORED}",
            (plan.source,),
        )


def _copy(db: sqlite.Connection, *, own: bool) -> None:
    """Copy the people of a checked file, as they were matched with the book."""
    rows = f"SELECT who FROM file.r WHERE state IS NULL OR state < {IGNORED}" if own else ""
    db.execute(
        f"""
        CREATE TABLE stage.people AS
        SELECT *, customer_id IS NULL AS new FROM file.people
        WHERE staged {f"AND who IN ({rows})" if own else ""}
        """
    )
    db.execute("CREATE UNIQUE INDEX stage.people_who ON people (who)")
    db.execute("UPDATE stage.people SET customer_id = -customer_id, head = NULL")
    if own:
        db.execute("CREATE TABLE stage.r AS SELECT who, key, state FROM file.r WHERE state IS NULL")
        db.execute("CREATE INDEX stage.r_of_people ON r (who)")
