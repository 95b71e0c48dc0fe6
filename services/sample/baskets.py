"""What an order holds, what it costs, and what comes back. Rows of orders.csv and returns.csv."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from services.sample.calendar import Calendar, seconds_of_day
from services.sample.purchases import CAUSES, NEVER, Cohort, Purchases, faulty_spell
from services.sample.recipe import Bools, Floats, Ints, Recipe

CHANNELS = ("web", "store", "phone")
REASONS = ("does not fit", "not as pictured", "changed my mind", "arrived too late", "faulty")
FAULTY = REASONS.index("faulty")


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders in the order of their moments, with the lines of each; line arrays are sorted by order."""

    customer: Ints
    day: Ints
    second: Ints
    late: Bools
    channel: Ints
    number: list[str]
    line_order: Ints
    product: Ints
    quantity: Ints
    unit_cents: Ints
    discount_cents: Ints
    faulty: Bools  # of each line: the product's bad batch
    final: Bools  # of each order: the customer's last one before a planted decline

    @property
    def line_cents(self) -> Ints:
        """What each line costs, after its discount."""
        return self.quantity * self.unit_cents - self.discount_cents


def fill_baskets(
    rng: np.random.Generator,
    cohort: Cohort,
    bought: Purchases,
    recipe: Recipe,
    calendar: Calendar,
    first_number: int,
) -> Orders:
    """Give every order its moment, its number and its lines."""
    count = len(bought.day)
    second = seconds_of_day(rng, count)
    order = np.lexsort((second, bought.day))
    customer, day, second = bought.customer[order], bought.day[order], second[order]
    newest = np.zeros(count, dtype=bool)
    newest[bought.start[1:][bought.start[1:] > bought.start[:-1]] - 1] = True
    final = (newest & (cohort.stop_day < NEVER)[bought.customer])[order]
    lines = 1 + rng.poisson(np.maximum(cohort.lines[customer] - 1.0, 0.0))
    line_order = np.repeat(np.arange(count), lines)
    who = customer[line_order]
    product = _products(rng, cohort, who, calendar.month[day[line_order]], recipe)
    first_line = np.concatenate([[0], np.cumsum(lines)[:-1]]).astype(np.int64)
    blamed = final & (bought.cause[customer] == CAUSES.index("faulty_product"))
    product[first_line[blamed]] = recipe.catalogue.faulty
    sold_first, sold_last = faulty_spell(recipe.parameters, calendar)
    sold = day[line_order]
    faulty = (product == recipe.catalogue.faulty) & (sold >= sold_first) & (sold <= sold_last)
    faulty[first_line[blamed]] = True
    unit = np.round(recipe.catalogue.price_cents[product] * cohort.price_factor[who]).astype(np.int64)
    budget = _budgets(rng, cohort, bought, recipe)[order]
    quantity = np.maximum(1, np.round((budget / lines)[line_order] / unit)).astype(np.int64)
    online = rng.random(count)
    channel = np.where(online < 0.68, 0, np.where(online < 0.92, 1, 2))
    return Orders(
        customer=customer,
        day=day,
        second=second,
        late=bought.late[order],
        channel=channel,
        number=[f"O{number}" for number in range(first_number, first_number + count)],
        line_order=line_order,
        product=product,
        quantity=quantity,
        unit_cents=unit,
        discount_cents=_discounts(rng, cohort, who, quantity * unit, recipe),
        faulty=faulty,
        final=final,
    )


def _budgets(rng: np.random.Generator, cohort: Cohort, bought: Purchases, recipe: Recipe) -> Floats:
    """Return what each order may cost; the newest orders of some customers are much smaller."""
    trends = recipe.parameters["trends"]
    from_the_end = bought.start[bought.customer + 1] - 1 - np.arange(len(bought.day))
    small = cohort.shrinking[bought.customer] & (from_the_end < trends["shrinking_orders"])
    usual = cohort.budget_cents[bought.customer] * np.where(small, trends["shrinking_factor"], 1.0)
    spread = recipe.parameters["baskets"]["order_spread"]
    budgets: Floats = usual * np.exp(rng.normal(0.0, spread, len(usual)))
    return budgets


def _products(rng: np.random.Generator, cohort: Cohort, who: Ints, month: Ints, recipe: Recipe) -> Ints:
    catalogue = recipe.catalogue
    by_season = np.cumsum(catalogue.month_weight, axis=1)[month]
    category = (rng.random(len(who))[:, None] > by_season[:, :-1]).sum(axis=1)
    own = rng.random(len(who)) < recipe.parameters["baskets"]["favourite_share"]
    category = np.where(own | cohort.one_category[who], cohort.favourite[who], category)
    first = catalogue.first_of_category[category]
    room = catalogue.first_of_category[category + 1] - first
    # the first names of a category sell best
    product: Ints = first + (rng.random(len(who)) ** 1.5 * room).astype(np.int64)
    return product


def _discounts(rng: np.random.Generator, cohort: Cohort, who: Ints, cents: Ints, recipe: Recipe) -> Ints:
    p = recipe.parameters["discounts"]
    rate = np.where(cohort.price_sensitive[who], p["price_sensitive_rate"], p["other_rate"])
    reduced = rng.random(len(who)) < rate
    step = np.array(p["steps"])[rng.integers(0, len(p["steps"]), len(who))]
    return np.where(reduced, np.round(cents * step), 0).astype(np.int64)


def money(cents: Ints) -> list[str]:
    """Return amounts as text with two decimals."""
    return [f"{amount // 100}.{amount % 100:02d}" for amount in cents.tolist()]


def order_rows(ids: list[str], orders: Orders, recipe: Recipe, calendar: Calendar) -> Iterable[tuple[str, ...]]:
    """Return the rows of orders.csv, one a line, the order's own columns on each."""
    catalogue = recipe.catalogue
    of = orders.line_order.tolist()
    at = calendar.moments(orders.day, orders.second)
    who = [ids[i] for i in orders.customer.tolist()]
    channel = [CHANNELS[i] for i in orders.channel.tolist()]
    product = orders.product.tolist()
    categories = [catalogue.category_name[i] for i in catalogue.category.tolist()]
    return zip(
        [orders.number[i] for i in of],
        [who[i] for i in of],
        [at[i] for i in of],
        [channel[i] for i in of],
        [catalogue.sku[i] for i in product],
        [catalogue.name[i] for i in product],
        [categories[i] for i in product],
        map(str, orders.quantity.tolist()),
        money(orders.unit_cents),
        money(orders.discount_cents),
        money(orders.line_cents),
        [catalogue.currency] * len(of),
        strict=True,
    )


def return_rows(
    rng: np.random.Generator,
    ids: list[str],
    cohort: Cohort,
    orders: Orders,
    recipe: Recipe,
    calendar: Calendar,
    first_number: int,
) -> list[tuple[str, ...]]:
    """Return the rows of returns.csv: whole lines that came back, sorted by day."""
    catalogue, p = recipe.catalogue, recipe.parameters
    who = orders.customer[orders.line_order]
    rate = catalogue.return_rate[catalogue.category[orders.product]]
    rate = np.where(cohort.company[who], rate * p["returns"]["companies_factor"], rate)
    rate = np.where(orders.faulty, p["shocks"]["faulty_product_return_share"], rate)
    low, high = p["returns"]["after_days"]
    day = orders.day[orders.line_order] + rng.integers(low, high + 1, len(who))
    lines = np.flatnonzero((rng.random(len(who)) < rate) & (day <= calendar.last))
    lines = lines[np.argsort(day[lines], kind="stable")]
    reason = np.where(orders.faulty[lines], FAULTY, rng.integers(0, FAULTY, len(lines)))
    refund = money(orders.line_cents[lines])
    return [
        (
            f"R{first_number + i}",
            orders.number[orders.line_order[line]],
            ids[who[line]],
            calendar.on(day[line]).isoformat(),
            catalogue.sku[orders.product[line]],
            catalogue.name[orders.product[line]],
            str(orders.quantity[line]),
            refund[i],
            catalogue.currency,
            REASONS[reason[i]],
        )
        for i, line in enumerate(lines.tolist())
    ]
