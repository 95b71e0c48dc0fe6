"""The metadata that all tables share, and the columns that every row of a foreign system has.

Conventions: a calendar day is text ``YYYY-MM-DD``; a moment is text ``YYYY-MM-DDTHH:MM:SSZ`` (UTC); money is an integer
of minor units beside its ISO currency; JSON is text. Text dates sort as dates, and other programs can read them.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Text

metadata = MetaData()


def surrogate() -> Column[int]:
    """Return the primary key column, an alias of SQLite's rowid."""
    return Column("id", Integer, primary_key=True)


def foreign_key_columns() -> list[Column[str] | Column[int]]:
    """Return what a row of a foreign system keeps: where it comes from, its id there, the import that brought it."""
    return [
        Column("source", Text, nullable=False),
        Column("external_id", Text, nullable=False),
        Column("import_id", Integer),  # no foreign key: undo removes the rows, the receipt stays for ever
    ]


def customer_reference(nullable: bool = False) -> Column[int]:
    """Return the column that names the customer. Rows are removed by undo in order, never by cascade."""
    return Column("customer_id", Integer, ForeignKey("customers.id"), nullable=nullable)
