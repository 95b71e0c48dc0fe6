"""What the retailer mails, and what comes of it. Rows of email_events.tsv."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from services.sample.calendar import Calendar, seconds_of_day
from services.sample.people import UNKNOWN, WITHDRAWN, Consent
from services.sample.purchases import STAYS, Cohort, Purchases
from services.sample.recipe import Bools, Ints, Recipe

MINUTE = 60
DAY = 86_400
KINDS = ("sent", "bounced", "opened", "clicked", "replied", "converted", "unsubscribed")
SENT, BOUNCED, OPENED, CLICKED, REPLIED, CONVERTED, UNSUBSCRIBED = range(len(KINDS))


@dataclass(frozen=True, slots=True)
class MailEvents:
    """Events in the order of their moments (seconds from the history's first midnight)."""

    customer: Ints
    campaign: Ints
    kind: Ints
    at: Ints


def campaigns(words: Any, calendar: Calendar, email_last: int, every_days: int) -> tuple[Ints, list[tuple[str, str]]]:
    """Return the days of the campaigns, with their names and types; the last is on the last day of the email events."""
    days = np.arange(email_last, 0, -every_days)[::-1].astype(np.int64)
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    for number, day in enumerate(days.tolist()):
        on = calendar.on(day)
        name, kind = words["campaigns"]["by_month"][str(on.month)]
        seasonal = f"{name} {on.year}"
        regular, its_kind = words["campaigns"]["regular"][number % len(words["campaigns"]["regular"])]
        found.append((f"{regular} {on.day}/{on.month}", its_kind) if seasonal in seen else (seasonal, kind))
        seen.add(seasonal)
    return days, found


def mail(
    rng: np.random.Generator,
    cohort: Cohort,
    consent: Consent,
    bought: Purchases,
    recipe: Recipe,
    days: Ints,
    email_last: int,
) -> MailEvents:
    """Send the campaigns to those who may be written to, and let them open, click, order, or unsubscribe."""
    p = recipe.parameters["emails"]
    allowed = np.where(consent.state == UNKNOWN, -1, np.where(consent.state == WITHDRAWN, consent.since, 10**6))
    chosen = rng.random((cohort.size, len(days))) < p["recipients_share"]
    chosen &= (days[None, :] > cohort.joined[:, None]) & (days[None, :] < allowed[:, None])
    pause = p["not_after_days_without_order"]
    chosen &= days[None, :] - _last_order_before(bought, cohort, days) <= pause
    # Whoever withdrew did so from a campaign of that day or the one before.
    withdrew = np.flatnonzero((consent.state == WITHDRAWN) & (consent.since > days[0]) & (consent.since <= email_last))
    campaign_of = np.searchsorted(days, consent.since[withdrew], side="right") - 1
    chosen[withdrew, campaign_of] = True
    customer, campaign = (index.astype(np.int64) for index in np.nonzero(chosen))
    sent = days[campaign] * DAY + 9 * 3600 + (rng.random(len(customer)) * 20 * MINUTE).astype(np.int64)
    listens = _listens(bought, p, customer, days[campaign])
    bounced = rng.random(len(customer)) < p["bounced"]
    openness, interest = (rng.beta(p[name][0], p[name][1], cohort.size)[customer] for name in ("opens", "clicks"))
    opened = ~bounced & (rng.random(len(customer)) < openness * np.where(listens, 1.0, 0.12))
    clicked = opened & listens & (rng.random(len(customer)) < np.minimum(interest / np.maximum(openness, 0.2), 0.95))
    replied = clicked & (rng.random(len(customer)) < p["replies_of_clicks"])
    opened_at = sent + 4 * MINUTE + (rng.exponential(5.0, len(customer)) * 3600).astype(np.int64)
    clicked_at = opened_at + 20 + (rng.random(len(customer)) * 200).astype(np.int64)
    ordered = _next_order(bought, customer, clicked_at // DAY)
    converted = clicked & (ordered - clicked_at // DAY <= p["converted_within_days"])
    last = {int(c): int(k) for c, k in zip(withdrew.tolist(), campaign_of.tolist(), strict=True)}
    events = [
        (customer, campaign, SENT, sent),
        (customer[bounced], campaign[bounced], BOUNCED, sent[bounced] + MINUTE),
        (customer[opened], campaign[opened], OPENED, opened_at[opened]),
        (customer[clicked], campaign[clicked], CLICKED, clicked_at[clicked]),
        (customer[replied], campaign[replied], REPLIED, clicked_at[replied] + 40 * MINUTE),
        (customer[converted], campaign[converted], CONVERTED, ordered[converted] * DAY + 20 * 3600 + 50 * MINUTE),
        (
            withdrew,
            np.array([last[c] for c in withdrew.tolist()], dtype=np.int64),
            UNSUBSCRIBED,
            consent.since[withdrew] * DAY + seconds_of_day(rng, len(withdrew)) + 2 * 3600,
        ),
    ]
    return _in_order(events, email_last)


def _in_order(events: list[tuple[Ints, Ints, int, Ints]], email_last: int) -> MailEvents:
    customer, campaign, at = (np.concatenate([event[i] for event in events]) for i in (0, 1, 3))
    kind = np.concatenate([np.full(len(event[0]), event[2], dtype=np.int64) for event in events])
    order = np.lexsort((kind, customer, at))
    order = order[at[order] < (email_last + 1) * DAY]
    return MailEvents(customer[order], campaign[order], kind[order], at[order])


def _listens(bought: Purchases, p: Any, customer: Ints, day: Ints) -> Bools:
    """Customers who will stop buying look away some weeks before their last order shows it."""
    ends: Ints = np.where(bought.cause == STAYS, 10**6, bought.last_day - p["unread_days_before_stopping"])
    listens: Bools = day < ends[customer]
    return listens


def _last_order_before(bought: Purchases, cohort: Cohort, days: Ints) -> Ints:
    """Return each customer's newest order before each of `days`, or when they joined; customers × days."""
    newest = np.repeat(cohort.joined[:, None], len(days), axis=1)
    place = np.searchsorted(days, bought.day, side="right")
    seen = place < len(days)
    np.maximum.at(newest, (bought.customer[seen], place[seen]), bought.day[seen])
    return np.maximum.accumulate(newest, axis=1)


def _next_order(bought: Purchases, customer: Ints, day: Ints) -> Ints:
    """Return the day of the customer's first order on or after a day, far away where there is none."""
    if len(bought.day) == 0:
        return np.full(len(customer), 10**6, dtype=np.int64)
    scale = 10**5
    key = bought.customer * scale + bought.day
    place = np.minimum(np.searchsorted(key, customer * scale + day), len(key) - 1)
    same = (bought.customer[place] == customer) & (bought.day[place] >= day)
    return np.where(same, bought.day[place], 10**6).astype(np.int64)


def email_rows(
    ids: list[str],
    addresses: list[str],
    events: MailEvents,
    called: list[tuple[str, str]],
    calendar: Calendar,
    first_number: int,
) -> Iterable[tuple[str, ...]]:
    """Return the rows of email_events.tsv; the campaigns are `called` by name and type."""
    who, which = events.customer.tolist(), events.campaign.tolist()
    names, kinds = zip(*called, strict=True) if called else ((), ())
    subjects = [f"{name}: chosen for you" for name in names]
    return zip(
        [f"E{number}" for number in range(first_number, first_number + len(who))],
        [ids[i] for i in who],
        [addresses[i] for i in who],
        [f"M{campaign + 1:03d}-{ids[i]}" for i, campaign in zip(who, which, strict=True)],
        [names[i] for i in which],
        [kinds[i] for i in which],
        [subjects[i] for i in which],
        [KINDS[i] for i in events.kind.tolist()],
        calendar.moments(events.at // DAY, events.at % DAY),
        strict=True,
    )
