"""Deals keep the reason for which they were lost.

The statement stands here as it was at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE opportunities ADD COLUMN lost_reason TEXT")
