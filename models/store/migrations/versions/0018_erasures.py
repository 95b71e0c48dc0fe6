"""Marks of those who were erased on request.

The statement stands here as it was at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the table."""
    op.execute(
        "CREATE TABLE erasures (id INTEGER NOT NULL, kind TEXT NOT NULL, mark TEXT NOT NULL,"
        " former_id INTEGER NOT NULL, withdrawn_since TEXT, erased_at TEXT NOT NULL, PRIMARY KEY (id),"
        " CONSTRAINT uq_erasures_mark UNIQUE (kind, mark))"
    )
