"""Query module: what belongs to a customer, its rows and the records that are parts of it, and what merging gives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from models.store import UnitOfWork
from models.tables import (
    COMPUTED_TABLES,
    contacts,
    customers,
    merged_customers,
    messages,
    metadata,
)
from services.duplicates.fields import Combined, Record, combined, own_values

#: Rows that go over and that nobody would count.
UNSAID: Final = frozenset({"identities", "alert_signals", "merged_customers", "suppression_ledger"})
#: An email in one of these states is on its way to an address.
UNDER_WAY: Final = ("approved", "queued", "sending")

Row = Mapping[str, Any]


def customer_row(connection: Connection, number: int) -> Row | None:
    """A customer as the book has it."""
    found = connection.execute(select(customers).where(customers.c.id == number)).mappings().first()
    return dict(found) if found is not None else None


def refusal(connection: Connection, kept: Row, other: Row) -> str:
    """Why two customers cannot be merged now, '' where they can."""
    found = (
        connection.execute(
            select(messages.c.customer_id).where(
                messages.c.customer_id.in_((kept["id"], other["id"])), messages.c.state.in_(UNDER_WAY)
            )
        )
        .scalars()
        .first()
    )
    if found is None:
        return ""
    name = next(row["name"] for row in (kept, other) if row["id"] == found)
    return f"An email to {name} is on its way. Merge them when it has been sent, or stop it in the outbox first."


def moved_columns() -> list[tuple[Table, str]]:
    """Every column of the book that names a customer, but those of computed tables.

    Found from the tables themselves: one that is added later is moved too.
    """
    return [
        (table, column.name)
        for table in metadata.sorted_tables
        if table not in COMPUTED_TABLES
        for column in table.columns
        if column.name == "customer_id" or any(key.column.table is customers for key in column.foreign_keys)
    ]


def rows_of(connection: Connection, number: int) -> list[tuple[Table, str, list[int]]]:
    """The rows that name a customer: table, column and their numbers."""
    found = []
    for table, column in moved_columns():
        ids = connection.execute(select(table.c.id).where(table.c[column] == number)).scalars().all()
        if ids:
            found.append((table, column, list(ids)))
    return found


def one_primary(work: UnitOfWork, customer_id: int, but: int | None = None) -> None:
    """Let the contacts of a customer step back but one: who is named, else the first of the primary ones."""
    of_customer = (contacts.c.customer_id == customer_id, contacts.c.is_primary == 1)
    primary = work.connection.execute(select(contacts.c.id).where(*of_customer).order_by(contacts.c.id)).scalars().all()
    stays = but if but is not None else next(iter(primary), None)
    for other in primary:
        if other != stays:
            work.update(contacts, other, {"is_primary": 0})


_NOUNS: Final = {
    "opportunities": "deals",
    "email_events": "email events",
    "messages": "emails",
    "score_overrides": "overridden scores",
}


def noun_of(table: str, count: int) -> str:
    """A table's rows in words: "order", "4 orders" without the number."""
    noun = _NOUNS.get(table, table.replace("_", " "))
    if count != 1:
        return noun
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")


def records_of(connection: Connection, number: int) -> list[Record]:
    """The records that are parts of a customer already."""
    query = select(merged_customers).where(merged_customers.c.customer_id == number)
    return [
        Record((row["source"], row["external_id"]), json.loads(row["record"]), frozenset(json.loads(row["gave"])))
        for row in connection.execute(query).mappings()
    ]


def outcome(connection: Connection, kept: Row, other: Row) -> tuple[Combined, Record]:
    """What the customer would have, and the other record with its own values."""
    theirs = records_of(connection, other["id"])
    mine = records_of(connection, kept["id"])
    record = Record((other["source"], other["external_id"]), own_values(other, theirs))
    return combined(kept, [*mine, *theirs, record]), record


def joined_words(words: Sequence[str]) -> str:
    """Words as people list them: "email, phone and city"."""
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)
