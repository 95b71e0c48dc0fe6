"""What customers say about products in public. Rows of reviews.csv."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from services.sample.baskets import Orders
from services.sample.calendar import Calendar
from services.sample.purchases import STAYS, Cohort, Planted, Purchases
from services.sample.recipe import Ints, Recipe


@dataclass(frozen=True, slots=True)
class Reviews:
    """Which lines of which orders were reviewed, when, with how many stars, in the order of the days."""

    line: Ints
    day: Ints
    stars: Ints


def review(
    rng: np.random.Generator,
    cohort: Cohort,
    bought: Purchases,
    orders: Orders,
    recipe: Recipe,
    calendar: Calendar,
    planted: Planted,
) -> Reviews:
    """Choose the lines that are reviewed; some customers were let down in the last weeks and told nobody else."""
    p, shocks = recipe.parameters["reviews"], recipe.parameters["shocks"]
    who, bought_on = orders.customer[orders.line_order], orders.day[orders.line_order]
    day = bought_on + rng.integers(8, 36, len(bought_on))
    stars = 1 + np.searchsorted(np.cumsum(p["stars"])[:-1], rng.random(len(bought_on)))
    let_down = orders.faulty & (rng.random(len(bought_on)) < shocks["faulty_product_review_share"])
    stars = np.where(let_down, 1 + rng.integers(0, 2, len(bought_on)), stars)
    count = round(1.03 * p["per_customer"] * cohort.size)
    written = rng.permutation(np.flatnonzero(day <= calendar.last))[:count]
    written = np.union1d(written, np.flatnonzero(let_down & (day <= calendar.last)))
    recent = (bought.cause == STAYS)[who] & (bought_on > calendar.last - 40) & (bought_on < calendar.last - 12)
    bad = rng.permutation(np.flatnonzero(recent))[: max(1, round(p["bad_lately_share"] * cohort.size))]
    day[bad] = calendar.last - rng.integers(2, 12, len(bad))
    stars[bad] = 1 + (rng.random(len(bad)) < 0.5)
    planted.add("bad_review", who[bad])
    written = np.union1d(written, bad)
    written = written[np.argsort(day[written], kind="stable")]
    return Reviews(written, day[written], stars[written])


def review_rows(
    rng: np.random.Generator,
    ids: list[str],
    orders: Orders,
    reviews: Reviews,
    recipe: Recipe,
    calendar: Calendar,
    first_number: int,
) -> list[list[str]]:
    """Return the rows of reviews.csv."""
    catalogue, verified = recipe.catalogue, recipe.parameters["reviews"]["verified_share"]
    days = calendar.dates(reviews.day)
    rows: list[list[str]] = []
    for i, line in enumerate(reviews.line.tolist()):
        stars = str(reviews.stars[i])
        voice = recipe.words["reviews"][stars]
        name = catalogue.name[orders.product[line]]
        text = f"{_one(rng, voice['texts'])} {_one(rng, voice['more'])}".strip()
        rows.append(
            [
                f"V{first_number + i}",
                ids[orders.customer[orders.line_order[line]]],
                catalogue.sku[orders.product[line]],
                name,
                stars,
                _one(rng, voice["titles"]),
                text.format(product=name),
                days[i],
                "yes" if rng.random() < verified else "no",
            ]
        )
    return rows


def _one(rng: np.random.Generator, options: Any) -> str:
    return str(options[int(rng.random() * len(options))])
