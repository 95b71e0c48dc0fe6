"""Data that joins: contacts and contracts of customers, wider keys for activities and conversations, new columns.

The statements stand here as they were at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

_ACTIVITIES = "id, customer_id, source, external_id, import_id, kind, happened_on, happened_at, duration_s, subject"
_CONVERSATIONS = "direction, text, happened_on, happened_at, sentiment, sentiment_by"

_CONTRACT_COLUMNS = ("contract_starts_on", "renews_on", "churned_on")


def _image(side: str) -> str:
    """What a customer's image says of the contract; what it does not name is as the customer has it."""
    start, renews, left = (
        f"CASE WHEN json_type(i.{side}, '$.{name}') IS NULL THEN c.{name} ELSE json_extract(i.{side}, '$.{name}') END"
        for name in _CONTRACT_COLUMNS
    )
    status = f"CASE WHEN ({left}) IS NOT NULL THEN 'ended' END"
    return f"json_object('starts_on', {start}, 'ends_on', coalesce({left}, {renews}), 'status', {status})"


_NAMES_ONE = " OR ".join(f"json_type(i.after, '$.{name}') IS NOT NULL" for name in _CONTRACT_COLUMNS)


def _without(side: str) -> str:
    return f"{side} = json_remove({side}, {', '.join(repr(f'$.{name}') for name in _CONTRACT_COLUMNS)})"


STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE contacts (
    id INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    import_id INTEGER,
    name TEXT DEFAULT '' NOT NULL,
    role TEXT,
    email TEXT,
    phone TEXT,
    email_consent TEXT DEFAULT 'unknown' NOT NULL,
    email_consent_since TEXT,
    email_consent_how TEXT,
    preferred_channel TEXT,
    preferred_hours TEXT,
    is_primary INTEGER DEFAULT '0' NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_contacts_key UNIQUE (source, external_id),
    FOREIGN KEY(customer_id) REFERENCES customers (id)
)""",
    "CREATE INDEX ix_contacts_customer ON contacts (customer_id, is_primary)",
    "CREATE INDEX ix_contacts_email ON contacts (email)",
    """CREATE TABLE contracts (
    id INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    import_id INTEGER,
    number TEXT,
    starts_on TEXT,
    ends_on TEXT,
    notice_days INTEGER,
    value_per_year_minor INTEGER,
    currency TEXT,
    status TEXT,
    renews INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT uq_contracts_key UNIQUE (source, external_id),
    FOREIGN KEY(customer_id) REFERENCES customers (id)
)""",
    "CREATE INDEX ix_contracts_customer ON contracts (customer_id, starts_on, ends_on, status, value_per_year_minor)",
    "CREATE INDEX ix_contracts_ends_on ON contracts (ends_on)",
    # What the customers' columns said becomes a contract of its own, under the key that the same file gives it again.
    """INSERT INTO contracts (customer_id, source, external_id, import_id, starts_on, ends_on, status)
SELECT id, source, 'customer:' || external_id, import_id, contract_starts_on, coalesce(churned_on, renews_on),
       CASE WHEN churned_on IS NOT NULL THEN 'ended' END
FROM customers WHERE coalesce(contract_starts_on, renews_on, churned_on) IS NOT NULL""",
    f"""INSERT INTO import_changes (import_id, table_name, row_id, before, after)
SELECT i.import_id, 'contracts', k.id, {_image("before")}, {_image("after")}
FROM import_changes i JOIN customers c ON c.id = i.row_id JOIN contracts k ON k.customer_id = c.id
WHERE i.table_name = 'customers' AND ({_NAMES_ONE})
ORDER BY i.id""",
    f"UPDATE import_changes SET {_without('before')}, {_without('after')} WHERE table_name = 'customers'",
    "DROP INDEX ix_customers_renews_on",
    "ALTER TABLE customers DROP COLUMN contract_starts_on",
    "ALTER TABLE customers DROP COLUMN renews_on",
    "ALTER TABLE customers DROP COLUMN churned_on",
    "ALTER TABLE messages ADD COLUMN contact_id INTEGER REFERENCES contacts (id)",
    "ALTER TABLE customers ADD COLUMN birth_year INTEGER",
    "ALTER TABLE customers ADD COLUMN gender TEXT",
    "ALTER TABLE products ADD COLUMN brand TEXT",
    "ALTER TABLE tickets ADD COLUMN first_answer_at TEXT",
    "ALTER TABLE tickets ADD COLUMN resolution_hours FLOAT",
    "ALTER TABLE reviews ADD COLUMN helpful_votes INTEGER",
    "ALTER TABLE reviews ADD COLUMN sku TEXT",
    "ALTER TABLE opportunities ADD COLUMN sku TEXT",
    "ALTER TABLE email_events ADD COLUMN campaign_kind TEXT",
    "ALTER TABLE email_events ADD COLUMN address TEXT",
    # A constraint cannot be widened in place: the table is laid anew.
    "ALTER TABLE activities RENAME TO activities_before",
    """CREATE TABLE activities (
    id INTEGER NOT NULL,
    customer_id INTEGER,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    import_id INTEGER,
    kind TEXT NOT NULL,
    happened_on TEXT NOT NULL,
    happened_at TEXT,
    duration_s INTEGER,
    subject TEXT,
    attributes TEXT,
    PRIMARY KEY (id),
    CONSTRAINT uq_activities_key UNIQUE (source, external_id, kind),
    FOREIGN KEY(customer_id) REFERENCES customers (id)
)""",
    f"INSERT INTO activities ({_ACTIVITIES}, attributes) SELECT {_ACTIVITIES}, attributes FROM activities_before",
    "DROP TABLE activities_before",
    "CREATE INDEX ix_activities_customer ON activities (customer_id, kind, happened_on)",
    "CREATE INDEX ix_activities_on ON activities (happened_on)",
    "ALTER TABLE conversations RENAME TO conversations_before",
    """CREATE TABLE conversations (
    id INTEGER NOT NULL,
    customer_id INTEGER,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    import_id INTEGER,
    channel TEXT DEFAULT '' NOT NULL,
    direction TEXT,
    text TEXT,
    happened_on TEXT NOT NULL,
    happened_at TEXT,
    sentiment FLOAT,
    sentiment_by TEXT,
    PRIMARY KEY (id),
    CONSTRAINT uq_conversations_key UNIQUE (source, external_id, channel),
    FOREIGN KEY(customer_id) REFERENCES customers (id)
)""",
    "INSERT INTO conversations (id, customer_id, source, external_id, import_id, channel,"
    f" {_CONVERSATIONS}) SELECT id, customer_id, source, external_id, import_id, coalesce(channel, ''),"
    f" {_CONVERSATIONS} FROM conversations_before",
    "DROP TABLE conversations_before",
    "ALTER TABLE conversations ADD COLUMN duration_s INTEGER",
    "CREATE INDEX ix_conversations_customer ON conversations (customer_id, happened_on)",
    "CREATE INDEX ix_conversations_on ON conversations (happened_on)",
    "ALTER TABLE customer_risk_scores ADD COLUMN standing TEXT",
    "ALTER TABLE customer_risk_scores ADD COLUMN silence_p FLOAT",
    "DROP INDEX ix_scores_at_risk",
    "CREATE INDEX ix_scores_at_risk ON customer_risk_scores"
    " (value_at_risk_minor, customer_id, value_at_risk_low_minor, value_at_risk_high_minor, standing)",
    "ALTER TABLE customer_risk_scores ADD COLUMN clv_if_leaves_minor INTEGER",
    "ALTER TABLE customer_risk_scores ADD COLUMN clv_median_minor INTEGER",
    "ALTER TABLE customer_risk_scores ADD COLUMN left_on TEXT",
    "CREATE INDEX ix_scores_standing ON customer_risk_scores (standing, churn_risk, customer_id)",
)


def upgrade() -> None:
    """Add two tables and further columns, widen two keys, and move what is known of contracts to its table."""
    for statement in STATEMENTS:
        op.execute(statement)
