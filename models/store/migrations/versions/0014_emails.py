"""Emails: one row for each, put together of its events and kept up by triggers.

The statements stand here as they were at this version: a migration must not follow later changes of the tables.
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"

_OPENED = "'opened', 'clicked', 'replied', 'converted'"
_EMAIL = f"""SELECT min(id), customer_id, max(campaign), max(campaign_kind),
    min(iif(kind <> 'unsubscribed', happened_on, NULL)), min(iif(kind IN ({_OPENED}), happened_on, NULL)),
    min(iif(kind IN ('clicked', 'converted'), happened_on, NULL)), min(iif(kind IN ('replied'), happened_on, NULL)),
    min(iif(kind IN ('converted'), happened_on, NULL)), min(iif(kind IN ('bounced'), happened_on, NULL)),
    min(iif(kind IN ('unsubscribed'), happened_on, NULL)) FROM email_events"""
_MESSAGE = "COALESCE(message, campaign, external_id)"
_OF_NEW = f"""customer_id IS new.customer_id AND source = new.source
    AND {_MESSAGE} = coalesce(new.message, new.campaign, new.external_id) AND address IS new.address"""
_OF_OLD = _OF_NEW.replace("new.", "old.")
_COME = f"""DELETE FROM emails WHERE id IN (SELECT id FROM email_events WHERE {_OF_NEW});
    INSERT INTO emails {_EMAIL} WHERE {_OF_NEW};"""
_GONE = f"""DELETE FROM emails WHERE id = old.id OR id IN (SELECT id FROM email_events WHERE {_OF_OLD});
    INSERT INTO emails {_EMAIL} WHERE {_OF_OLD} GROUP BY source;"""
_STATEMENTS = (
    """CREATE TABLE emails (
        id INTEGER NOT NULL,
        customer INTEGER,
        campaign TEXT,
        campaign_kind TEXT,
        sent_on TEXT,
        opened_on TEXT,
        clicked_on TEXT,
        replied_on TEXT,
        converted_on TEXT,
        bounced_on TEXT,
        unsubscribed_on TEXT,
        PRIMARY KEY (id)
    )""",
    """CREATE INDEX ix_emails_on ON emails (sent_on, customer, campaign, campaign_kind, opened_on, clicked_on,
        replied_on, converted_on, bounced_on, unsubscribed_on)""",
    f"""INSERT INTO emails {_EMAIL} WHERE source <> 'bellwether'
        GROUP BY customer_id, source, {_MESSAGE}, address""",
    f"""CREATE TRIGGER emails_insert AFTER INSERT ON email_events
        WHEN new.source <> 'bellwether' BEGIN {_COME} END""",
    f"""CREATE TRIGGER emails_delete AFTER DELETE ON email_events
        WHEN old.source <> 'bellwether' BEGIN {_GONE} END""",
    f"""CREATE TRIGGER emails_update AFTER UPDATE ON email_events
        WHEN new.source <> 'bellwether' BEGIN {_GONE} {_COME} END""",
)


def upgrade() -> None:
    """Add the table, with the emails of the book."""
    for statement in _STATEMENTS:
        op.execute(statement)
