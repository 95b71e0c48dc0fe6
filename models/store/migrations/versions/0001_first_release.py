"""The schema of the first release, the root of all migrations.

``models.store.schema`` makes a new store; this revision is where stores of the first release stand.
"""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing leads to the first release."""
