"""Indexes of value at risk with the segment: who came once is counted apart from the index alone.

The statements stand here as they were at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

_STATEMENTS = (
    "DROP INDEX ix_scores_at_risk",
    "CREATE INDEX ix_scores_at_risk ON customer_risk_scores"
    " (value_at_risk_minor, customer_id, value_at_risk_low_minor, value_at_risk_high_minor, standing, segment)",
    "DROP INDEX ix_score_history_day",
    "CREATE INDEX ix_score_history_day ON score_history (as_of, customer_id, value_at_risk_minor, segment)",
)


def upgrade() -> None:
    """Build both indexes anew."""
    for statement in _STATEMENTS:
        op.execute(statement)
