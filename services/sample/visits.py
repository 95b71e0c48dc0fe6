"""What else customers do: web sessions, store visits, the shops' portal, fit scans.

Rows of activities.csv and, with what was measured, of fit_scans.csv.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from services.sample.baskets import Orders
from services.sample.calendar import Calendar, seconds_of_day
from services.sample.purchases import STAYS, Cohort, Planted, Purchases
from services.sample.recipe import Bools, Floats, Ints, Recipe

KINDS = ("web_session", "store_visit", "fit_scan", "login", "document_view")
SESSION, VISIT, SCAN, LOGIN, DOCUMENT = range(len(KINDS))
SECONDS = ((220, 0.9), (1300, 0.4), (95, 0.3), (340, 0.7), (150, 0.8))  # median and log-normal spread
SIZES = ("XS", "S", "M", "L", "XL", "XXL")
SIZE_FROM_CHEST_CM = (88, 94, 101, 108, 116)
AFTERWARDS = 12  # days for which somebody who stops still looks around


def drop_by(
    rng: np.random.Generator,
    cohort: Cohort,
    bought: Purchases,
    orders: Orders,
    recipe: Recipe,
    calendar: Calendar,
    planted: Planted,
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return customer, kind, day and second of all activity, in the order of the moments."""
    p = recipe.parameters["activities"]
    begin = np.maximum(cohort.joined, 0)
    end = np.where(bought.cause == STAYS, calendar.last, np.maximum(bought.last_day + AFTERWARDS, begin))
    end = np.minimum(end, calendar.last)
    years = (end - begin + 1) / 365.0
    found = [
        _around_orders(rng, orders, p, calendar),
        _now_and_then(rng, np.full(cohort.size, p["web_sessions_idle_per_year"]), begin, end, years, SESSION),
        _now_and_then(rng, np.full(cohort.size, p["store_visits_per_year"]), begin, end, years, VISIT),
        _scans(rng, cohort, orders, p, begin, end, years),
        *_portal(rng, cohort, bought, p, begin, end, calendar, planted),
    ]
    customer, kind, day = (np.concatenate([part[i] for part in found]) for i in range(3))
    second = seconds_of_day(rng, len(day))
    order = np.lexsort((kind, customer, second, day))
    return customer[order], kind[order], day[order], second[order]


def _around_orders(rng: np.random.Generator, orders: Orders, p: Any, calendar: Calendar) -> tuple[Ints, Ints, Ints]:
    times = rng.poisson(p["web_sessions_per_order"], len(orders.day))
    customer = np.repeat(orders.customer, times)
    day = np.repeat(orders.day, times) - rng.integers(0, 7, len(customer))
    kept = day >= 0
    return customer[kept], np.full(int(kept.sum()), SESSION), day[kept]


def _now_and_then(
    rng: np.random.Generator, per_year: Floats, begin: Ints, end: Ints, years: Floats, kind: int
) -> tuple[Ints, Ints, Ints]:
    customer = np.repeat(np.arange(len(begin)), rng.poisson(per_year * years))
    span = end[customer] - begin[customer] + 1
    return customer, np.full(len(customer), kind), begin[customer] + (rng.random(len(customer)) * span).astype(np.int64)


def _scans(
    rng: np.random.Generator, cohort: Cohort, orders: Orders, p: Any, begin: Ints, end: Ints, years: Floats
) -> tuple[Ints, Ints, Ints]:
    """Those who use the fit scan did so before their first order, and again now and then."""
    uses: Bools = rng.random(cohort.size) < p["fit_scan_share"]
    again = _now_and_then(rng, np.where(uses, p["fit_scans_per_year"], 0.0), begin, end, years, SCAN)
    first_day = np.full(cohort.size, -1, dtype=np.int64)
    first_day[orders.customer[::-1]] = orders.day[::-1]
    first = np.flatnonzero(uses & (first_day >= 0))
    return (
        np.concatenate([first, again[0]]),
        np.full(len(first) + len(again[0]), SCAN),
        np.concatenate([first_day[first], again[2]]),
    )


def _portal(
    rng: np.random.Generator,
    cohort: Cohort,
    bought: Purchases,
    p: Any,
    begin: Ints,
    end: Ints,
    calendar: Calendar,
    planted: Planted,
) -> list[tuple[Ints, Ints, Ints]]:
    """Shops with a login come most weeks; for some of them that nearly stopped four weeks ago."""
    users = np.flatnonzero(cohort.company & (rng.random(cohort.size) < p["portal_share"]))
    steady = users[(bought.cause == STAYS)[users] & cohort.worth_keeping[users] & (begin[users] < calendar.last - 200)]
    dropped = rng.permutation(steady)[: round(p["portal_dropped_share"] * cohort.company.sum())]
    planted.add("portal_logins_dropped", dropped)
    weeks = (end[users] - begin[users] + 1) // 7
    week_of = np.repeat(users, weeks)
    week = np.arange(len(week_of)) - np.repeat(np.cumsum(weeks) - weeks, weeks)
    rate = np.full(len(week_of), p["portal_logins_per_week"])
    since = calendar.last - p["portal_dropped_days_ago"]
    quiet = np.isin(week_of, dropped) & (begin[week_of] + week * 7 > since)
    times = rng.poisson(np.where(quiet, rate * 0.04, rate))
    customer, week = np.repeat(week_of, times), np.repeat(week, times)
    day = begin[customer] + week * 7 + rng.integers(0, 7, len(customer))
    reads = rng.random(len(customer)) < p["document_views_per_login"]
    return [
        (customer, np.full(len(customer), LOGIN), day),
        (customer[reads], np.full(int(reads.sum()), DOCUMENT), day[reads]),
    ]


def activity_rows(
    rng: np.random.Generator,
    ids: list[str],
    customer: Ints,
    kind: Ints,
    day: Ints,
    second: Ints,
    recipe: Recipe,
    calendar: Calendar,
    first_number: int,
) -> Iterable[tuple[str, ...]]:
    """Return the rows of activities.csv."""
    median, spread = (np.array([pair[i] for pair in SECONDS], dtype=float)[kind] for i in (0, 1))
    lasted = np.round(median * np.exp(rng.normal(0.0, spread))).astype(np.int64)
    documents, categories = recipe.words["activities"]["documents"], recipe.catalogue.category_name
    pick = (rng.random(len(kind)) * len(documents) * len(categories)).astype(np.int64).tolist()
    subject = [
        documents[n % len(documents)]
        if k == DOCUMENT
        else categories[n % len(categories)]
        if k in (SESSION, SCAN)
        else ""
        for k, n in zip(kind.tolist(), pick, strict=True)
    ]
    return zip(
        [f"A{number}" for number in range(first_number, first_number + len(kind))],
        [ids[i] for i in customer.tolist()],
        [KINDS[i] for i in kind.tolist()],
        calendar.moments(day, second),
        map(str, lasted.tolist()),
        subject,
        strict=True,
    )


def scan_rows(
    rng: np.random.Generator, ids: list[str], customer: Ints, day: Ints, second: Ints, recipe: Recipe,
    calendar: Calendar, first_number: int,
) -> Iterable[tuple[str, ...]]:  # fmt: skip
    """Return the rows of fit_scans.csv: a customer's measures stay, but for a centimetre or two from scan to scan."""
    p = recipe.parameters["measurements"]

    def drawn(name: str) -> Floats:
        mean, spread = p[name]
        return rng.normal(mean, spread, len(ids))

    chest, waist, hip, inseam = map(drawn, ("chest_cm", "waist_from_chest_cm", "hip_from_chest_cm", "inseam_cm"))
    noise = rng.normal(0.0, 0.7, (4, len(customer)))
    seen = [
        np.round(part[customer] + around)
        for part, around in zip((chest, chest + waist, chest + hip, inseam), noise, strict=True)
    ]
    sizes = [SIZES[step] for step in np.digitize(seen[0], SIZE_FROM_CHEST_CM).tolist()]
    return zip(
        [f"F{number}" for number in range(first_number, first_number + len(customer))],
        [ids[i] for i in customer.tolist()],
        calendar.moments(day, second),
        *([str(int(value)) for value in part.tolist()] for part in seen),
        sizes,
        strict=True,
    )
