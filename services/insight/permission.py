"""Whether a customer may be emailed, and why: consent, suppression, the address, and how long ago we last wrote.

It advises; what is sent is checked again where it is sent.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from models.values import words
from models.values.alerts import Permission
from services.insight.reader import Reader

_SUPPRESSED_FOR_GOOD = "9999"
_DEAD_AFTER = 2


def read_permission(reader: Reader, customer: sqlite3.Row, incentive_words: str = "") -> Permission:
    """Return the verdict with its reasons.

    Parameters
    ----------
    customer
        A row of ``customers`` with all its columns.
    incentive_words
        What the suggested action says about the largest incentive, shown last as a limit.
    """
    lines = [_consent(reader, customer), *_suppressed(reader, customer), *_address(reader, customer)]
    refused = any(state == "no" for state, _ in lines)
    if not refused:
        lines += _last_email(reader, customer["id"])
    waits = any(state == "wait" for state, _ in lines)
    shown = [("warn" if state == "wait" else state, said) for state, said in lines]
    if incentive_words and not refused:
        shown.append(("warn", incentive_words))
    if refused:
        verdict = "Do not email them"
    elif waits:
        verdict = "Wait before you email them"
    elif customer["email_consent"] == "given":
        verdict = "You may email them"
    else:
        verdict = "You may email them, with care"
    return Permission(allowed=not refused and not waits, verdict=verdict, lines=tuple(shown))


def _consent(reader: Reader, customer: sqlite3.Row) -> tuple[str, str]:
    since = words.day_of(customer["email_consent_since"])
    how = f", {customer['email_consent_how']}" if customer["email_consent_how"] else ""
    on = f" {words.full_day(since)}{how}" if since is not None else how
    if customer["email_consent"] == "given":
        return "ok", f"Consent given{on}"
    if customer["email_consent"] == "withdrawn":
        return "no", f"Consent withdrawn{on}"
    return "warn", "No consent is recorded: make sure that you may"


def _suppressed(reader: Reader, customer: sqlite3.Row) -> list[tuple[str, str]]:
    until = customer["suppressed_until"] or ""
    if until[:10] < reader.today.isoformat():
        return []
    day = words.day_of(until)
    why = f": {words.shortened(customer['suppressed_why'], 60)}" if customer["suppressed_why"] else ""
    if day is None or until >= _SUPPRESSED_FOR_GOOD:
        return [("no", f"Suppressed for good{why}")]
    return [("no", f"Suppressed until {words.day(day, reader.today)}{why}")]


def _address(reader: Reader, customer: sqlite3.Row) -> list[tuple[str, str]]:
    if not customer["email"]:
        return [("no", "No email address is known")]
    found = reader.row(
        """SELECT MAX(CASE WHEN kind = 'unsubscribed' THEN happened_on END) AS unsubscribed,
                  MAX(CASE WHEN kind IN ('delivered', 'opened', 'clicked', 'replied') THEN happened_on END) AS arrived
             FROM email_events WHERE customer_id = ?
              AND kind IN ('unsubscribed', 'delivered', 'opened', 'clicked', 'replied')""",
        (customer["id"],),
    )
    left = words.day_of(found["unsubscribed"]) if found is not None else None
    arrived = (found["arrived"] if found is not None else None) or ""
    lines = []
    since = words.day_of(customer["email_consent_since"])
    # Consent given anew after they unsubscribed counts.
    if left is not None and not (customer["email_consent"] == "given" and since is not None and since > left):
        lines.append(("no", f"Unsubscribed {words.day(left, reader.today)}"))
    bounced = reader.row(
        "SELECT COUNT(*) AS n, MAX(happened_on) AS last FROM email_events "
        "WHERE customer_id = ? AND kind = 'bounced' AND happened_on > ?",
        (customer["id"], arrived),
    )
    last = words.day_of(bounced["last"]) if bounced is not None else None
    if bounced is not None and last is not None:
        # One may be a full mailbox; a second one is an address that does not work.
        if bounced["n"] >= _DEAD_AFTER:
            lines.append(("no", f"The last {bounced['n']} emails bounced: ask for another address"))
        else:
            lines.append(("warn", f"The last email bounced, {words.day(last, reader.today)}: check the address"))
    return lines


def _last_email(reader: Reader, customer_id: int) -> list[tuple[str, str]]:
    cap = reader.policy.email_cap_days
    limit = "one a day" if cap == 1 else f"one in {cap}"
    last = words.day_of(
        reader.value(
            "SELECT MAX(happened_on) FROM email_events WHERE customer_id = ? AND kind = 'sent' AND happened_on <= ?",
            (customer_id, reader.today.isoformat()),
        )
    )
    if last is None:
        return [("ok", f"No email from us so far; your limit is {limit}")]
    days = (reader.today - last).days
    said = "today" if days == 0 else f"{words.count(days, 'day')} ago"
    if days >= cap:
        return [("ok", f"Last email {said}; your limit is {limit}")]
    free = words.soon(last + timedelta(days=cap), reader.today)
    return [("wait", f"Last email {said}; your limit is {limit}: from {free} on")]
