"""What followed an email: when they came back, with how much, and the counts over many alerts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from models import sqlite
from models.queries.conversion import FOLLOWS, PURCHASE, SAME_DAY
from models.values import words
from models.values.outbox import ContactOutcome
from services.settings import Policy, minor_rates, reporting_currency


@dataclass(frozen=True, slots=True)
class Returned:
    """Counts over closed alerts of customers at risk: those emailed and those not, and how many of each came back."""

    contacted: int
    contacted_back: int
    others: int
    others_back: int


def contact_of_alert(
    driver: sqlite.Connection, alert_id: int, policy: Policy, *, today: date, zone: tzinfo
) -> ContactOutcome | None:
    """Return what followed the first email that was sent for an alert; None if none was."""
    found = driver.execute(
        "SELECT id FROM messages WHERE alert_id = ? AND state = 'sent' ORDER BY sent_at, id LIMIT 1", (alert_id,)
    ).fetchone()
    return contact_of_message(driver, found[0], policy, today=today, zone=zone) if found is not None else None


def contact_of_message(
    driver: sqlite.Connection, message_id: int, policy: Policy, *, today: date, zone: tzinfo
) -> ContactOutcome | None:
    """Return what followed one email; None if it was not sent.

    Parameters
    ----------
    today, zone
        The day and the zone in which days are said.
    """
    found = driver.execute(
        "SELECT sent_at FROM messages WHERE id = ? AND state = 'sent' AND sent_at IS NOT NULL", (message_id,)
    ).fetchone()
    if found is None:
        return None
    sent_on = datetime.fromisoformat(found[0]).astimezone(zone).date()
    currency = reporting_currency(driver, policy)
    rates = {currency: 1.0, **minor_rates(policy, currency)}
    first: date | None = None
    orders, revenue = 0, 0.0
    for day, amount, paid_in, counts in driver.execute(
        f"SELECT o.ordered_on, o.amount_minor, o.currency, ({PURCHASE}) FROM messages m JOIN orders o ON {FOLLOWS}"
        " WHERE m.id = :message ORDER BY o.ordered_on",
        {"message": message_id, "watch": f"+{policy.watch_days} days"},
    ):
        revenue += amount * rates.get(paid_in, 0.0)
        if counts:
            orders += 1
            first = first or date.fromisoformat(day)
    days = (first - sent_on).days if first is not None else None
    watched = max(0, min(policy.watch_days, (today - sent_on).days))
    made = ContactOutcome(
        sent_on=sent_on.isoformat(),
        came_back_on=first.isoformat() if first is not None else None,
        days=days,
        orders=orders,
        revenue_minor=round(revenue),
        currency=currency,
        watched_days=watched,
        words="",
    )
    return replace(made, words=_words(made, policy.watch_days, today, beside=_is_beside(driver, message_id)))


def _is_beside(driver: sqlite.Connection, message_id: int) -> bool:
    """Whether they ordered on the email's day at a time that nobody knows."""
    found = driver.execute(f"SELECT 1 FROM messages m JOIN orders o ON {SAME_DAY} AND {PURCHASE} WHERE m.id = ?",
                           (message_id,)).fetchone()  # fmt: skip
    return found is not None


def returned(driver: sqlite.Connection, since: str, watch_days: int) -> Returned:
    """Count alerts of customers at risk that were resolved since a moment: emailed or not, and who ordered again.

    An email counts that was sent before the alert was closed. Who came back by an order from before the email came back
    without it, and is counted among the others.
    """
    found = driver.execute(
        f"""SELECT SUM(contacted), SUM(contacted AND back), SUM(NOT contacted), SUM(NOT contacted AND back)
             FROM (SELECT a.outcome IS 'came_back' AS back,
                          EXISTS (SELECT 1 FROM messages m WHERE m.alert_id = a.id AND m.state = 'sent'
                                  AND m.sent_at <= a.closed_at
                                  AND (a.outcome IS NOT 'came_back' OR a.closed_by IS NOT 'rule'
                                       OR EXISTS (SELECT 1 FROM orders o WHERE {FOLLOWS} AND {PURCHASE}))) AS contacted
                     FROM alerts a WHERE a.closed_at >= :since AND +a.state = 'resolved' AND a.kind = 'risk'
                      AND a.customer_id IS NOT NULL)""",
        {"since": since, "watch": f"+{watch_days} days"},
    ).fetchone()
    return Returned(*(int(value or 0) for value in found))


def _words(made: ContactOutcome, watch_days: int, today: date, *, beside: bool) -> str:
    sent = words.day(date.fromisoformat(made.sent_on), today)
    if made.days is not None:
        after = "the same day" if made.days <= 0 else f"{words.count(made.days, 'day')} later"
        return f"Emailed {sent} · ordered {after}, {words.money(made.revenue_minor, made.currency)} since"
    if beside:
        return f"Emailed {sent} · ordered the same day, perhaps before the email: not counted"
    if made.watched_days < watch_days:
        until = date.fromisoformat(made.sent_on) + timedelta(days=watch_days)
        return f"Emailed {sent} · no order yet, watched until {words.day(until, today)}"
    return f"Emailed {sent} · no order within {words.count(watch_days, 'day')}"
