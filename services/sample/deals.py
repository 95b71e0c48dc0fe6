"""Wholesale deals with shops and how they move. Rows of opportunities.csv and stage_changes.csv."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from services.sample.calendar import Calendar, seconds_of_day
from services.sample.purchases import STAYS, Cohort, Planted, Purchases
from services.sample.recipe import Bools, Ints, Recipe

STAGES = ("Identified", "Qualified", "Proposal", "Negotiation", "Won", "Lost")
CHANCE = (10, 25, 50, 75, 100, 0)
QUALIFIED, PROPOSAL, NEGOTIATION, WON, LOST = 1, 2, 3, 4, 5
SEASONS = (
    "Winter",
    "Winter",
    "Spring",
    "Spring",
    "Spring",
    "Summer",
    "Summer",
    "Autumn",
    "Autumn",
    "Autumn",
    "Winter",
    "Winter",
)


@dataclass(frozen=True, slots=True)
class Deals:
    """Deals in the order of opening, with the day on which each stage was entered (−1: not entered)."""

    customer: Ints
    opened: Ints
    entered: Ints  # deals × stages
    stage: Ints
    amount_cents: Ints


def negotiate(
    rng: np.random.Generator,
    cohort: Cohort,
    bought: Purchases,
    recipe: Recipe,
    calendar: Calendar,
    planted: Planted,
) -> Deals:
    """Open deals with the shops and let them run to the last day."""
    p = recipe.parameters["deals"]
    shops = np.flatnonzero(cohort.company)
    if len(shops) == 0:
        none = np.empty(0, dtype=np.int64)
        return Deals(none, none, np.empty((0, len(STAGES)), dtype=np.int64), none, none)
    stalled = rng.permutation(shops[(bought.cause == STAYS)[shops] & cohort.worth_keeping[shops]])
    stalled = stalled[: max(1, round(p["stalled_share"] * len(shops)))]
    planted.add("stalled_deal", stalled)
    customer = np.concatenate([shops[rng.integers(0, len(shops), round(p["per_company"] * len(shops)))], stalled])
    standing = np.zeros(len(customer), dtype=bool)
    standing[len(customer) - len(stalled) :] = True
    begin = np.maximum(cohort.joined[customer], 0)
    end = np.where(bought.cause[customer] == STAYS, calendar.last, np.maximum(bought.last_day[customer], begin + 1))
    opened = begin + (rng.random(len(customer)) * (end - begin + 1)).astype(np.int64)
    opened = np.where(standing, calendar.last - rng.integers(38, 60, len(customer)), opened)
    entered, stage = _run(rng, p, opened, standing, calendar)
    order = np.argsort(opened, kind="stable")
    return Deals(
        customer[order], opened[order], entered[order], stage[order], _amounts(rng, cohort, customer, p)[order]
    )


def _run(rng: np.random.Generator, p: Any, opened: Ints, standing: Bools, calendar: Calendar) -> tuple[Ints, Ints]:
    """Let each deal pass its stages; it may be lost at the end of any of them."""
    count = len(opened)
    lost_each = 1.0 - p["won_share"] ** 0.25
    entered = np.full((count, len(STAGES)), -1, dtype=np.int64)
    entered[:, 0] = opened
    stage = np.zeros(count, dtype=np.int64)
    at = opened.copy()
    moving = np.ones(count, dtype=bool)
    for current, mean in enumerate(p["days_in_stage"]):
        at = at + np.maximum(1, np.round(rng.gamma(3.0, mean / 3.0, count))).astype(np.int64)
        if current == PROPOSAL:
            moving &= ~standing  # a stalled deal got its proposal, and then nothing
        at = np.where(
            standing & (current < PROPOSAL), np.minimum(at, calendar.last - 19 - 3 * (PROPOSAL - current)), at
        )
        lost = (rng.random(count) < lost_each) & ~standing
        following = np.where(lost, LOST, current + 1)
        moved = moving & (at <= calendar.last)
        entered[np.flatnonzero(moved), following[moved]] = at[moved]
        stage[moved] = following[moved]
        moving = moved & ~lost
    return entered, stage


def _amounts(rng: np.random.Generator, cohort: Cohort, customer: Ints, p: Any) -> Ints:
    usual = cohort.value_minor_a_year[customer] * cohort.gap_days[customer] / 365.0
    low, high = p["amount_in_orders"]
    amount = usual * np.exp(rng.uniform(np.log(low), np.log(high), len(customer)))
    return (np.round(amount / 1000.0) * 1000).astype(np.int64)


def _losses(rng: np.random.Generator, recipe: Recipe, count: int) -> list[str]:
    """A reason for each deal, should it be lost; '' where nobody said one."""
    losses = recipe.words["deals"]["losses"]
    drawn = rng.choice(len(losses), count, p=np.array(list(losses.values())) / sum(losses.values()))
    said = rng.random(count) < recipe.parameters["deals"]["reason_share"]
    return [name if told else "" for name, told in zip(np.array(list(losses))[drawn].tolist(), said, strict=True)]


def opportunity_rows(
    rng: np.random.Generator,
    rng_of_losses: np.random.Generator,
    ids: list[str],
    owners: list[str],
    deals: Deals,
    recipe: Recipe,
    calendar: Calendar,
    first_number: int,
) -> list[list[str]]:
    """Return the rows of opportunities.csv."""
    words, catalogue = recipe.words["deals"], recipe.catalogue
    why = _losses(rng_of_losses, recipe, len(deals.stage))
    rows: list[list[str]] = []
    for i, customer in enumerate(deals.customer.tolist()):
        opened, stage = int(deals.opened[i]), int(deals.stage[i])
        closes = int(deals.entered[i, stage]) if stage >= WON else opened + 40 + int(rng.random() * 30)
        name = words["names"][int(rng.random() * len(words["names"]))].format(
            season=SEASONS[calendar.on(opened).month - 1],
            category=catalogue.category_name[int(rng.random() * len(catalogue.category_name))].lower(),
        )
        cents = int(deals.amount_cents[i])
        rows.append(
            [
                f"D{first_number + i}",
                ids[customer],
                name,
                words["kinds"][int(rng.random() * len(words["kinds"]))],
                STAGES[stage],
                f"${cents // 100:,}.{cents % 100:02d}",
                catalogue.currency,
                f"{CHANCE[stage]}%",
                calendar.on(opened).isoformat(),
                calendar.on(closes).isoformat(),
                owners[customer],
                words["origins"][int(rng.random() * len(words["origins"]))],
                why[i] if stage == LOST else "",
            ]
        )
    return rows


def stage_change_rows(
    rng: np.random.Generator, owners: list[str], deals: Deals, calendar: Calendar, first_number: int
) -> list[list[str]]:
    """Return the rows of stage_changes.csv, in the order of their moments."""
    deal, stage = np.nonzero(deals.entered >= 0)
    day = deals.entered[deal, stage]
    second = seconds_of_day(rng, len(deal))
    order = np.lexsort((stage, second, day))
    deal, stage, day, second = deal[order], stage[order], day[order], second[order]
    at = calendar.moments(day, second)
    before = _stage_before(deals)
    return [
        [
            f"D{first_number + d}",
            "" if s == 0 else STAGES[before[d, s]],
            STAGES[s],
            at[i],
            owners[deals.customer[d]],
        ]
        for i, (d, s) in enumerate(zip(deal.tolist(), stage.tolist(), strict=True))
    ]


def _stage_before(deals: Deals) -> Ints:
    """Return, for each deal and stage, the last open stage that was entered before it."""
    reached = np.where(deals.entered[:, :WON] >= 0, np.arange(WON)[None, :], -1)
    latest = np.maximum.accumulate(reached, axis=1)
    before = np.zeros_like(deals.entered)
    before[:, 1:WON] = latest[:, :-1]
    before[:, WON:] = latest[:, -1:]
    return before
