"""Whether a customer may be emailed: one meaning of it, for the rules that advise and for the gate before any email.

They may not where consent was withdrawn or an email unsubscribed from since it was given, where they are suppressed,
where no address is known, or where it is dead: the last two emails bounced and nothing arrived since. The fragments
read the customer's row as ``c`` and know nothing after the day that they are given.
"""

from __future__ import annotations

from typing import Final

#: One bounce may be a full mailbox; a second one is an address that does not work.
DEAD_AFTER: Final = 2
_ARRIVED: Final = "('delivered', 'opened', 'clicked', 'replied')"


def withdrawn(day: str) -> str:
    """SQL of whether consent was withdrawn by a day (an SQL expression, as in the functions below)."""
    return f"(c.email_consent = 'withdrawn' AND coalesce(substr(c.email_consent_since, 1, 10), '') <= {day})"


def unsubscribed_on(day: str) -> str:
    """SQL of the last day on which the customer unsubscribed, null where consent was given anew since."""
    return (
        "(SELECT max(u.happened_on) FROM email_events u WHERE u.customer_id = c.id AND u.kind = 'unsubscribed'"
        f" AND u.happened_on <= {day} AND NOT (c.email_consent = 'given'"
        " AND coalesce(substr(c.email_consent_since, 1, 10), '') > u.happened_on))"
    )


def suppressed(day: str) -> str:
    """SQL of whether the customer is suppressed on a day; the last day of a suppression belongs to it."""
    return f"coalesce(substr(c.suppressed_until, 1, 10) >= {day}, 0)"


def has_address() -> str:
    """SQL of whether an address is known."""
    return "coalesce(c.email <> '', 0)"


def bounced(what: str, day: str) -> str:
    """SQL of an aggregate over the emails that bounced since the last that arrived."""
    return (
        f"(SELECT {what} FROM email_events b WHERE b.customer_id = c.id AND b.kind = 'bounced'"
        f" AND b.happened_on <= {day}"
        " AND b.happened_on > coalesce((SELECT max(r.happened_on) FROM email_events r WHERE r.customer_id = c.id"
        f" AND r.kind IN {_ARRIVED} AND r.happened_on <= {day}), ''))"
    )


def may_email(day: str) -> str:
    """SQL of whether the customer may be emailed on a day: 0 or 1, never null."""
    return (
        f"(NOT {withdrawn(day)} AND NOT {suppressed(day)} AND {has_address()}"
        f" AND {unsubscribed_on(day)} IS NULL AND {bounced('count(*)', day)} < {DEAD_AFTER})"
    )
