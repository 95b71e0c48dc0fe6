"""Whether a customer may be emailed, and why: consent, suppression, the address, and how long ago we last wrote.

It advises; what is sent is checked again where it is sent.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from models.values import words
from models.values.alerts import Permission
from services.insight.reader import Reader
from services.permission import DEAD_AFTER, Standing, read_standing

_SUPPRESSED_FOR_GOOD = "9999"


def read_permission(reader: Reader, customer: sqlite3.Row, incentive_words: str = "") -> Permission:
    """Return the verdict with its reasons.

    Parameters
    ----------
    customer
        A row of ``customers`` with all its columns.
    incentive_words
        What the suggested action says about the largest incentive, shown last as a limit.
    """
    standing = read_standing(reader.driver, customer["id"], reader.today.isoformat())
    lines = [
        _consent(reader, customer, standing),
        *_suppressed(reader, customer, standing),
        *_address(reader, standing),
    ]
    if standing.may_email:
        lines += _last_email(reader, customer["id"])
    waits = any(state == "wait" for state, _ in lines)
    shown = [("warn" if state == "wait" else state, said) for state, said in lines]
    if incentive_words and standing.may_email:
        shown.append(("warn", incentive_words))
    if not standing.may_email:
        verdict = "Do not email them"
    elif waits:
        verdict = "Wait before you email them"
    elif customer["email_consent"] == "given":
        verdict = "You may email them"
    elif reader.policy.consent_on_record:
        verdict = "Record their consent before you email them"
    else:
        verdict = "You may email them, with care"
    lacking = customer["email_consent"] != "given" and reader.policy.consent_on_record
    return Permission(allowed=standing.may_email and not waits and not lacking, verdict=verdict, lines=tuple(shown))


def _consent(reader: Reader, customer: sqlite3.Row, standing: Standing) -> tuple[str, str]:
    since = words.day_of(customer["email_consent_since"])
    how = f", {customer['email_consent_how']}" if customer["email_consent_how"] else ""
    on = f" {words.full_day(since)}{how}" if since is not None else how
    if standing.withdrawn:
        return "no", f"Consent withdrawn{on}"
    if customer["email_consent"] == "given":
        return "ok", f"Consent given{on}"
    if reader.policy.consent_on_record:
        return "warn", "No consent is recorded, and your policy asks for it"
    return "warn", "No consent is recorded: make sure that you may"


def _suppressed(reader: Reader, customer: sqlite3.Row, standing: Standing) -> list[tuple[str, str]]:
    if not standing.suppressed:
        return []
    until = customer["suppressed_until"]
    day = words.day_of(until)
    why = f": {words.shortened(customer['suppressed_why'], 60)}" if customer["suppressed_why"] else ""
    if day is None or until >= _SUPPRESSED_FOR_GOOD:
        return [("no", f"Suppressed for good{why}")]
    return [("no", f"Suppressed until {words.day(day, reader.today)}{why}")]


def _address(reader: Reader, standing: Standing) -> list[tuple[str, str]]:
    if not standing.has_address:
        return [("no", "No email address is known")]
    lines = []
    left = words.day_of(standing.unsubscribed_on)
    if left is not None:
        lines.append(("no", f"Unsubscribed {words.day(left, reader.today)}"))
    last = words.day_of(standing.bounced_on)
    if last is not None and standing.bounces >= DEAD_AFTER:
        lines.append(("no", f"The last {standing.bounces} emails bounced: ask for another address"))
    elif last is not None:
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
