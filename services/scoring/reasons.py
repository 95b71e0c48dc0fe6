"""Reasons: which part of a customer's history raises or lowers their churn risk, in points and in words.

The closed form knows three things: how many purchase days (x), how long since the last one, and how long the customer
has been known (T). Each is exchanged for that of the typical customer of the cohort (repeat customers, or one-time
buyers, who are still in their rhythm), in every order, and the mean effect is its contribution (Shapley's value: eight
evaluations of the formula, exact, independent of order). Base plus contributions is the churn risk. The gap is
measured in the customer's own usual gaps, so that a silence which is usual for this customer is no reason, and a longer
one always raises the risk.

What is known beside the formula (tickets, reviews, mail, order value) is told as facts without points: those that speak
for leaving right after the strongest reason to expect it, as they are what a person can do something about, the others
at the end. All of it is directional, never causal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import factorial

import numpy as np
from numpy.typing import NDArray

from services.scoring import btyd
from services.scoring.features import Features
from services.scoring.parameters import ChurnModel

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Texts = NDArray[np.object_]

#: In the order of the columns of `Contributions.points`.
INPUTS = ("gap", "orders", "tenure")
_UNHAPPY_BELOW = 2.5
_HAPPY_FROM = 4.5
_IGNORED_MAILS = 5
_ANSWERING_SHARE = 0.25
_SPEND_FALL = 0.6


@dataclass(frozen=True)
class Contributions:
    """`base`: risk of the cohort's typical customer, shape (customers,); `points`: (customers, 3), by `INPUTS`.

    Both on the scale of the risk, 0–1: base + points.sum(axis=1) is the churn risk.
    """

    base: Floats
    points: Floats


def contributions(model: ChurnModel, seen: Features, horizon_days: int) -> Contributions:
    """Contributions of the gap since the last purchase day, of the number of them and of the time known.

    For one-time buyers all time known is gap: the two are told as one.
    """
    x, age = seen.frequency, seen.age
    repeat = x > 0
    usual_gap = np.nan_to_num(seen.usual_gap, nan=model.usual_gap or 1.0)
    typical_age = np.where(repeat, model.repeaters.age, model.one_timers.age)
    typical = (
        np.where(repeat, model.repeaters.relative_gap * usual_gap, typical_age),
        np.where(repeat, model.repeaters.frequency, 0.0),
        typical_age,
    )
    own = (np.nan_to_num(seen.days_since), x, age)
    value = {}
    for chosen in product((False, True), repeat=3):
        gap, count, known = (mine if yes else usual for yes, mine, usual in zip(chosen, own, typical, strict=True))
        recency = np.where(count > 0, np.maximum(known - gap, 0.0), 0.0)
        value[chosen] = btyd.p_no_purchase(model.btyd, count, recency, known, float(horizon_days))
    points = np.stack([_shapley(value, place) for place in range(3)], axis=1)
    points[:, 0] += np.where(repeat, 0.0, points[:, 1] + points[:, 2])
    points[:, 1:] *= repeat[:, None]
    return Contributions(value[False, False, False], points)


def _shapley(value: dict[tuple[bool, ...], Floats], place: int) -> Floats:
    total: Floats = np.zeros(value[False, False, False].shape)
    for chosen, without in value.items():
        if chosen[place]:
            continue
        others = sum(chosen)
        weight = factorial(others) * factorial(2 - others) / 6
        with_it = (*chosen[:place], True, *chosen[place + 1 :])
        total += weight * (value[with_it] - without)
    return total


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _known_for(days: int) -> str:
    if days < 60:
        return _plural(days, "day")
    months = round(days / 30.4375)
    return _plural(months, "month") if months < 24 else f"{days / 365.25:.1f} years".replace(".0 ", " ")


def _fact(code: str, label: str, evidence: str, kind: str) -> str:
    """A reason without points, with a comma behind it. The texts are this module's own: nothing needs an escape."""
    return f'{{"code": "{code}", "label": "{label}", "evidence": "{evidence}", "points": null, "kind": "{kind}"}}, '


class _Words:
    """The words of one rhythm: fragments of JSON up to their points."""

    def __init__(self, by_activity: bool, model: ChurnModel) -> None:
        self._noun = "activity" if by_activity else "order"
        self._day = "active day" if by_activity else "purchase day"
        self._typical_count = round(model.repeaters.frequency) + 1
        self._typical_age = _known_for(round(model.repeaters.age))

    def since(self, days: int) -> str:
        """The gap, up to what is usual: `usual` goes on from there."""
        told = f"No {self._noun} for {_plural(days, 'day')}" if days else f"Last {self._noun} today"
        return f'{{"code": "gap", "label": "Gap since last {self._noun}", "evidence": "{told}'

    def usual(self, days: int) -> str:
        return (f"; the usual gap is {days}" if days > 0 else "") + '", "points": '

    def orders(self, count: int) -> str:
        told = f"{_plural(count, self._day)} so far"
        return _up_to_points("orders", told, f"The typical repeat customer has {self._typical_count:,}")

    def tenure(self, days: int) -> str:
        told = f"Customer for {_known_for(days)}"
        return _up_to_points("tenure", told, f"The typical repeat customer for {self._typical_age}")


def _up_to_points(code: str, label: str, evidence: str) -> str:
    return f'{{"code": "{code}", "label": "{label}", "evidence": "{evidence}", "points": '


def _worded(told: Callable[[int], str], numbers: Whole) -> Texts:
    """Words of each whole number, made once for each that occurs; shape (customers,)."""
    if not numbers.size:
        return np.empty(0, object)
    lowest = int(numbers.min())
    place = numbers - lowest
    texts = np.empty(int(place.max()) + 1, object)
    for occurs in np.flatnonzero(np.bincount(place)).tolist():
        texts[occurs] = told(occurs + lowest)
    return np.asarray(texts[place])


def _points_text(hundredths: int) -> str:
    """What follows the words: points and kind, and a comma for the next reason."""
    kind = "lowers" if hundredths < 0 else "raises"
    return f'{hundredths / 100:.2f}, "kind": "{kind}"}}, '


def _fragments(seen: Features, hundredths: Whole, orders: ChurnModel, activity: ChurnModel) -> Texts:
    """Each reason of each customer as JSON with a comma behind it, shape (customers, 3)."""

    def told(say: Callable[[_Words, int], str], figure: Floats) -> Texts:
        numbers = np.round(np.nan_to_num(figure)).astype(np.int64)
        ours = _worded(lambda number: say(of_orders, number), numbers)
        if not seen.by_activity.any():
            return ours
        return np.where(seen.by_activity, _worded(lambda number: say(of_activity, number), numbers), ours)

    of_orders, of_activity = _Words(False, orders), _Words(True, activity)
    texts = (
        told(_Words.since, seen.days_since) + told(_Words.usual, seen.usual_gap),
        told(_Words.orders, seen.rhythm_count),
        told(_Words.tenure, seen.age),
    )
    return np.stack([text + _worded(_points_text, hundredths[:, place]) for place, text in enumerate(texts)], axis=1)


def drivers_json(seen: Features, parts: Contributions, orders: ChurnModel, activity: ChurnModel) -> list[str]:
    """The drivers of each customer as the public table holds them: JSON lists, the strongest first, facts last.

    Each is {code, label, evidence, points, kind}: points of churn risk in percentage points (null for a fact), kind
    "raises" or "lowers". Churn risk in percent minus the sum of points is the typical customer's risk; a reason
    that adds nothing is left out. Facts that raise the risk follow the first reason that does.
    """
    hundredths = np.round(10_000.0 * parts.points).astype(np.int64)
    strongest = np.argsort(-np.abs(hundredths), axis=1, kind="stable")
    known = seen.rhythm_count > 0
    shown = np.where(known, np.maximum((hundredths != 0).sum(axis=1), 1), 0).tolist()
    ordered = np.take_along_axis(_fragments(seen, hundredths, orders, activity), strongest, axis=1).tolist()
    result = [f"[{''.join(row[:count])[:-2]}]" for row, count in zip(ordered, shown, strict=True)]
    raising = np.take_along_axis(hundredths, strongest, axis=1) > 0
    after = np.where(raising.any(axis=1), raising.argmax(axis=1) + 1, 0).tolist()
    for place, (raises, lowers) in _facts(seen).items():
        row, count, cut = ordered[place], shown[place], min(after[place], shown[place])
        result[place] = f"[{''.join((*row[:cut], *raises, *row[cut:count], *lowers))[:-2]}]"
    return result


def _facts(seen: Features) -> dict[int, tuple[list[str], list[str]]]:
    """What tickets, reviews, mail and order values say, by the places of whom it is worth saying: raising, lowering."""
    fall = 1.0 - seen.mean_last_3 / np.maximum(seen.mean_6_before, 1.0)
    sad, panned = seen.unhappy_since_order > 0, seen.bad_reviews_since_order > 0
    mailed = seen.mails_180d > 0
    raising = (
        (sad, seen.unhappy_since_order, _unhappy_since),
        (panned, seen.bad_reviews_since_order, _bad_reviews_since),
        (~sad & (seen.tickets_unhappy_60d > 0), seen.tickets_unhappy_60d, _unhappy_tickets),
        (~panned & (seen.review_score <= _UNHAPPY_BELOW), seen.review_score, _low_reviews),
        (seen.mean_last_3 <= _SPEND_FALL * seen.mean_6_before, fall, _falling_orders),
        ((seen.mails_180d >= _IGNORED_MAILS) & (seen.answer_share == 0.0), seen.mails_180d, _ignored_mails),
        (seen.satisfaction <= _UNHAPPY_BELOW, seen.satisfaction, _low_satisfaction),
    )
    lowering = (
        (~panned & (seen.review_score >= _HAPPY_FROM), seen.review_score, _good_reviews),
        (mailed & (seen.answer_share >= _ANSWERING_SHARE), seen.answer_share, _answered_mails),
    )
    found: dict[int, tuple[list[str], list[str]]] = {}
    for side, facts in enumerate((raising, lowering)):
        for holds, figure, told in facts:
            places = np.flatnonzero(holds)
            for place, value in zip(places.tolist(), figure[places].tolist(), strict=True):
                found.setdefault(place, ([], []))[side].append(told(value))
    return found


def _unhappy_tickets(count: float) -> str:
    number = int(count)
    return _fact("tickets", "Unhappy ticket" if number == 1 else "Unhappy tickets", f"{number:,} in 60 days", "raises")


def _unhappy_since(count: float) -> str:
    number = int(count)
    label = "Unhappy ticket" if number == 1 else "Unhappy tickets"
    return _fact("tickets", label, f"{number:,} since the last order", "raises")


def _bad_reviews_since(count: float) -> str:
    number = int(count)
    return _fact(
        "reviews", "Bad review" if number == 1 else "Bad reviews", f"{number:,} since the last order", "raises"
    )


def _low_satisfaction(score: float) -> str:
    return _fact("satisfaction", "Low satisfaction", f"{score:.1f} of 5 in a year", "raises")


def _low_reviews(score: float) -> str:
    return _fact("reviews", "Bad reviews", f"{score:.1f} of 5 in a year", "raises")


def _good_reviews(score: float) -> str:
    return _fact("reviews", "Good reviews", f"{score:.1f} of 5 in a year", "lowers")


def _ignored_mails(count: float) -> str:
    return _fact("email", "Emails ignored", f"0 of {int(count):,} in 180 days", "raises")


def _answered_mails(share: float) -> str:
    return _fact("email", "Emails answered", f"{share:.0%} in 180 days".replace("%", "\u202f%"), "lowers")


def _falling_orders(share: float) -> str:
    return _fact("value", "Smaller orders", f"last 3 down {share:.0%}".replace("%", "\u202f%"), "raises")
