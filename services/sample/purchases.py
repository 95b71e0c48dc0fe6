"""Who buys when, and who stops: the declared model of the sample book.

A customer's gaps between purchase days are gamma with the customer's own mean and regularity; the mean gaps differ
between customers as the inverse of a gamma rate. Seasons and weekdays stretch and squeeze time. After each order a
customer may leave for good; late deliveries make that more likely. Planted declines stop on a day that is set.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from services.sample.calendar import Calendar
from services.sample.recipe import Bools, Floats, Ints, Recipe

STAYS = 0
LEFT = 1
CAUSES = ("", "left", "silent", "late_delivery", "faulty_product", "price")
NEVER = 10**6


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers as parallel arrays, in no order that means anything."""

    company: Bools
    joined: Ints  # day of signing up, negative before the history
    gap_days: Floats
    gap_shape: Floats
    budget_cents: Floats  # of an order, before it is filled with whole pieces
    lines: Floats
    price_factor: Floats
    favourite: Ints
    one_category: Bools
    price_sensitive: Bools
    growing: Bools
    shrinking: Bools
    worth_keeping: Bools
    value_minor_a_year: Ints
    stop_day: Ints  # of a planted decline, else NEVER
    cause: Ints  # index into CAUSES; drop-outs are added by `buy`

    @property
    def size(self) -> int:
        """How many customers there are."""
        return len(self.joined)


@dataclass(frozen=True, slots=True)
class Purchases:
    """Orders sorted by customer and day; `start[i]:start[i + 1]` are customer i's."""

    customer: Ints
    day: Ints
    start: Ints
    cause: Ints  # of each customer, drop-outs included
    last_day: Ints  # of each customer, −1 without an order
    late: Bools  # of each order: it fell into a bad spell of the warehouse


@dataclass
class Planted:
    """Customers (by place in the cohort) of each planted occasion."""

    signals: dict[str, list[int]] = field(default_factory=dict)

    def add(self, name: str, customers: Ints) -> None:
        """Note whom an occasion was planted for."""
        self.signals.setdefault(name, []).extend(int(c) for c in customers)


def invent_cohort(rng: np.random.Generator, size: int, recipe: Recipe, calendar: Calendar) -> Cohort:
    """Draw `size` customers and plant the declines among them."""
    p = recipe.parameters
    company = np.zeros(size, dtype=bool)
    company[rng.permutation(size)[: round(size * p["companies"]["share"])]] = True
    low_high = np.array([p["persons"]["gap_range_days"], p["companies"]["gap_range_days"]], dtype=float)
    kind = company.astype(np.int64)
    rate_shape = _either(p, "rate_shape", kind)
    rate = rng.gamma(rate_shape, 1.0) / rate_shape / _either(p, "gap_mean_days", kind)
    gap = np.clip(1.0 / rate, low_high[kind, 0], low_high[kind, 1])
    budget = _either(p, "budget_median", kind) * np.exp(rng.normal(0.0, _either(p, "budget_spread", kind)))
    budget = 100.0 * np.minimum(budget, p["baskets"]["budget_at_most"])
    value = 365.0 / gap * budget
    worth = value >= np.quantile(value, p["declines"]["worth_keeping_above"])
    shape = _either(p, "gap_shape", kind)
    joined = _joined(rng, size, p["joining"], calendar)
    stop, cause, shape = _plant(rng, p, calendar, gap=gap, worth=worth, joined=joined, shape=shape)
    free = cause == STAYS
    draw = rng.random((4, size))
    growing = free & (draw[0] < p["trends"]["growing_share"]) & (joined < calendar.last - 400)
    shrinking = free & ~growing & (draw[1] < p["trends"]["shrinking_share"]) & (gap < 60) & worth
    return Cohort(
        company=company,
        joined=joined,
        gap_days=gap,
        gap_shape=shape,
        budget_cents=budget,
        lines=_either(p, "lines_mean", kind),
        price_factor=_either(p, "price_factor", kind),
        favourite=rng.integers(0, len(recipe.catalogue.category_name), size),
        one_category=draw[2] < p["baskets"]["one_category_share"],
        price_sensitive=draw[3] < p["discounts"]["price_sensitive_share"],
        growing=growing,
        shrinking=shrinking,
        worth_keeping=worth,
        value_minor_a_year=value.astype(np.int64),
        stop_day=stop,
        cause=cause,
    )


def _either(p: Any, name: str, kind: Ints) -> Floats:
    return np.array([p["persons"][name], p["companies"][name]], dtype=float)[kind]


def _joined(rng: np.random.Generator, size: int, p: Any, calendar: Calendar) -> Ints:
    before = rng.random(size) < p["before_the_history"]
    earlier = -rng.integers(1, p["earliest_days_before"], size)
    later = rng.integers(0, calendar.last - p["none_in_the_last_days"], size)
    return np.where(before, earlier, later).astype(np.int64)


def _plant(
    rng: np.random.Generator,
    p: Any,
    calendar: Calendar,
    *,
    gap: Floats,
    worth: Bools,
    joined: Ints,
    shape: Floats,
) -> tuple[Ints, Ints, Floats]:
    """Choose the planted declines; spread how long they have been silent, in their own gaps, and their causes."""
    d = p["declines"]
    size = len(gap)
    stop = np.full(size, NEVER, dtype=np.int64)
    cause = np.zeros(size, dtype=np.int64)
    fit = np.flatnonzero(worth & (gap <= d["longest_gap_days"]) & (joined < calendar.last - 420))
    count = min(len(fit), max(1, round(d["share"] * size)))
    chosen = rng.permutation(fit)[:count]
    low, high = d["silence_in_gaps"]
    spread = rng.permutation(np.linspace(low, high, count)) if count else np.empty(0)
    # `buy` lets the last order fall up to one gap before this day.
    silence = np.minimum(spread * gap[chosen], d["silence_at_most_days"])
    stop[chosen] = (calendar.last - np.maximum(silence - 0.5 * gap[chosen], 1.0)).astype(np.int64)
    causes = [CAUSES.index(name) for name in d["causes"]]
    cause[chosen] = [causes[i % len(causes)] for i in range(count)]
    regular = shape.copy()
    regular[chosen] = np.maximum(shape[chosen], 16.0)
    return stop, cause, regular


def buy(rng: np.random.Generator, cohort: Cohort, recipe: Recipe, calendar: Calendar) -> Purchases:
    """Let the cohort buy from the history's first day to its last."""
    p = recipe.parameters
    by_kind = [_warped(p["season"], name, calendar) for name in ("weekdays_persons", "weekdays_companies")]
    spells = late_spells(p, calendar)
    cause = cohort.cause.copy()
    kind = cohort.company.astype(np.int64)
    drop_each, drop_first = _either(p, "dropout_each", kind), _either(p, "dropout_first", kind)
    at = np.where(cohort.joined > 0, _inner(by_kind, kind, cohort.joined), 0.0)
    # Who was a customer before the history is somewhere between two orders when it begins.
    first = np.where(cohort.joined > 0, rng.random(cohort.size) * 3.0, rng.random(cohort.size) * cohort.gap_days)
    end = np.minimum(cohort.stop_day, calendar.last)
    active = np.arange(cohort.size)
    previous = np.full(cohort.size, -1, dtype=np.int64)
    customers: list[Ints] = []
    days: list[Ints] = []
    round_number = 0
    while len(active):
        gaps = rng.gamma(cohort.gap_shape[active], cohort.gap_days[active] / cohort.gap_shape[active])
        faster = cohort.growing[active] & (previous[active] > calendar.last - 185)
        gaps = np.where(faster, gaps / p["trends"]["growing_factor"], gaps)
        at[active] += first[active] if round_number == 0 else gaps
        day = np.maximum(_outer(by_kind, kind[active], at[active]), previous[active] + 1)
        inside = day <= end[active]
        active, day = active[inside], day[inside]
        previous[active] = day
        customers.append(active)
        days.append(day)
        chance = np.where((round_number == 0) & (cohort.joined[active] >= 0), drop_first[active], drop_each[active])
        bad_year = day < calendar.last - p["bad_year"]["ended_days_ago"]
        chance = np.where(bad_year, chance * p["bad_year"]["dropout_factor"], chance)
        late = _within(day, spells)
        chance = chance + np.where(late, p["shocks"]["late_delivery_stop_share"], 0.0)
        leaves = (rng.random(len(active)) < chance) & (cohort.cause[active] == STAYS)
        cause[active[leaves]] = np.where(late[leaves], CAUSES.index("late_delivery"), LEFT)
        active = active[~leaves]
        round_number += 1
    return _sorted_purchases(rng, p, cohort.size, np.concatenate(customers), np.concatenate(days), cause, spells)


def _sorted_purchases(
    rng: np.random.Generator, p: Any, size: int, customer: Ints, day: Ints, cause: Ints, spells: list[tuple[int, int]]
) -> Purchases:
    again = rng.random(len(day)) < p["baskets"]["second_order_same_day"]
    customer, day = np.concatenate([customer, customer[again]]), np.concatenate([day, day[again]])
    order = np.lexsort((day, customer))
    customer, day = customer[order], day[order]
    start = np.searchsorted(customer, np.arange(size + 1))
    last = np.full(size, -1, dtype=np.int64)
    last[customer] = day
    return Purchases(customer, day, start, cause, last, _within(day, spells))


def with_an_order_on_the_last_day(purchases: Purchases, last_day: int) -> Purchases:
    """Move the newest order of a customer who stays to the as-of day, so that the orders' file reaches it."""
    stays = purchases.cause[purchases.customer] == STAYS
    if not stays.any() or purchases.day.max() == last_day:
        return purchases
    newest = int(np.flatnonzero(stays)[np.argmax(purchases.day[stays])])
    # the last of its customer, also where two orders fell on that day
    newest = int(purchases.start[purchases.customer[newest] + 1]) - 1
    day = purchases.day.copy()
    day[newest] = last_day
    last = purchases.last_day.copy()
    last[purchases.customer[newest]] = last_day
    return Purchases(purchases.customer, day, purchases.start, purchases.cause, last, purchases.late)


def late_spells(p: Any, calendar: Calendar) -> list[tuple[int, int]]:
    """Return first and last day of the warehouse's bad spells."""
    shocks = p["shocks"]
    length = shocks["late_delivery_length_days"]
    return [(calendar.last - ago, calendar.last - ago + length - 1) for ago in shocks["late_delivery_days_ago"]]


def faulty_spell(p: Any, calendar: Calendar) -> tuple[int, int]:
    """Return first and last day on which the faulty batch was sold."""
    first = calendar.last - p["shocks"]["faulty_product_days_ago"]
    return first, first + p["shocks"]["faulty_product_length_days"] - 1


def _within(day: Ints, spells: list[tuple[int, int]]) -> Bools:
    inside = np.zeros(len(day), dtype=bool)
    for first, last in spells:
        inside |= (day >= first) & (day <= last)
    return inside


def _warped(season: Any, weekdays: str, calendar: Calendar) -> Floats:
    """Return the inner time at the end of each day: its mean speed is one."""
    speed = np.array(season["months"])[calendar.month] * np.array(season[weekdays])[calendar.weekday]
    return np.concatenate([[0.0], np.cumsum(speed / speed.mean())])


def _inner(warped: list[Floats], kind: Ints, day: Ints) -> Floats:
    inside = np.clip(day, 0, len(warped[0]) - 1)
    return np.where(kind == 1, warped[1][inside], warped[0][inside])


def _outer(warped: list[Floats], kind: Ints, at: Floats) -> Ints:
    """Return the calendar day of an inner time; times past the end stay past the end."""
    days = [np.searchsorted(line, at, side="right") - 1 for line in warped]
    return np.where(kind == 1, days[1], days[0]).astype(np.int64)
