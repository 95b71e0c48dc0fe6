"""The suppression ledger: the addresses under which somebody said that they want no emails, entered from the book.

A withdrawal without a day counts from the last entry of the journal, so that no consent of before lifts it.

The statements stand here as they were at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_NOW = "(SELECT coalesce(max(at), strftime('%Y-%m-%dT%H:%M:%SZ', 'now')) FROM journal)"
_INTO = "INSERT INTO suppression_ledger (address, said, since, how, entered_at, entered_by, import_id)"


def _end_of(day: str) -> str:
    return f"min(coalesce(substr({day}, 1, 10) || 'T23:59:59Z', {_NOW}), {_NOW})"


def _withdrawn(table: str) -> str:
    return (
        f"{_INTO} SELECT DISTINCT lower(trim(email)), 'withdrawn', {_end_of('email_consent_since')},"
        f" email_consent_how, {_NOW}, 'migration', import_id"
        f" FROM {table} WHERE email_consent = 'withdrawn' AND email <> ''"
    )


def _given(table: str) -> str:
    since = "substr(p.email_consent_since, 1, 10) || 'T00:00:00Z'"
    return (
        f"{_INTO} SELECT DISTINCT lower(trim(p.email)), 'given', {since}, p.email_consent_how, {_NOW}, 'migration',"
        f" p.import_id FROM {table} p WHERE p.email_consent = 'given' AND p.email_consent_since IS NOT NULL"
        " AND lower(trim(p.email)) IN (SELECT address FROM suppression_ledger WHERE said = 'withdrawn')"
    )


STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE suppression_ledger (
    id INTEGER NOT NULL,
    address TEXT NOT NULL,
    said TEXT NOT NULL,
    since TEXT NOT NULL,
    how TEXT,
    entered_at TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    import_id INTEGER,
    PRIMARY KEY (id)
)""",
    "CREATE INDEX ix_suppression_ledger_address ON suppression_ledger (address, said, since)",
    _withdrawn("customers"),
    _withdrawn("contacts"),
    f"""{_INTO}
SELECT DISTINCT lower(trim(coalesce(nullif(e.address, ''), nullif(c.email, ''), k.email))), 'withdrawn',
       min(coalesce(e.happened_at, e.happened_on || 'T23:59:59Z'), {_NOW}), 'unsubscribed', {_NOW}, 'migration',
       e.import_id
FROM email_events e LEFT JOIN customers c ON c.id = e.customer_id
LEFT JOIN contacts k ON k.customer_id = c.id AND coalesce(e.address, '') = '' AND coalesce(c.email, '') = ''
WHERE e.kind = 'unsubscribed' AND coalesce(nullif(e.address, ''), nullif(c.email, ''), nullif(k.email, '')) <> ''""",
    _given("customers"),
    _given("contacts"),
)


def upgrade() -> None:
    """Add the ledger and enter who has withdrawn or unsubscribed, and who gave consent since."""
    for statement in STATEMENTS:
        op.execute(statement)
