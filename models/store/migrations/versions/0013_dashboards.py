"""Dashboards that people made or changed, and views of Insights that they saved.

The statements stand here as they were at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"

_STATEMENTS = (
    """CREATE TABLE dashboards (
        id INTEGER NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL, changed_at TEXT NOT NULL,
        PRIMARY KEY (id))""",
    """CREATE TABLE saved_views (
        id INTEGER NOT NULL, name TEXT NOT NULL, filters TEXT NOT NULL, changed_at TEXT NOT NULL,
        PRIMARY KEY (id))""",
)


def upgrade() -> None:
    """Make the tables; no row changes."""
    for statement in _STATEMENTS:
        op.execute(statement)
