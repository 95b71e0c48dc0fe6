"""Whether a customer may be emailed: one meaning of it, for the rules that advise and for sending.

They may not where consent was withdrawn or an email unsubscribed from since it was given, by them or under their
address (``services.permission.ledger``), where they are suppressed, where no address is known, or where it is dead: the
last two emails bounced and nothing arrived since. A company without an address is written to through a contact, whose
own consent counts; a contact who withdrew stands in nobody else's way but under the same address. The fragments read
the customer's row as ``c`` and know nothing after the day that they are given.
"""

from __future__ import annotations

from typing import Final

from services.permission.ledger import refused, stored_key

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
        " AND coalesce(substr(c.email_consent_since, 1, 10), '') > u.happened_on)"
        f" AND NOT EXISTS (SELECT 1 FROM suppression_ledger y WHERE y.address = {stored_key('c.email')}"
        " AND y.said = 'given' AND y.since > coalesce(u.happened_at, u.happened_on)))"
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


#: Whom an email goes to where the customer has no address: the primary contact who has one, else the first.
CONTACT: Final = (
    "(SELECT k.id FROM contacts k WHERE k.customer_id = {customer} AND k.email <> ''"
    " ORDER BY k.is_primary DESC, k.id LIMIT 1)"
)


def may_email(day: str) -> str:
    """SQL of whether the customer may be emailed on a day: 0 or 1, never null."""
    return (
        f"(NOT {suppressed(day)} AND CASE WHEN {has_address()} THEN NOT {withdrawn(day)}"
        f" AND {unsubscribed_on(day)} IS NULL AND {bounced('count(*)', day)} < {DEAD_AFTER}"
        f" AND NOT {_refused('c', day)}"
        f" ELSE EXISTS (SELECT 1 FROM contacts r WHERE r.id = {CONTACT.format(customer='c.id')}"
        " AND r.email_consent <> 'withdrawn'"
        f" AND ({_gave('r')} > coalesce({unsubscribed_on(day)}, '') OR {unsubscribed_on(day)} IS NULL)"
        f" AND NOT {_refused('r', day)}) END)"
    )


def _refused(who: str, day: str) -> str:
    return refused(stored_key(f"{who}.email"), f"({day} || 'T23:59:59Z')")


def _gave(who: str) -> str:
    """SQL of the day on which consent was given, '' where it was not or the day is not known."""
    return (
        f"CASE {who}.email_consent WHEN 'given' THEN coalesce(substr({who}.email_consent_since, 1, 10), '') ELSE '' END"
    )
