"""Take a customer out of the book with everything that refers to them, in one unit of work that an undo brings back.

What no one may forget stays: the suppression ledger keeps a "no" of their address. Scores are computed, so they go
without an image and are computed again after an undo.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from models import sqlite
from models.store import UnitOfWork
from models.tables import COMPUTED_TABLES, customers, metadata, suppression_ledger
from models.values.changes import Changes
from models.values.errors import UserError
from services.duplicates.parts import UNDER_WAY, UNSAID, joined_words, noun_of
from services.workspace import Workspace

VERB = "delete-customer"


def delete_customer(workspace: Workspace, customer_id: int) -> Changes:
    """Delete a customer with all that refers to them.

    Raises
    ------
    UserError
        There is no such customer, or an email to them is on its way.
    """
    with workspace.store.unit_of_work(workspace.me, VERB, f"customer:{customer_id}", at=workspace.at) as work:
        name = refuse_on_its_way(work, customer_id, "delete")
        going = going_with(work, customer_id)
        delete_rows(work, customer_id, going)
        work.say(_words(name, {table: len(ids) for table, ids in going.items()}))
        return work.commit()


def refuse_on_its_way(work: UnitOfWork, customer_id: int, verb: str) -> str:
    """Return a customer's name; refuse to delete or erase them while an email to them is on its way.

    Raises
    ------
    UserError
        That is so, or there is no such customer.
    """
    name = customer_name(work, customer_id)
    if email_on_its_way(work.driver, customer_id):
        raise UserError(f"An email to {name} is on its way. Stop it in the outbox first, then {verb} the customer.")
    return name


def email_on_its_way(driver: sqlite.Connection, customer_id: int) -> bool:
    """Return whether an email to a customer is approved and not known to have arrived."""
    states = ", ".join(f"'{state}'" for state in (*UNDER_WAY, "in_doubt"))
    found = f"SELECT 1 FROM messages WHERE customer_id = ? AND state IN ({states}) LIMIT 1"
    return driver.execute(found, (customer_id,)).fetchone() is not None


def customer_name(work: UnitOfWork, customer_id: int) -> str:
    """Return a customer's name.

    Raises
    ------
    UserError
        There is no such customer.
    """
    name = work.connection.execute(select(customers.c.name).where(customers.c.id == customer_id)).scalar()
    if name is None:
        raise UserError(f"There is no customer {customer_id}. “bellwether customers” lists them.")
    return str(name)


def delete_rows(work: UnitOfWork, customer_id: int, going: dict[str, Sequence[int | str]]) -> None:
    """Delete a customer's rows, as `going_with` names them."""
    # Rows of one table refer to each other too: what is left at the end has to hold together, not each step.
    work.sql("PRAGMA defer_foreign_keys = ON")
    for table in COMPUTED_TABLES:
        work.execute(delete(table).where(table.c.customer_id == customer_id))
    for table in reversed(metadata.sorted_tables):
        for row_id in reversed(going.get(table.name, ())):
            work.delete(table, row_id)
    work.touch(customers=[customer_id])


def going_with(work: UnitOfWork, customer_id: int) -> dict[str, Sequence[int | str]]:
    """Return the customer's row, the rows that refer to it, and those that refer to these, by table."""
    going: dict[str, Sequence[int | str]] = {customers.name: [customer_id]}
    for table in metadata.sorted_tables:
        if table is customers or table is suppression_ledger or table in COMPUTED_TABLES:
            continue
        (primary, *_) = table.primary_key.columns
        found: dict[int | str, None] = {}
        for column in table.columns:
            for key in column.foreign_keys:
                owners = going.get(key.column.table.name, ())
                for start in range(0, len(owners), 500):
                    query = select(primary).where(column.in_(owners[start : start + 500])).order_by(primary)
                    found |= dict.fromkeys(work.connection.execute(query).scalars())
        if found:
            going[table.name] = sorted(found, key=lambda row_id: (isinstance(row_id, str), row_id))
    return going


def _words(name: str, counts: dict[str, int]) -> str:
    told = [
        f"{count:,} {noun_of(table, count)}"
        for table, count in counts.items()
        if table != customers.name and table not in UNSAID
    ]
    return f"Deleted {name}: {joined_words(told)}" if told else f"Deleted {name}"
