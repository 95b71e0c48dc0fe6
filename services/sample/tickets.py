"""What customers tell support, in words that fit what happened to them. Rows of tickets.csv."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from services.sample.baskets import Orders
from services.sample.calendar import Calendar, seconds_of_day
from services.sample.purchases import CAUSES, STAYS, Cohort, Planted, Purchases
from services.sample.recipe import Recipe

DELAYS = {"Delivery": (3, 12), "Quality": (5, 40), "Sizing": (0, 6), "Billing": (2, 20), "Return": (2, 12)}
ASKS = (0, 30)
HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something a customer writes about: which order, when, in which mood, and told how."""

    order: int
    day: int
    script: Any
    mood: str
    stays_open: bool = False


def ticket_occasions(
    rng: np.random.Generator,
    cohort: Cohort,
    bought: Purchases,
    orders: Orders,
    recipe: Recipe,
    calendar: Calendar,
    planted: Planted,
) -> list[Occasion]:
    """Return why customers write to support, in the order of the days."""
    occasions = _ordinary(rng, cohort, orders, recipe, calendar)
    occasions += _told_before_leaving(rng, bought, orders, recipe, calendar)
    occasions += _shocked(rng, orders, recipe, calendar)
    occasions += _unhappy_lately(rng, cohort, bought, orders, recipe, calendar, planted)
    return sorted(occasions, key=lambda o: (o.day, o.order))


def _ordinary(
    rng: np.random.Generator, cohort: Cohort, orders: Orders, recipe: Recipe, calendar: Calendar
) -> list[Occasion]:
    p = recipe.parameters["tickets"]
    scripts = recipe.words["tickets"]
    by_mood = {mood: [s for s in scripts if s["mood"] == mood] for mood in ("negative", "neutral", "positive")}
    weights = {mood: np.array([s["weight"] for s in group]) for mood, group in by_mood.items()}
    # More than is wanted, since what would be written after the last day falls away.
    count = min(len(orders.day), round(1.05 * p["per_customer"] * cohort.size))
    chosen = np.sort(rng.permutation(len(orders.day))[:count])
    draw = rng.random(count)
    found: list[Occasion] = []
    for order, mood_draw in zip(chosen.tolist(), draw.tolist(), strict=True):
        mood = "neutral"
        if mood_draw < p["negative_share"]:
            mood = "negative"
        elif mood_draw > 1.0 - p["positive_share"]:
            mood = "positive"
        line = np.cumsum(weights[mood])
        script = by_mood[mood][int(np.searchsorted(line, rng.random() * line[-1]))]
        low, high = DELAYS.get(script["kind"], ASKS)
        day = int(orders.day[order]) + low + int(rng.random() * (high - low + 1))
        if day <= calendar.last:
            found.append(Occasion(order, day, script, mood))
    return found


def _told_before_leaving(
    rng: np.random.Generator, bought: Purchases, orders: Orders, recipe: Recipe, calendar: Calendar
) -> list[Occasion]:
    """Planted declines with a cause that can be read: the last order's story."""
    found: list[Occasion] = []
    for order in np.flatnonzero(orders.final).tolist():
        cause = CAUSES[bought.cause[orders.customer[order]]]
        if cause == "silent":
            continue
        day = min(int(orders.day[order]) + 5 + int(rng.random() * 9), calendar.last - 3)
        found.append(Occasion(order, max(day, int(orders.day[order])), recipe.words["stories"][cause], "negative"))
    return found


def _shocked(rng: np.random.Generator, orders: Orders, recipe: Recipe, calendar: Calendar) -> list[Occasion]:
    """The warehouse's bad spells and the faulty batch, told by those whom they hit."""
    p, stories = recipe.parameters["shocks"], recipe.words["stories"]
    late = np.flatnonzero(orders.late & ~orders.final)
    late = late[rng.random(len(late)) < p["late_delivery_ticket_share"]]
    faulty = np.unique(orders.line_order[orders.faulty & ~orders.final[orders.line_order]])
    faulty = faulty[rng.random(len(faulty)) < p["faulty_product_ticket_share"]]
    found: list[Occasion] = []
    for story, hit, low, high in (("late_delivery", late, 6, 12), ("faulty_product", faulty, 10, 30)):
        for order in hit.tolist():
            day = int(orders.day[order]) + low + int(rng.random() * (high - low))
            if day <= calendar.last:
                found.append(Occasion(order, day, stories[story], "negative"))
    return found


def _unhappy_lately(
    rng: np.random.Generator,
    cohort: Cohort,
    bought: Purchases,
    orders: Orders,
    recipe: Recipe,
    calendar: Calendar,
    planted: Planted,
) -> list[Occasion]:
    p, story = recipe.parameters["tickets"], recipe.words["stories"]["unhappy"]
    newest = np.full(cohort.size, -1, dtype=np.int64)
    newest[orders.customer] = np.arange(len(orders.day))
    recent = (bought.cause == STAYS) & (bought.last_day > calendar.last - 45) & (bought.last_day < calendar.last - 9)
    fit = rng.permutation(np.flatnonzero(recent))
    waiting = max(1, round(p["open_unhappy_share"] * cohort.size))
    twice = max(1, round(p["twice_unhappy_share"] * cohort.size))
    still, two = fit[:waiting], fit[waiting : waiting + twice]
    planted.add("open_unhappy_ticket", still)
    planted.add("two_unhappy_tickets", two)
    found = [
        Occasion(int(newest[c]), calendar.last - 4 - int(rng.random() * 5), story, "negative", stays_open=True)
        for c in still
    ]
    for c in two:
        first = calendar.last - 12 - int(rng.random() * 14)
        found.append(Occasion(int(newest[c]), first, recipe.words["stories"]["late_delivery"], "negative"))
        found.append(Occasion(int(newest[c]), first + 4 + int(rng.random() * 5), story, "negative"))
    return found


def ticket_rows(
    rng: np.random.Generator,
    ids: list[str],
    names: list[str],
    orders: Orders,
    occasions: list[Occasion],
    recipe: Recipe,
    calendar: Calendar,
    first_number: int,
) -> list[list[str]]:
    """Return the rows of tickets.csv."""
    p, words = recipe.parameters["tickets"], recipe.words
    count = len(occasions)
    second = seconds_of_day(rng, count) // 60 * 60
    hours = p["resolution_hours_median"] * np.exp(rng.normal(0.0, p["resolution_hours_spread"], count))
    opened = np.array([o.day for o in occasions], dtype=np.int64)
    end = opened * DAY + second + np.round(hours * HOUR).astype(np.int64)
    solved = (end < (calendar.last + 1) * DAY) & ~np.array([o.stays_open for o in occasions], dtype=bool)
    end = np.where(solved, end, 0)
    opened_at = calendar.dotted_minutes(opened, second)
    resolved_at = calendar.dotted_minutes(end // DAY, end % DAY)
    rated = solved & (rng.random(count) < p["rated_share"])
    # Drawn apart, so that a share says nothing of what else is drawn.
    again = solved & (rng.spawn(1)[0].random(count) < p["reopened_share"])
    rows: list[list[str]] = []
    for i, occasion in enumerate(occasions):
        customer = int(orders.customer[occasion.order])
        told = _slots(rng, names[customer], orders, occasion.order, recipe)
        priority = _mostly(rng, *(("High", "Urgent", 0.6) if occasion.mood == "negative" else ("Normal", "Low", 0.8)))
        status = _mostly(rng, *(("Closed", "Solved", 0.7) if solved[i] else ("Open", "Pending", 0.7)))
        rows.append(
            [
                f"T{first_number + i}",
                ids[customer],
                *_letter(rng, occasion, told, words),
                occasion.script["kind"],
                _one(rng, words["channels"]),
                status,
                priority,
                occasion.mood,
                opened_at[i],
                resolved_at[i] if solved[i] else "",
                str(_grade(rng, occasion.mood)) if rated[i] else "",
                _one(rng, words["agents"]),
                str(int(again[i])),
            ]
        )
    return rows


def _mostly(rng: np.random.Generator, usual: str, other: str, share: float) -> str:
    return usual if rng.random() < share else other


def _slots(rng: np.random.Generator, name: str, orders: Orders, order: int, recipe: Recipe) -> dict[str, str]:
    line = int(np.searchsorted(orders.line_order, order))
    return {
        "product": recipe.catalogue.name[orders.product[line]],
        "order": orders.number[order],
        "days": str(4 + int(rng.random() * 9)),
        "size": _one(rng, recipe.people["sizes"]),
        "agent": _one(rng, recipe.words["agents"]),
        "name": name.split(" ")[0] if "&" not in name else name,
    }


def _letter(rng: np.random.Generator, occasion: Occasion, told: dict[str, str], words: Any) -> tuple[str, str]:
    script = occasion.script
    close = _one(rng, words[f"ticket_closes_{occasion.mood}"])
    if "texts" in script:
        subject, parts = script["subject"], [_one(rng, script["texts"])]
    else:
        subject, parts = _one(rng, script["subjects"]), [_one(rng, script["openings"])]
        parts += rng.permutation(script["details"])[: 1 + int(rng.random() * 1.6)].tolist()
    body = " ".join(parts)
    if close:
        body += ("\n\n" if rng.random() < 0.35 else " ") + close
    return _sentence(subject.format(**told)), body.format(**told)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _grade(rng: np.random.Generator, mood: str) -> int:
    draw = rng.random()
    if mood == "negative":
        return 1 if draw < 0.25 else 2 if draw < 0.65 else 3
    if mood == "positive":
        return 5
    return 3 if draw < 0.15 else 4 if draw < 0.5 else 5


def _one(rng: np.random.Generator, options: Any) -> str:
    return str(options[int(rng.random() * len(options))])
