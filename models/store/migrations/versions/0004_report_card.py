"""Scores with their report card: overrides, anomalies, reports over the book, and what moved a score in a week.

The statements stand here as they were at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE score_reports (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    as_of TEXT NOT NULL,
    report TEXT NOT NULL,
    made_at TEXT NOT NULL,
    journal_id INTEGER,
    PRIMARY KEY (id)
)""",
    "CREATE INDEX ix_score_reports_latest ON score_reports (kind, id)",
    """CREATE TABLE anomalies (
    customer_id INTEGER NOT NULL,
    channel TEXT NOT NULL,
    as_of TEXT NOT NULL,
    since TEXT,
    direction TEXT NOT NULL,
    seen FLOAT NOT NULL,
    expected FLOAT NOT NULL,
    window_days INTEGER NOT NULL,
    p FLOAT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (customer_id, channel),
    FOREIGN KEY(customer_id) REFERENCES customers (id)
) WITHOUT ROWID""",
    "CREATE INDEX ix_anomalies_channel ON anomalies (channel, p)",
    """CREATE TABLE score_overrides (
    id INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    figure TEXT NOT NULL,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    made_at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    expires_on TEXT NOT NULL,
    ended_at TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(customer_id) REFERENCES customers (id)
)""",
    "CREATE INDEX ix_score_overrides_customer ON score_overrides (customer_id, figure)",
    "ALTER TABLE customer_risk_scores ADD COLUMN changed TEXT",
    "ALTER TABLE customer_risk_scores ADD COLUMN overridden TEXT",
)


def upgrade() -> None:
    """Add three tables and two columns; nothing that was there is changed."""
    for statement in STATEMENTS:
        op.execute(statement)
