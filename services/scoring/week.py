"""What changed since last week: how far a customer's churn risk moved in seven days, and which parts of it moved.

The same parameters are asked twice, at the end of the scored day and seven days before it, so that nothing but the
customer's own events and the passing of time can move a figure. The difference of the risk is shared out over the
parts by the differences of their contributions: exact where these add up on the scale of the risk, and by the mean
slope between the two days where they add up on another one.

Time passes in three parts at once (the gap, the number of orders, the time known); they are told as one: "no order for
7 more days", or "1 order". Of customers whose risk stood still, and with whom nothing went wrong, nothing is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.scoring.events import EPOCH
from services.scoring.features import Features, features_at
from services.scoring.ledger import Ledger
from services.scoring.model_selection.frame import INPUTS
from services.scoring.parameters import Parameters
from services.scoring.reasons import Contributions

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

DAYS = 7
#: A smaller move of the risk is not told.
LEAST_MOVE = 0.01
#: A part that moved by less, in hundredths of a point, is told with the passing of time.
_LEAST_HUNDREDTHS = 5
#: Parts that move together with every day and every order.
_RHYTHM = frozenset({"gap", "orders", "tenure"})
#: Parts that are told by what was rated: the mean of that.
_RATED = {"satisfaction": "rating_mean", "reviews": "stars_mean"}
_RATED_BY = 0.5

RiskOf = Callable[[Ledger, Features], Floats]
PartsOf = Callable[[Ledger, Features], Contributions]


@dataclass(frozen=True)
class Standing:
    """Churn risk of some customers at one day with what it is made of; shape (customers,) each.

    `codes` name the columns of the parts, the same on both days.
    """

    seen: Features
    risk: Floats
    parts: Contributions
    codes: tuple[str, ...] = INPUTS


def changed_json(
    ledger: Ledger, parameters: Parameters, now: Standing, risk_of: RiskOf, parts_of: PartsOf
) -> list[str | None]:
    """What moved each customer's churn risk in the week before the ledger's day, as the public table holds it.

    Parameters
    ----------
    now
        The scores of the ledger's day.
    risk_of, parts_of
        The churn risk, and its contributions, of the customers of a ledger with their features.

    Returns
    -------
    list of str or None
        JSON lists like the drivers: first the risk itself with ``since``, ``before`` and ``now``, then its parts, the
        strongest first, with points that add up to its own, then facts without points. None: nothing to tell.
    """
    count = ledger.customers
    found: list[str | None] = [None] * count
    if not count:
        return found
    past = Ledger(ledger.book, ledger.day - DAYS)
    seen = features_at(past, parameters.gaps)
    risk = risk_of(past, seen)
    told = _worth_telling(now.seen, seen, now.risk, risk)
    places = np.flatnonzero(told)
    if not places.size:
        return found
    few, then = Ledger(past.book.only(told), past.day), _of(seen, told)
    before = Standing(then, risk[told], _as_wide(parts_of(few, then), len(now.codes)), now.codes)
    parts = Contributions(now.parts.base[told], now.parts.points[told])
    after = Standing(_of(now.seen, told), now.risk[told], parts, now.codes)
    for place, text in zip(places.tolist(), _told(before, after), strict=True):
        found[place] = text
    return found


def _worth_telling(now: Features, then: Features, risk: Floats, risk_then: Floats) -> Flags:
    known = (then.rhythm_count > 0) & (now.rhythm_count > 0)
    moved = np.abs(np.nan_to_num(risk - risk_then)) >= LEAST_MOVE
    known &= ~np.isnan(risk) & ~np.isnan(risk_then)  # who has left, or had a week ago, has no risk
    return np.asarray(known & (moved | (now.tickets_unhappy_60d > then.tickets_unhappy_60d)))


def _of(seen: Features, chosen: Flags) -> Features:
    names = [field.name for field in fields(Features) if field.name != "day"]
    return Features(seen.day, *(getattr(seen, name)[chosen] for name in names))


def _as_wide(parts: Contributions, width: int) -> Contributions:
    """With nothing in the columns that parts of a few customers lack: those of a model that scores none of them."""
    missing = width - parts.points.shape[1]
    return parts if missing <= 0 else Contributions(parts.base, np.pad(parts.points, ((0, 0), (0, missing))))


def shares_of_move(before: Standing, after: Standing) -> Floats:
    """Points of risk by which each part moved it, shape (customers, parts + 1), the base's last; they add up to it."""
    moved = np.column_stack((after.parts.points - before.parts.points, after.parts.base - before.parts.base))
    total = moved.sum(axis=1)
    risk = after.risk - before.risk
    steady = np.abs(total) < 1e-9
    slope = np.where(steady, 1.0, risk / np.where(steady, 1.0, total))
    return np.asarray(100.0 * moved * slope[:, None])


def _told(before: Standing, after: Standing) -> Iterator[str]:
    """The JSON of each customer; the rhythm takes what is left of the move, so that points add up to the hundredth."""
    then, now = np.round(before.risk, 4), np.round(after.risk, 4)
    moved = np.round(10_000.0 * (now - then)).astype(np.int64)
    since = (EPOCH + timedelta(days=before.seen.day)).isoformat()
    beside, taken = _beside_rhythm(before, after)
    left = (moved - taken).tolist()
    rows = zip(_rhythm(before.seen, after.seen), moved.tolist(), then.tolist(), now.tolist(), strict=True)
    for row, (rhythm, points, was, is_now) in enumerate(rows):
        risk = _part("churn_risk", points, "churn_risk") | {"since": since, "before": was, "now": is_now}
        parts = beside.get(row, [])
        if abs(left[row]) >= _LEAST_HUNDREDTHS:
            parts.append(_part("gap", left[row], *rhythm))
        parts.sort(key=lambda part: -abs(part["points"] or 0.0))
        yield json.dumps([risk, *parts])


def _part(code: str, hundredths: int | None, phrase: str = "", *figures: float) -> dict[str, Any]:
    """A part of the move; without a phrase it is called as among the reasons of the day."""
    told = {"phrase": phrase, "figures": figures} if phrase else {}
    points = None if hundredths is None else hundredths / 100
    return {"code": code, **told, "points": points, "kind": "lowers" if hundredths and hundredths < 0 else "raises"}


def _beside_rhythm(before: Standing, after: Standing) -> tuple[dict[int, list[dict[str, Any]]], Whole]:
    """What moved the risk beside the rhythm: parts by row, and the sum of their hundredths of a point of each row.

    Unhappy tickets of the week are told even where the model counts none.
    """
    shares = np.round(100.0 * shares_of_move(before, after)).astype(np.int64)
    unhappy = (after.seen.tickets_unhappy_60d - before.seen.tickets_unhappy_60d).astype(np.int64)
    taken = np.zeros(after.risk.size, np.int64)
    found: dict[int, list[dict[str, Any]]] = {}
    for place, code in enumerate(after.codes):
        if code in _RHYTHM:
            continue
        rows = np.flatnonzero(np.abs(shares[:, place]) >= _LEAST_HUNDREDTHS)
        taken[rows] += shares[rows, place]
        then, now = (getattr(one.seen, _RATED.get(code, "ratings"))[rows].tolist() for one in (before, after))
        for row, size, was, is_now in zip(rows.tolist(), shares[rows, place].tolist(), then, now, strict=True):
            told: tuple[Any, ...] = ()
            if code == "tickets" and unhappy[row]:
                told = ("unhappy", int(unhappy[row]))
            elif code in _RATED and abs(is_now - was) >= _RATED_BY:
                told = ("rating_moved", code, round(is_now, 1), round(was, 1))
            found.setdefault(row, []).append(_part(code, size, *told))
    if "tickets" not in after.codes:
        for row in np.flatnonzero(unhappy > 0).tolist():
            found.setdefault(row, []).append(_part("tickets", None, "unhappy", int(unhappy[row])))
    return found, taken


def _rhythm(then: Features, now: Features) -> Iterator[tuple[str, *tuple[int, ...]]]:
    """What happened to each customer's rhythm in the week, orders or none: a phrase with its figures."""
    more = np.clip(now.rhythm_count - then.rhythm_count, -1, DAYS).astype(np.int64)
    begun = then.by_activity & ~now.by_activity
    for count, active, first in zip(more.tolist(), now.by_activity.tolist(), begun.tolist(), strict=True):
        if first:
            yield ("first_order",)
        elif count < 0:
            yield ("cancelled",)
        else:
            yield ("came", count, active) if count else ("silent", DAYS, active)
