"""What customers answer and say: surveys, calls and chats. Rows of surveys.csv and conversations.csv."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from services.sample.calendar import Calendar, seconds_of_day
from services.sample.purchases import STAYS, Cohort, Planted, Purchases
from services.sample.recipe import Floats, Ints, Recipe

GOOD, FAIR, BAD, LEAVING = "good", "fair", "bad", "leaving"
#: Days before the last order from which somebody who stops is less content.
SOURING_DAYS = 90
#: Days before the last one, from before it was opened, in which nobody with a planted stalled deal calls.
STALLED_DAYS = 60


@dataclass(frozen=True, slots=True)
class Occasions:
    """Who spoke on which day, how content (0 to 1), and whether of leaving."""

    customer: Ints
    day: Ints
    mood: Floats
    leaving: Ints

    @property
    def tone(self) -> list[str]:
        """The kind of words that each finds."""
        return [
            LEAVING if leaving else GOOD if mood >= 0.66 else FAIR if mood >= 0.4 else BAD
            for mood, leaving in zip(self.mood.tolist(), self.leaving.tolist(), strict=True)
        ]


def survey_rows(
    rng: np.random.Generator, ids: list[str], cohort: Cohort, bought: Purchases, recipe: Recipe, calendar: Calendar,
    first_number: int,
) -> list[tuple[str, ...]]:  # fmt: skip
    """Return the answers to two surveys: would you recommend us (NPS), and were you satisfied (CSAT)."""
    p, comments = recipe.parameters["surveys"], recipe.words["surveys"]
    found = _now_and_then(rng, p, cohort, bought, calendar)
    days = calendar.dates(found.day)
    rows: list[tuple[str, ...]] = []
    for n, (who, mood, tone) in enumerate(zip(found.customer.tolist(), found.mood.tolist(), found.tone, strict=True)):
        recommends = rng.random() < p["nps_share"]
        score = round(10 * mood) if recommends else 1 + round(4 * mood)
        comment = _one_of(rng, comments[tone]) if rng.random() < p["comment_share"] else ""
        kind = "NPS" if recommends else "CSAT"
        rows.append((f"S{first_number + n}", ids[who], kind, str(score), "10" if recommends else "5", comment, days[n]))
    return rows


def conversation_rows(
    rng: np.random.Generator, ids: list[str], cohort: Cohort, bought: Purchases, recipe: Recipe, calendar: Calendar,
    planted: Planted, first_number: int,
) -> list[tuple[str, ...]]:  # fmt: skip
    """Return calls and chats; a few customers worth keeping spoke of leaving in the last days.

    Who has a planted deal that stalled was not heard of lately: a call is contact, after which no deal is stalled.
    """
    p, words = recipe.parameters["conversations"], recipe.words["conversations"]
    found = _now_and_then(rng, p, cohort, bought, calendar)
    loyal = np.flatnonzero((bought.cause == STAYS) & cohort.worth_keeping & (bought.last_day > calendar.last - 60))
    stalled = np.array(planted.signals.get("stalled_deal", []), dtype=np.int64)
    leaving = rng.permutation(loyal)
    leaving = leaving[~np.isin(leaving, stalled)][: round(p["leaving_share"] * cohort.size)]
    planted.add("words_of_leaving", leaving)
    found = Occasions(
        np.concatenate([found.customer, leaving]),
        np.concatenate([found.day, calendar.last - rng.integers(0, 5, len(leaving))]),
        np.concatenate([found.mood, np.zeros(len(leaving))]),
        np.concatenate([found.leaving, np.ones(len(leaving), dtype=np.int64)]),
    )
    heard = ~(np.isin(found.customer, stalled) & (found.day > calendar.last - STALLED_DAYS))
    found = Occasions(found.customer[heard], found.day[heard], found.mood[heard], found.leaving[heard])
    order = np.argsort(found.day, kind="stable")
    moments = calendar.moments(found.day[order], seconds_of_day(rng, len(order)))
    tone = found.tone
    rows: list[tuple[str, ...]] = []
    for n, place in enumerate(order.tolist()):
        who = int(found.customer[place])
        channel = "call" if cohort.company[who] == (rng.random() < p["usual_channel_share"]) else "chat"
        text = _one_of(rng, words[tone[place]])
        rows.append((f"V{first_number + n}", ids[who], channel, "from customer", text, moments[n]))
    return rows


def _now_and_then(rng: np.random.Generator, p: Any, cohort: Cohort, bought: Purchases, calendar: Calendar) -> Occasions:
    """Draw occasions between a customer's first order and a while after the last one, with the mood of that time."""
    bought_at_all = bought.last_day >= 0
    begin = np.maximum(cohort.joined, 0)
    end = np.where(bought.cause == STAYS, calendar.last, np.minimum(bought.last_day + 20, calendar.last))
    years = np.where(bought_at_all, np.maximum(end - begin, 0) / 365.0, 0.0)
    takes_part = rng.random(cohort.size) < p["takes_part_share"]
    customer = np.repeat(np.arange(cohort.size), rng.poisson(np.where(takes_part, p["per_year"], 0.0) * years))
    day = begin[customer] + (rng.random(len(customer)) * (end - begin + 1)[customer]).astype(np.int64)
    sour = (bought.cause[customer] != STAYS) & (day > bought.last_day[customer] - SOURING_DAYS)
    mood = np.clip(np.where(sour, p["mood_before_leaving"], p["mood"]) + rng.normal(0.0, 0.18, len(customer)), 0.0, 1.0)
    order = np.argsort(day, kind="stable")
    return Occasions(customer[order], day[order], mood[order], np.zeros(len(order), dtype=np.int64))


def _one_of(rng: np.random.Generator, texts: list[str]) -> str:
    return texts[int(rng.random() * len(texts))]
