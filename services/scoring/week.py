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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from services.scoring.events import EPOCH
from services.scoring.features import Features, features_at
from services.scoring.ledger import Ledger
from services.scoring.parameters import Parameters
from services.scoring.reasons import INPUTS, Contributions

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DAYS = 7
#: A smaller move of the risk is not told.
LEAST_MOVE = 0.01
#: A part that moved by less, in points, is told with the passing of time.
_LEAST_POINTS = 0.05
#: Parts that move together with every day and every order.
_RHYTHM = frozenset({"gap", "orders", "tenure"})
_RATED_BY = 0.5

RiskOf = Callable[[Ledger, Features], Floats]
PartsOf = Callable[[Ledger, Features], Contributions]


@dataclass(frozen=True)
class Standing:
    """Churn risk of some customers at one day with what it is made of; shape (customers,) each."""

    seen: Features
    risk: Floats
    parts: Contributions


def changed_json(
    ledger: Ledger, parameters: Parameters, now: Standing, drivers: Sequence[str], risk_of: RiskOf, parts_of: PartsOf
) -> list[str | None]:
    """What moved each customer's churn risk in the week before the ledger's day, as the public table holds it.

    Parameters
    ----------
    now
        The scores of the ledger's day.
    drivers
        The reasons of that day as JSON: they name what has no words here.
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
    few = Ledger(past.book.only(told), past.day)
    before = Standing(_of(seen, told), risk[told], parts_of(few, _of(seen, told)))
    parts = Contributions(now.parts.base[told], now.parts.points[told])
    after = Standing(_of(now.seen, told), now.risk[told], parts)
    texts = _told(before, after, [drivers[place] for place in places.tolist()])
    for place, text in zip(places.tolist(), texts, strict=True):
        found[place] = text
    return found


def _worth_telling(now: Features, then: Features, risk: Floats, risk_then: Floats) -> Flags:
    known = (then.rhythm_count > 0) & (now.rhythm_count > 0)
    moved = np.abs(np.nan_to_num(risk - risk_then)) >= LEAST_MOVE
    return np.asarray(known & (moved | (now.tickets_unhappy_60d > then.tickets_unhappy_60d)))


def _of(seen: Features, chosen: Flags) -> Features:
    names = [field.name for field in fields(Features) if field.name != "day"]
    return Features(seen.day, *(getattr(seen, name)[chosen] for name in names))


def shares_of_move(before: Standing, after: Standing) -> Floats:
    """Points of risk by which each part moved it, shape (customers, parts + 1), the base's last; they add up to it."""
    moved = np.column_stack((after.parts.points - before.parts.points, after.parts.base - before.parts.base))
    total = moved.sum(axis=1)
    risk = after.risk - before.risk
    steady = np.abs(total) < 1e-9
    slope = np.where(steady, 1.0, risk / np.where(steady, 1.0, total))
    return np.asarray(100.0 * moved * slope[:, None])


def _told(before: Standing, after: Standing, drivers: Sequence[str]) -> Iterator[str]:
    """The JSON of each customer; the rhythm takes what is left of the move, so that points add up to the hundredth."""
    shares = shares_of_move(before, after)
    facts = _Facts(before.seen, after.seen)
    others = [place for place, code in enumerate(INPUTS) if code not in _RHYTHM]
    since = (EPOCH + timedelta(days=before.seen.day)).isoformat()
    rhythm = _rhythm_words(before.seen, after.seen)
    risks = zip(before.risk.tolist(), after.risk.tolist(), strict=True)
    for row, (then, now) in enumerate(risks):
        points = round(100.0 * (round(now, 4) - round(then, 4)), 2)
        parts = []
        left = points
        for place in others:
            size = round(float(shares[row, place]), 2)
            if abs(size) >= _LEAST_POINTS:
                left = round(left - size, 2)
                parts.append((size, _item(INPUTS[place], *facts.words(INPUTS[place], row, drivers[row]), size)))
        if abs(left) >= _LEAST_POINTS:
            parts.append((left, _item("gap", rhythm[row], "", left)))
        parts.sort(key=lambda part: -abs(part[0]))
        risk = (
            f'{{"code": "churn_risk", "label": "Churn risk", "evidence": "", "points": {points}, '
            f'"kind": "{_kind(points)}", "since": "{since}", "before": {round(then, 4)}, "now": {round(now, 4)}}}'
        )
        told = [text for _, text in parts]
        if "tickets" not in INPUTS and facts.tickets[row] > 0:
            told.append(_item("tickets", *facts.words("tickets", row, ""), None))
        yield f"[{', '.join([risk, *told])}]"


def _kind(points: float) -> str:
    return "lowers" if points < 0 else "raises"


def _item(code: str, label: str, evidence: str, points: float | None) -> str:
    size, kind = ("null", "raises") if points is None else (str(points), _kind(points))
    return f'{{"code": "{code}", "label": {json.dumps(label, ensure_ascii=False)}, "evidence": "{evidence}", ' + (
        f'"points": {size}, "kind": "{kind}"}}'
    )


def _rhythm_words(then: Features, now: Features) -> list[str]:
    """What happened to the customer's rhythm in the week: orders, or none."""
    more = (now.rhythm_count - then.rhythm_count).astype(np.int64)
    waited = f"for {DAYS} more days"
    quiet = {False: f"No order {waited}", True: f"Nothing done {waited}"}
    begun = then.by_activity & ~now.by_activity
    found = []
    for count, active, first in zip(more.tolist(), now.by_activity.tolist(), begun.tolist(), strict=True):
        if first:
            found.append("The first order")
        elif count == 0:
            found.append(quiet[active])
        elif count < 0:
            found.append("An order was cancelled")
        else:
            days = "1 day" if count == 1 else f"{count} days"
            found.append(f"Active on {days}" if active else f"Ordered on {days}")
    return found


class _Facts:
    """Words for the parts beside the rhythm: what they were a week before, and what they are."""

    def __init__(self, then: Features, now: Features) -> None:
        self._then, self._now = then, now
        self.tickets = (now.tickets_unhappy_60d - then.tickets_unhappy_60d).astype(np.int64).tolist()

    def words(self, code: str, row: int, drivers: str) -> tuple[str, str]:
        """Label and evidence of a part of one customer."""
        if code == "tickets" and self.tickets[row]:
            count = abs(self.tickets[row])
            noun = f"{count} unhappy ticket{'' if count == 1 else 's'}"
            return (noun if self.tickets[row] > 0 else f"{noun} fewer in 60 days"), ""
        for rated, name, label in (
            ("satisfaction", "satisfaction", "Satisfaction"),
            ("reviews", "review_score", "Reviews"),
        ):
            if code == rated:
                then, now = float(getattr(self._then, name)[row]), float(getattr(self._now, name)[row])
                if abs(now - then) >= _RATED_BY:
                    return f"{label} {now:.1f} of 5, was {then:.1f}", ""
        return _named(code, drivers), ""


def _named(code: str, drivers: str) -> str:
    """The label that the day's reasons have for a part, else its code in words."""
    for one in json.loads(drivers or "[]"):
        if one["code"] == code:
            return str(one["label"])
    return code.replace("_", " ").capitalize()
