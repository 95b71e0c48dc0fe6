"""Invoices: what customers were billed, by when, and what they have paid.

The statements stand here as they were at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

_STATEMENTS = (
    """CREATE TABLE invoices (
        id INTEGER NOT NULL,
        customer_id INTEGER NOT NULL,
        source TEXT NOT NULL,
        external_id TEXT NOT NULL,
        import_id INTEGER,
        number TEXT,
        issued_on TEXT,
        due_on TEXT,
        paid_on TEXT,
        amount_minor INTEGER NOT NULL,
        currency TEXT NOT NULL,
        status TEXT,
        PRIMARY KEY (id),
        CONSTRAINT uq_invoices_key UNIQUE (source, external_id),
        FOREIGN KEY(customer_id) REFERENCES customers (id)
    )""",
    "CREATE INDEX ix_invoices_customer ON invoices (customer_id, due_on, paid_on, status)",
)


def upgrade() -> None:
    """Add the table, empty."""
    for statement in _STATEMENTS:
        op.execute(statement)
