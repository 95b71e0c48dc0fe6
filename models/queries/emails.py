"""What one email is, as one meaning for all readers: files have a row for each thing that became of it.

The table `emails` has one row for each email of the files, with the first day of each thing that became of it, so that
figures of any day are read from it alone. Triggers keep it up, whoever writes events; after a load of very many it is
filled anew.
"""

from __future__ import annotations

from typing import Final

from models.values.outbox import OWN_SOURCE

#: SQL of what a system calls the message of an event.
MESSAGE: Final = "COALESCE(message, campaign, external_id)"
#: SQL of what groups the events of one email: the message, sent to one address.
ONE_MAIL: Final = f"source, {MESSAGE}, address"
#: The kinds of events that say of an email that this became of it: of a click, that it was opened, noted or not.
BECAME: Final = {
    "opened": ("opened", "clicked", "replied", "converted"), "clicked": ("clicked", "converted"),
    "replied": ("replied",), "converted": ("converted",), "bounced": ("bounced",), "unsubscribed": ("unsubscribed",),
}  # fmt: skip
_DAYS: Final = ", ".join(
    f"min(iif(kind IN ({', '.join(map(repr, kinds))}), happened_on, NULL))" for kinds in BECAME.values()
)
# An email was sent by the day of the first thing that became of it; an unsubscription alone tells of none.
_EMAIL: Final = (
    "SELECT min(id), customer_id, max(campaign), max(campaign_kind),"
    f" min(iif(kind <> 'unsubscribed', happened_on, NULL)), {_DAYS} FROM email_events"
)
#: SQL that fills the empty table, read in the order of one index. Of our own emails nothing tells who opened them.
FILL_EMAILS: Final = f"INSERT INTO emails {_EMAIL} WHERE source <> '{OWN_SOURCE}' GROUP BY customer_id, {ONE_MAIL}"


def _with(event: str) -> str:
    """SQL of whether a row belongs to the email of the event `event`."""
    message = ", ".join(f"{event}.{one}" for one in ("message", "campaign", "external_id"))
    return (
        f"customer_id IS {event}.customer_id AND source = {event}.source AND {MESSAGE} = coalesce({message})"
        f" AND address IS {event}.address"
    )


# An "OR REPLACE" here would be overruled by another conflict clause of who writes.
_COME: Final = f"""DELETE FROM emails WHERE id IN (SELECT id FROM email_events WHERE {_with("new")});
    INSERT INTO emails {_EMAIL} WHERE {_with("new")};"""
_GONE: Final = f"""DELETE FROM emails WHERE id = old.id OR id IN (SELECT id FROM email_events WHERE {_with("old")});
    INSERT INTO emails {_EMAIL} WHERE {_with("old")} GROUP BY source;"""
#: Triggers by name.
EMAILS_DDL: Final = {
    "emails_insert": f"""CREATE TRIGGER emails_insert AFTER INSERT ON email_events
    WHEN new.source <> '{OWN_SOURCE}' BEGIN
    {_COME}
END""",
    "emails_delete": f"""CREATE TRIGGER emails_delete AFTER DELETE ON email_events
    WHEN old.source <> '{OWN_SOURCE}' BEGIN
    {_GONE}
END""",
    "emails_update": f"""CREATE TRIGGER emails_update AFTER UPDATE ON email_events
    WHEN new.source <> '{OWN_SOURCE}' BEGIN
    {_GONE}
    {_COME}
END""",
}
