"""One customer: merged records, what was decided of pairs, and the pairs that look alike.

The statements stand here as they were at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE merged_customers (
    id INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    import_id INTEGER,
    former_id INTEGER NOT NULL,
    record TEXT NOT NULL,
    gave TEXT DEFAULT '[]' NOT NULL,
    merged_at TEXT NOT NULL,
    merged_by TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_merged_customers_key UNIQUE (source, external_id),
    FOREIGN KEY(customer_id) REFERENCES customers (id)
)""",
    "CREATE INDEX ix_merged_customers_customer ON merged_customers (customer_id)",
    """CREATE TABLE pair_decisions (
    id INTEGER NOT NULL,
    left_source TEXT NOT NULL,
    left_key TEXT NOT NULL,
    right_source TEXT NOT NULL,
    right_key TEXT NOT NULL,
    decision TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_pair_decisions_pair UNIQUE (left_source, left_key, right_source, right_key)
)""",
    "CREATE INDEX ix_pair_decisions_right ON pair_decisions (right_source, right_key)",
    """CREATE TABLE likely_pairs (
    first_id INTEGER NOT NULL,
    second_id INTEGER NOT NULL,
    score INTEGER NOT NULL,
    reasons TEXT NOT NULL,
    PRIMARY KEY (first_id, second_id)
) WITHOUT ROWID""",
    "CREATE INDEX ix_likely_pairs_score ON likely_pairs (score)",
    "CREATE INDEX ix_likely_pairs_second ON likely_pairs (second_id)",
    """CREATE TABLE people_keys (
    "key" INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    PRIMARY KEY ("key", person_id)
) WITHOUT ROWID""",
)


def upgrade() -> None:
    """Add the four tables; nothing that was there is changed."""
    for statement in STATEMENTS:
        op.execute(statement)
