"""Reasons: which part of a customer's history raises or lowers their churn risk, in points and in words.

The closed form knows three things: how many purchase days (x), how long since the last one, and how long the customer
has been known (T). Each is exchanged for that of the typical customer of the cohort (repeat customers, or one-time
buyers, who are still in their rhythm), in every order, and the mean effect is its contribution (Shapley's value: eight
evaluations of the formula, exact, independent of order). Base plus contributions is the churn risk. The gap is
measured in the customer's own usual gaps, so that a silence which is usual for this customer is no reason, and a longer
one always raises the risk.

Where a model that was learnt from the past scores, its features are told in the same three groups and in those of money
and of each channel; points are then exact on the scale of the logit, and shared out on that of the risk.

What is known beside the model (tickets, reviews, mail, order value) is told as facts without points: those that speak
for leaving right after the strongest reason to expect it, as they are what a person can do something about, the others
at the end. All of it is directional, never causal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.values.scores import OWN_GAPS
from models.values.words import count as plural
from models.values.words import gap_words
from services.scoring import btyd, channel_reasons, lead_formatting
from services.scoring.features import Features
from services.scoring.lead_formatting import Leads
from services.scoring.model_selection.frame import CORNERS, INPUTS, shapley
from services.scoring.parameters import ChurnModel
from services.scoring.reason_facts import Fact, facts_of
from services.scoring.reason_formatting import gap_days, known_for, up_to_points, whole

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Texts = NDArray[np.object_]

#: Codes whose fact and whose reason are of one figure.
_SAME_FIGURE = frozenset({"satisfaction", "reviews", "email", "deals", "use", "visits"})


#: Hundredths of a point under which a figure that seems to speak for the other side is not told.
_LEAST_ODD = 50
_LOGIT_DIGITS = 10


@dataclass(frozen=True)
class Contributions:
    """`base`: risk of the cohort's typical customer, shape (customers,); `points`: (customers, codes), by `codes`.

    Both on the scale of the risk, 0–1: base + points.sum(axis=1) is the churn risk. `logit`: what each code adds to
    the logit, shape (customers, codes); nan where the closed form scores, None where it scores everybody. `level`:
    the logit's base, nan or None as `logit`. `leads`: which figure moved each code most, where `logit` is not None.
    """

    base: Floats
    points: Floats
    codes: tuple[str, ...] = INPUTS
    logit: Floats | None = None
    level: Floats | None = None
    leads: Leads | None = None


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
    for chosen in CORNERS:
        gap, count, known = (mine if yes else usual for yes, mine, usual in zip(chosen, own, typical, strict=True))
        recency = np.where(count > 0, np.maximum(known - gap, 0.0), 0.0)
        value[chosen] = btyd.p_no_purchase(model.btyd, count, recency, known, float(horizon_days))
    points = shapley(value)
    points[:, 0] += np.where(repeat, 0.0, points[:, 1] + points[:, 2])
    points[:, 1:] *= repeat[:, None]
    return Contributions(value[False, False, False], points)


class _Words:
    """The words of one rhythm: fragments of JSON up to their points."""

    def __init__(self, by_activity: bool, model: ChurnModel) -> None:
        self._noun = "activity" if by_activity else "order"
        self._day = "active day" if by_activity else "purchase day"
        self._typical_count = round(model.repeaters.frequency) + 1
        self._typical_age = known_for(round(model.repeaters.age))

    def since(self, days: int) -> str:
        """The gap, up to what is usual: `usual` goes on from there."""
        told = f"No {self._noun} for {plural(days, 'day')}" if days else f"Last {self._noun} today"
        if days < 0:
            told = f"No {self._noun} known"
        return f'{{"code": "gap", "label": "Gap since last {self._noun}", "evidence": "{told}'

    def usual(self, days: int) -> str:
        """The usual gap; below zero, that of customers like them, who have too few gaps of their own."""
        return (f"; {gap_words(abs(days), days > 0)}" if days else "") + '", "points": '

    def orders(self, count: int) -> str:
        """Few that raise the risk or many that lower it; `few` and `many`: the other way round."""
        return self._counted(count, f"The typical repeat customer has {self._typical_count:,}")

    def few(self, count: int) -> str:
        return self._counted(count, "A long gap says little about so few orders")

    def many(self, count: int) -> str:
        return self._counted(count, "A long gap is unusual for a frequent buyer")

    def _counted(self, count: int, evidence: str) -> str:
        return up_to_points("orders", f"{plural(count, self._day)} so far", evidence)

    @property
    def typical_count(self) -> int:
        """Purchase days, or active days, of the typical repeat customer."""
        return self._typical_count

    def tenure(self, days: int) -> str:
        """Since the first order, or below zero since the first contract of who never ordered."""
        told = f"First {self._noun} {known_for(days)} ago" if days >= 0 else f"Customer for {known_for(-days)}"
        return up_to_points("tenure", told, f"The typical repeat customer: {self._typical_age} ago")


#: Up to such a span, counting which numbers occur is quicker than sorting them.
_COUNTED = 1 << 21


def _worded(told: Callable[[int], str], numbers: Whole) -> Texts:
    """Words of each whole number, made once for each that occurs; shape (customers,)."""
    if not numbers.size:
        return np.empty(0, object)
    lowest = int(numbers.min())
    place = numbers - lowest
    if int(place.max()) > _COUNTED:  # several figures in one number
        distinct, place = np.unique(numbers, return_inverse=True)
        return np.asarray(np.array([told(one) for one in distinct.tolist()], object)[place])
    texts = np.empty(int(place.max()) + 1, object)
    for occurs in np.flatnonzero(np.bincount(place)).tolist():
        texts[occurs] = told(occurs + lowest)
    return np.asarray(texts[place])


def _kind_text(hundredths: int) -> str:
    kind = "lowers" if hundredths < 0 else "raises"
    return f'"kind": "{kind}"}}, '


def _points_text(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}, "


def _logit_text(logit: float) -> str:
    """So many digits that base and reasons add up to the risk's own logit to a thousand millionth."""
    return f'"logit": {logit:.10f}, ' if logit else '"logit": 0, '


def _sizes(hundredths: Whole, logit: Floats | None) -> Texts:
    """What follows the words: points, what they are on the logit's scale where that adds up, and kind; with a comma."""
    told = _worded(_points_text, hundredths)
    if logit is not None:
        known = np.isfinite(logit)
        texts = np.array([_logit_text(one) for one in np.where(known, logit, 0.0).tolist()], object)
        told = told + np.where(known, texts, "")
    return np.asarray(told + _worded(_kind_text, hundredths))


def _fragments(
    seen: Features,
    sizes: Texts,
    hundredths: Whole,
    codes: tuple[str, ...],
    leads: Leads | None,
    orders: ChurnModel,
    activity: ChurnModel,
) -> Texts:
    """Each reason of each customer as JSON with a comma behind it, shape (customers, codes)."""

    def told(say: Callable[[_Words, int], str], figure: Floats) -> Texts:
        numbers = whole(figure)
        ours = _worded(lambda number: say(of_orders, number), numbers)
        if not seen.by_activity.any():
            return ours
        return np.where(seen.by_activity, _worded(lambda number: say(of_activity, number), numbers), ours)

    of_orders, of_activity = _Words(False, orders), _Words(True, activity)
    known, own = seen.rhythm_count > 0, np.where(seen.own_gaps >= OWN_GAPS, 1.0, -1.0)
    texts = [
        told(_Words.since, np.where(known, seen.days_since, -1.0))
        + told(_Words.usual, np.where(known, own * gap_days(seen.usual_gap), 0.0)),
        _counted(told, seen, hundredths[:, 1], of_orders, of_activity),
        told(_Words.tenure, np.where(known, seen.age, -seen.contract_days)),
    ]
    if len(codes) > len(INPUTS):
        for place, code in enumerate(codes[len(INPUTS) :], len(INPUTS)):
            numbers, words = channel_reasons.figures(code, seen)
            text = _worded(partial(_beside, code, words), numbers)
            against = np.flatnonzero(channel_reasons.outweighed(code, numbers, hundredths[:, place]))
            text[against] = _worded(
                partial(_beside, code, partial(channel_reasons.outweighed_words, code)), numbers[against]
            )
            texts.append(text)
    for place, code in enumerate(codes):
        for places, again in lead_formatting.retold(code, seen, leads, hundredths[:, place]):
            texts[place][places] = again
    return np.stack([text + sizes[:, place] for place, text in enumerate(texts)], axis=1)


def _counted(
    told: Callable[[Callable[[_Words, int], str], Floats], Texts],
    seen: Features,
    hundredths: Whole,
    of_orders: _Words,
    of_activity: _Words,
) -> Texts:
    """The number of purchase days, with what it means where few lower the risk, or many raise it."""
    typical = np.where(seen.by_activity, of_activity.typical_count, of_orders.typical_count)
    count = np.nan_to_num(seen.rhythm_count)
    few, many = (count < typical) & (hundredths < 0), (count > typical) & (hundredths > 0)
    text = told(_Words.orders, seen.rhythm_count)
    for chosen, say in ((few, _Words.few), (many, _Words.many)):
        if chosen.any():
            text = np.where(chosen, told(say, seen.rhythm_count), text)
    return np.asarray(text)


def _beside(code: str, words: Callable[[int], tuple[str, str]], number: int) -> str:
    return up_to_points(code, *words(number))


def drivers_json(seen: Features, parts: Contributions, orders: ChurnModel, activity: ChurnModel) -> list[str]:
    """The drivers of each customer as the public table holds them: JSON lists, the strongest first, facts last.

    Each is {code, label, evidence, points, kind}: points of churn risk in percentage points (null for a fact that the
    model does not count), kind "raises" or "lowers"; of a rung that was learnt also "logit", the points on the scale on
    which they are exact; the first has "logit_base" and "logit_rest" (of reasons that are not told) too: the three add
    up to the risk's logit. Churn risk in percent minus the sum of points is the typical customer's risk; a reason that
    adds nothing is left out. Facts that raise the risk follow the first reason that does.
    """
    every = _told_hundredths(seen, parts)
    said = np.flatnonzero(every.any(axis=0) | (np.arange(every.shape[1]) < len(INPUTS)))  # what adds nothing to anybody
    hundredths, codes = every[:, said], tuple(parts.codes[place] for place in said.tolist())
    strongest = np.argsort(-np.abs(hundredths), axis=1, kind="stable")
    counted, known = (hundredths != 0).sum(axis=1), seen.rhythm_count > 0
    unknown = np.zeros_like(counted)
    logits: list[Floats | None] = [None] * len(codes)
    if parts.logit is not None:
        logits = list(parts.logit[:, said].T)
        unknown = np.where(np.isfinite(parts.logit[:, 0]), counted, 0)  # by the contract of whom nothing else is known
    shown = np.where(known, np.maximum(counted, 1), unknown)
    sizes = np.stack([_sizes(hundredths[:, place], logit) for place, logit in enumerate(logits)], axis=1)
    ordered = np.take_along_axis(
        _fragments(seen, sizes, hundredths, codes, parts.leads, orders, activity), strongest, axis=1
    ).tolist()
    result = [f"[{''.join(row[:count])[:-2]}]" for row, count in zip(ordered, shown.tolist(), strict=True)]
    for place, facts in facts_of(seen).items():
        row = list(zip(strongest[place].tolist(), ordered[place], strict=True))[: shown[place]]
        result[place] = _with_facts(row, facts, codes, hundredths[place].tolist(), sizes[place].tolist())
    return _with_logits(result, parts, said, strongest, shown)


def _with_logits(texts: list[str], parts: Contributions, said: Whole, strongest: Whole, shown: Whole) -> list[str]:
    """The drivers with the logit's base, and with what it has from reasons that are not told, in the first of each."""
    if parts.logit is None or parts.level is None:
        return texts
    logit = np.nan_to_num(parts.logit)
    rank = np.argsort(strongest, axis=1)
    told = np.where(rank < shown[:, None], np.round(logit[:, said], _LOGIT_DIGITS), 0.0).sum(axis=1)
    base = np.round(parts.level, _LOGIT_DIGITS)
    rest = parts.level + logit.sum(axis=1) - base - told
    known = np.isfinite(parts.level)
    return [
        text.replace("}", f', "logit_base": {level:.10f}, "logit_rest": {left:.10f}}}', 1) if yes else text
        for text, yes, level, left in zip(texts, known.tolist(), base.tolist(), rest.tolist(), strict=True)
    ]


def _told_hundredths(seen: Features, parts: Contributions) -> Whole:
    """Points in hundredths; next to nothing is nothing where its figure would seem to speak for the other side."""
    every = np.round(10_000.0 * parts.points).astype(np.int64)
    for place, code in enumerate(parts.codes):
        column = every[:, place]
        column[lead_formatting.odd(code, seen, column) & (np.abs(column) < _LEAST_ODD)] = 0
    return every


def _with_facts(
    row: list[tuple[int, str]],
    facts: tuple[list[Fact], list[Fact]],
    codes: tuple[str, ...],
    hundredths: list[int],
    sizes: list[str],
) -> str:
    """The JSON of one customer: a fact takes the points of its code where they go its way, and is told in its stead."""
    taken: set[int] = set()

    def told(fact: Fact, way: int) -> str:
        place = codes.index(fact.code) if fact.code in codes[len(INPUTS) :] else -1
        if place < 0 or place in taken or hundredths[place] * way <= 0:
            return fact.text(None)
        taken.add(place)
        return fact.text(sizes[place])

    def denied(fact: Fact, way: int) -> bool:
        """Whether the model counts the very figure of the fact the other way: told twice it would contradict itself."""
        return fact.code in _SAME_FIGURE and fact.code in codes and hundredths[codes.index(fact.code)] * way < 0

    raises, lowers = (
        [told(fact, way) for fact in side if not denied(fact, way)] for way, side in zip((1, -1), facts, strict=True)
    )
    kept = [(place, text) for place, text in row if place not in taken]
    cut = next((at + 1 for at, (place, _) in enumerate(kept) if hundredths[place] > 0), 0)
    texts = [text for _, text in kept]
    return f"[{''.join((*texts[:cut], *raises, *texts[cut:], *lowers))[:-2]}]"
