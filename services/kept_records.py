"""Query module: of which kinds a book keeps records, so that nothing is claimed of what it cannot know.

That nobody complained or was contacted is said only in a book that would tell: a call that was logged here tells of
one customer, not that calls are kept.
"""

from __future__ import annotations

from typing import Final

from services.sources import FROM_FILES

_CONVERSATIONS: Final = f"EXISTS (SELECT 1 FROM conversations WHERE {FROM_FILES})"
#: SQL of whether the book keeps what complaints are read from.
COMPLAINTS: Final = (
    "("
    + " OR ".join(f"EXISTS (SELECT 1 FROM {table})" for table in ("tickets", "reviews", "surveys"))
    + f" OR {_CONVERSATIONS})"
)
#: SQL of whether it keeps what was said or written to one customer: not newsletters to everyone.
CONTACTS: Final = (
    f"({_CONVERSATIONS} OR EXISTS (SELECT 1 FROM notes)"
    " OR EXISTS (SELECT 1 FROM tasks WHERE done_at IS NOT NULL AND customer_id IS NOT NULL)"
    " OR EXISTS (SELECT 1 FROM email_events WHERE kind = 'sent' AND coalesce(campaign, campaign_kind, '') = ''))"
)
