"""Outreach: templates, messages with their drafts, and the attempts to hand them over.

The statements stand here as they were at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE templates (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    goal TEXT NOT NULL,
    tone TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    enabled INTEGER DEFAULT '1' NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (code)
)""",
    """CREATE TABLE messages (
    id INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    alert_id INTEGER,
    state TEXT NOT NULL,
    goal TEXT NOT NULL,
    tone TEXT NOT NULL,
    writer TEXT NOT NULL,
    origin TEXT DEFAULT 'person' NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    greeting TEXT DEFAULT '' NOT NULL,
    body TEXT DEFAULT '' NOT NULL,
    facts TEXT DEFAULT '[]' NOT NULL,
    resolutions TEXT DEFAULT '[]' NOT NULL,
    incentive_minor INTEGER DEFAULT '0' NOT NULL,
    currency TEXT,
    version INTEGER DEFAULT '1' NOT NULL,
    after_approval TEXT,
    approved_by TEXT,
    approved_at TEXT,
    approved_version INTEGER,
    to_address TEXT,
    from_address TEXT,
    mail TEXT,
    mail_digest TEXT,
    not_before TEXT,
    due_at TEXT,
    message_id TEXT,
    attempts INTEGER DEFAULT '0' NOT NULL,
    fault TEXT,
    via TEXT,
    sent_at TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(customer_id) REFERENCES customers (id),
    FOREIGN KEY(alert_id) REFERENCES alerts (id)
)""",
    "CREATE INDEX ix_messages_alert ON messages (alert_id, state, sent_at)",
    "CREATE INDEX ix_messages_changed ON messages (changed_at, id)",
    "CREATE INDEX ix_messages_customer ON messages (customer_id, state, sent_at)",
    "CREATE INDEX ix_messages_state ON messages (state, due_at, id)",
    "CREATE UNIQUE INDEX uq_messages_message_id ON messages (message_id)",
    """CREATE UNIQUE INDEX uq_messages_open_alert ON messages (alert_id)
    WHERE state IN ('draft', 'in_review') AND alert_id IS NOT NULL""",
    """CREATE TABLE drafts (
    id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    words TEXT NOT NULL,
    writer TEXT NOT NULL,
    subject TEXT NOT NULL,
    greeting TEXT NOT NULL,
    body TEXT NOT NULL,
    sent_to_model TEXT,
    tokens_in INTEGER,
    tokens_out INTEGER,
    cost TEXT,
    written_at TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(message_id) REFERENCES messages (id)
)""",
    "CREATE UNIQUE INDEX uq_drafts_number ON drafts (message_id, number)",
    """CREATE TABLE sendings (
    id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    begun_at TEXT NOT NULL,
    handing_over_at TEXT,
    ended_at TEXT,
    outcome TEXT,
    answer TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(message_id) REFERENCES messages (id)
)""",
    "CREATE UNIQUE INDEX uq_sendings_attempt ON sendings (message_id, attempt)",
)


def upgrade() -> None:
    """Add the four tables; nothing that was there is changed."""
    for statement in STATEMENTS:
        op.execute(statement)
