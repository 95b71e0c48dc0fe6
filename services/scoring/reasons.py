"""Reasons: which part of a customer's history raises or lowers their churn risk, in points, and by which figures.

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

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.scoring import btyd
from services.scoring.features import Features
from services.scoring.model_selection.frame import CORNERS, INPUTS, shapley
from services.scoring.parameters import ChurnModel
from services.scoring.reason_facts import Fact, facts_of
from services.scoring.reason_figures import Leads, odd, told_by, with_none

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

#: Codes whose fact and whose reason are of one figure.
_SAME_FIGURE = frozenset({"satisfaction", "reviews", "email", "deals", "use", "visits"})

#: Hundredths of a point under which a figure that seems to speak for the other side is not told.
_LEAST_ODD = 50
_LOGIT_DIGITS = 10
_ENCODER = json.JSONEncoder(check_circular=False)  # which would take a tenth of the time


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


def drivers_json(seen: Features, parts: Contributions, orders: ChurnModel, activity: ChurnModel) -> list[str]:
    """The drivers of each customer as the public table holds them: JSON lists, the strongest first, facts last.

    Each is {code, phrase, figures, points, kind}; `phrasing` makes words of phrase and figures. Points are of churn
    risk in percentage points (null for a fact that the model does not count), kind is "raises" or "lowers"; of a model
    that was learnt there is also "logit", the points on the scale on which they are exact, and in the first
    "logit_base" and "logit_rest" (of reasons that are not told): the three add up to the risk's logit. Churn risk in
    percent minus the sum of points is the typical customer's risk; a reason that adds nothing is left out. Facts that
    raise the risk follow the first reason that does.
    """
    every = _told_hundredths(seen, parts)
    said = np.flatnonzero(every.any(axis=0) | (np.arange(every.shape[1]) < len(INPUTS)))  # what adds nothing to anybody
    hundredths, codes = every[:, said], tuple(parts.codes[place] for place in said.tolist())
    strongest = np.argsort(-np.abs(hundredths), axis=1, kind="stable")
    counted = (hundredths != 0).sum(axis=1)
    known, learnt = seen.rhythm_count > 0, np.zeros(counted.shape, np.bool_)
    logits: Floats = np.zeros(hundredths.shape)
    if parts.logit is not None:
        learnt = np.isfinite(parts.logit[:, 0])
        logits = np.asarray(np.round(np.nan_to_num(parts.logit[:, said]), _LOGIT_DIGITS), np.float64)
    # By the contract where nothing else is known.
    shown = np.where(known, np.maximum(counted, 1), np.where(learnt, counted, 0))
    needed = np.argsort(strongest, axis=1) < shown[:, None]
    base, rest = _levels(parts, np.where(needed, logits, 0.0).sum(axis=1))
    told = [
        told_by(code, seen, hundredths[:, place], parts.leads, needed[:, place], orders, activity)
        for place, code in enumerate(codes)
    ]
    points, exact = (hundredths / 100).T.tolist(), logits.T.tolist()
    facts, learnt_of = facts_of(seen), learnt.tolist()
    texts = []
    for place, (order, count) in enumerate(zip(strongest.tolist(), shown.tolist(), strict=True)):
        reasons = []
        for column in order[:count]:
            phrase, figures = told[column][place]
            size = points[column][place]
            reason = {"code": codes[column], "phrase": phrase, "figures": figures, "points": size}
            if learnt_of[place]:
                reason["logit"] = exact[column][place]
            reason["kind"] = "lowers" if size < 0 else "raises"
            reasons.append(reason)
        if place in facts:
            reasons = _with_facts(reasons, facts[place])
        if base[place] is not None and reasons:
            reasons[0] |= {"logit_base": base[place], "logit_rest": rest[place]}
        texts.append(_ENCODER.encode(reasons))
    return texts


def _levels(parts: Contributions, told: Floats) -> tuple[list[float | None], list[float]]:
    """The logit's base of each customer, None without one, and what it has from reasons that are not `told`."""
    if parts.logit is None or parts.level is None:
        return [None] * told.size, [0.0] * told.size
    base = np.round(parts.level, _LOGIT_DIGITS)
    rest = np.round(parts.level + np.nan_to_num(parts.logit).sum(axis=1) - base - told, _LOGIT_DIGITS)
    return with_none(base.tolist(), np.isnan(base)), rest.tolist()


def _told_hundredths(seen: Features, parts: Contributions) -> Whole:
    """Points in hundredths; next to nothing is nothing where its figure would seem to speak for the other side."""
    every = np.round(10_000.0 * parts.points).astype(np.int64)
    for place, code in enumerate(parts.codes):
        column = every[:, place]
        column[odd(code, seen, column) & (np.abs(column) < _LEAST_ODD)] = 0
    return every


def _with_facts(reasons: list[dict[str, Any]], facts: tuple[list[Fact], list[Fact]]) -> list[dict[str, Any]]:
    """The reasons of one customer with the facts beside them, those that raise after the first reason that does.

    A fact takes the points of its code where they go its way, and is told in its stead.
    """
    counted, taken = {one["code"]: one for one in reasons}, set()
    sides: list[list[dict[str, Any]]] = [[], []]
    for told, way, side in zip(sides, (1, -1), facts, strict=True):
        for fact in side:
            ours = counted.get(fact.code, {"points": 0.0})
            if ours["points"] * way < 0 and fact.code in _SAME_FIGURE:
                continue  # the model counts the very figure the other way: told twice it would contradict itself
            if ours["points"] * way > 0 and fact.code not in taken:
                taken.add(fact.code)
                said = ours
            else:
                said = {"code": fact.code, "points": None, "kind": fact.kind}
            told.append(said | {"phrase": fact.told[0], "figures": fact.told[1]})
    raises, lowers = sides
    kept = [one for one in reasons if one["code"] not in taken]
    cut = next((at + 1 for at, one in enumerate(kept) if one["points"] > 0), 0)
    return [*kept[:cut], *raises, *kept[cut:], *lowers]
