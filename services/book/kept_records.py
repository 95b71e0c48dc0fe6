"""Query module: the kinds of record that a book keeps, so that nothing is claimed about what it cannot know.

That nobody complained or was contacted is said only in a book that would tell: a call, an email or a note of this
program tells of one customer, not that contacts are kept.
"""

from __future__ import annotations

from typing import Final

from services.book.sources import FROM_FILES, UNANSWERED

_CONVERSATIONS: Final = f"EXISTS (SELECT 1 FROM conversations WHERE {FROM_FILES})"
#: SQL of whether the book keeps what complaints are read from.
COMPLAINTS: Final = (
    "("
    + " OR ".join(f"EXISTS (SELECT 1 FROM {table})" for table in ("tickets", "reviews", "surveys"))
    + f" OR {_CONVERSATIONS})"
)
_PERSONAL: Final = "kind = 'sent' AND coalesce(campaign, campaign_kind, '') = ''"
#: SQL of whether it keeps what was said or written to one customer: not newsletters to everyone.
CONTACTS: Final = f"({_CONVERSATIONS} OR EXISTS (SELECT 1 FROM email_events WHERE {_PERSONAL} AND {FROM_FILES}))"


def last_contact(customer: str, since: str, until: str, now: str) -> str:
    """SQL of the last day after `since` on which somebody spoke with a customer or wrote to them; null without one.

    Files count up to the day `until`, notes and tasks up to the moment `now`; a call that nobody answered is none.
    """
    within = f"customer_id = {customer} AND happened_on > {since} AND happened_on <= {until}"
    days = (
        f"SELECT max(happened_on) FROM email_events WHERE {within} AND {_PERSONAL}",
        f"SELECT max(happened_on) FROM conversations WHERE {within} AND channel <> '{UNANSWERED}'",
        "SELECT max(substr(written_at, 1, 10)) FROM notes"
        f" WHERE customer_id = {customer} AND written_at > {since} AND written_at <= {now}",
        "SELECT max(substr(done_at, 1, 10)) FROM tasks"
        f" WHERE customer_id = {customer} AND done_at > {since} AND done_at <= {now}",
    )
    newest = ", ".join(f"coalesce(({one}), '')" for one in days)
    return f"nullif(max({newest}), '')"
