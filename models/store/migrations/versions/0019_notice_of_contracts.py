"""Contracts keep the day on which notice was given.

The statement stands here as it was at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE contracts ADD COLUMN noticed_on TEXT")
