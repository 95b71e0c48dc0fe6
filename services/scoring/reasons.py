"""Reasons: which part of a customer's history raises or lowers their churn risk, in points and in words.

The closed form knows three things: how many purchase days (x), how long since the last one, and how long the customer
has been known (T). Each is exchanged for that of the typical customer of the cohort (repeat customers, or one-time
buyers, who are still in their rhythm), in every order, and the mean effect is its contribution (Shapley's value: eight
evaluations of the formula, exact, independent of order). Base plus contributions is the churn risk. The gap is
measured in the customer's own usual gaps, so that a silence which is usual for this customer is no reason, and a longer
one always raises the risk.

What is known beside the formula (tickets, reviews, mail, order value) follows as facts without points. All of it is
directional, never causal.
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
Flags = NDArray[np.bool_]

#: In the order of the columns of `Contributions.points`.
INPUTS = ("gap", "orders", "tenure")
_UNHAPPY_BELOW = 2.5
_HAPPY_FROM = 4.5
_IGNORED_MAILS = 5
_ANSWERING_SHARE = 0.25
_SPEND_FALL = 0.6
#: No count of days or purchase days comes near it.
_MOST = 1 << 24


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
    """A reason without points. The texts are this module's own: nothing in them needs an escape."""
    return f'{{"code": "{code}", "label": "{label}", "evidence": "{evidence}", "points": null, "kind": "{kind}"}}'


class _Words:
    """The words of one rhythm: fragments of JSON up to their points."""

    def __init__(self, by_activity: bool, model: ChurnModel) -> None:
        self._noun = "activity" if by_activity else "order"
        self._day = "active day" if by_activity else "purchase day"
        self._typical_count = round(model.repeaters.frequency) + 1
        self._typical_age = _known_for(round(model.repeaters.age))

    def gap(self, since: int, usual: int) -> str:
        rest = f"; the usual gap is {usual}" if usual > 0 else ""
        told = f"No {self._noun} for {_plural(since, 'day')}" if since else f"Last {self._noun} today"
        return _up_to_points("gap", f"Gap since last {self._noun}", told + rest)

    def orders(self, count: int, _: int) -> str:
        told = f"{_plural(count, self._day)} so far"
        return _up_to_points("orders", told, f"The typical repeat customer has {self._typical_count:,}")

    def tenure(self, days: int, _: int) -> str:
        told = f"Customer for {_known_for(days)}"
        return _up_to_points("tenure", told, f"The typical repeat customer for {self._typical_age}")


def _up_to_points(code: str, label: str, evidence: str) -> str:
    return f'{{"code": "{code}", "label": "{label}", "evidence": "{evidence}", "points": '


def _worded(told: Callable[[bool, int, int], str], by_activity: Flags, one: Floats, other: Floats) -> list[str]:
    """Words of each customer's two whole numbers, made once for each combination that occurs."""
    first, second = (np.round(np.nan_to_num(column)).astype(np.int64) for column in (one, other))
    key = (by_activity * _MOST + first) * _MOST + second
    distinct, back = np.unique(key, return_inverse=True)
    rest, seconds = np.divmod(distinct, _MOST)
    active, firsts = np.divmod(rest, _MOST)
    combinations = zip(active.tolist(), firsts.tolist(), seconds.tolist(), strict=True)
    texts = np.array([told(bool(which), a, b) for which, a, b in combinations], dtype=object)
    return texts[back].tolist() if back.size else []


def drivers_json(seen: Features, parts: Contributions, orders: ChurnModel, activity: ChurnModel) -> list[str]:
    """The drivers of each customer as the public table holds them: JSON lists, the strongest first, facts last.

    Each is {code, label, evidence, points, kind}: points of churn risk in percentage points (null for a fact), kind
    "raises" or "lowers". Churn risk in percent minus the sum of points is the typical customer's risk; a reason
    that adds nothing is left out.
    """
    words = (_Words(False, orders), _Words(True, activity))
    points = np.round(100.0 * parts.points, 2)
    nothing = np.zeros(seen.age.shape)
    texts = (
        _worded(lambda which, a, b: words[which].gap(a, b), seen.by_activity, seen.days_since, seen.usual_gap),
        _worded(lambda which, a, b: words[which].orders(a, b), seen.by_activity, seen.rhythm_count, nothing),
        _worded(lambda which, a, b: words[which].tenure(a, b), seen.by_activity, seen.age, nothing),
    )
    ends = (', "kind": "raises"}', ', "kind": "lowers"}')
    fragments = np.empty(points.shape, dtype=object)
    for place, told in enumerate(texts):
        shares = points[:, place].tolist()
        fragments[:, place] = [f"{text}{share:.2f}{ends[share < 0]}" for text, share in zip(told, shares, strict=True)]
    strongest = np.argsort(-np.abs(points), axis=1, kind="stable")
    known = seen.rhythm_count > 0
    shown = np.where(known, np.maximum((points != 0.0).sum(axis=1), 1), 0).tolist()
    ordered = np.take_along_axis(fragments, strongest, axis=1).tolist()
    result = [f"[{', '.join(row[:count])}]" for row, count in zip(ordered, shown, strict=True)]
    _append_facts(result, seen)
    return result


def _append_facts(drivers: list[str], seen: Features) -> None:
    """Add what tickets, reviews, mail and order values say, to the customers of whom it is worth saying."""
    fall = 1.0 - seen.mean_last_3 / np.maximum(seen.mean_6_before, 1.0)
    facts = (
        (seen.tickets_unhappy_60d > 0, seen.tickets_unhappy_60d, _unhappy_tickets),
        (seen.satisfaction <= _UNHAPPY_BELOW, seen.satisfaction, _low_satisfaction),
        (seen.review_score <= _UNHAPPY_BELOW, seen.review_score, _low_reviews),
        (seen.review_score >= _HAPPY_FROM, seen.review_score, _good_reviews),
        ((seen.mails_180d >= _IGNORED_MAILS) & (seen.answer_share == 0.0), seen.mails_180d, _ignored_mails),
        ((seen.mails_180d > 0) & (seen.answer_share >= _ANSWERING_SHARE), seen.answer_share, _answered_mails),
        (seen.mean_last_3 <= _SPEND_FALL * seen.mean_6_before, fall, _falling_orders),
    )
    for holds, figure, told in facts:
        for place in np.flatnonzero(holds).tolist():
            text = drivers[place]
            comma = ", " if len(text) > 2 else ""
            drivers[place] = f"{text[:-1]}{comma}{told(float(figure[place]))}]"


def _unhappy_tickets(count: float) -> str:
    number = int(count)
    return _fact(
        "tickets", "Unhappy ticket" if number == 1 else "Unhappy tickets",
        f"{_plural(number, 'unhappy ticket')} in the last 60 days", "raises",
    )  # fmt: skip


def _low_satisfaction(score: float) -> str:
    evidence = f"Tickets and surveys of the last year: {score:.1f} of 5"
    return _fact("satisfaction", "Low satisfaction", evidence, "raises")


def _low_reviews(score: float) -> str:
    return _fact("reviews", "Bad reviews", f"Reviews of the last year: {score:.1f} of 5", "raises")


def _good_reviews(score: float) -> str:
    return _fact("reviews", "Good reviews", f"Reviews of the last year: {score:.1f} of 5", "lowers")


def _ignored_mails(count: float) -> str:
    evidence = f"None of {_plural(int(count), 'email')} of the last 180 days was clicked or answered"
    return _fact("email", "Emails unanswered", evidence, "raises")


def _answered_mails(share: float) -> str:
    evidence = f"{share:.0%} of our emails of the last 180 days were clicked or answered".replace("%", "\u202f%")
    return _fact("email", "Answers our emails", evidence, "lowers")


def _falling_orders(share: float) -> str:
    evidence = f"Average order down {share:.0%} over the last 3 orders".replace("%", "\u202f%")
    return _fact("value", "Smaller orders", evidence, "raises")
