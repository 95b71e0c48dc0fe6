"""Tickets keep how often they were opened again.

The statement stands here as it was at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE tickets ADD COLUMN reopens INTEGER")
