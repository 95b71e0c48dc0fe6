"""Words of leaving stand beside the scores, which follow them: the book is scored anew.

The statements stand here as they were at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"

_STATEMENTS = (
    "ALTER TABLE customer_risk_scores ADD COLUMN said_leaving TEXT",
    "DROP INDEX ix_scores_standing",
    """CREATE INDEX ix_scores_standing ON customer_risk_scores
        (standing, iif(said_leaving IS NULL, churn_risk, 2.0), customer_id)""",
    "CREATE INDEX ix_scores_said_leaving ON customer_risk_scores (customer_id) WHERE said_leaving IS NOT NULL",
    # Nothing counts as scored yet: the next start, or the next command that writes, scores everyone.
    "UPDATE book SET value = json_set(value, '$.entry', 0) WHERE key = 'scored' AND json_valid(value)",
)


def upgrade() -> None:
    """Add the column, put who said that they leave first in the index of risks, and ask for a scoring."""
    for statement in _STATEMENTS:
        op.execute(statement)
