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
from functools import lru_cache

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
#: Parts that are told by what was rated: the mean of that, and its words.
_RATED = {"satisfaction": ("rating_mean", "Satisfaction"), "reviews": ("stars_mean", "Reviews")}
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
    few, then = Ledger(past.book.only(told), past.day), _of(seen, told)
    before = Standing(then, risk[told], _as_wide(parts_of(few, then), len(now.codes)), now.codes)
    parts = Contributions(now.parts.base[told], now.parts.points[told])
    after = Standing(_of(now.seen, told), now.risk[told], parts, now.codes)
    texts = _told(before, after, [drivers[place] for place in places.tolist()])
    for place, text in zip(places.tolist(), texts, strict=True):
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
    """With nothing in the columns that parts of a few customers lack: those of a rung that scores none of them."""
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


def _told(before: Standing, after: Standing, drivers: Sequence[str]) -> Iterator[str]:
    """The JSON of each customer; the rhythm takes what is left of the move, so that points add up to the hundredth."""
    then, now = np.round(before.risk, 4), np.round(after.risk, 4)
    moved = np.round(10_000.0 * (now - then)).astype(np.int64)
    since = (EPOCH + timedelta(days=before.seen.day)).isoformat()
    risk = '{"code": "churn_risk", "label": "Churn risk", "evidence": "", "points": '
    dated = f'"since": "{since}", "before": '
    beside, taken = _beside_rhythm(before, after, drivers)
    left = (moved - taken).tolist()
    rows = zip(_rhythm_words(before.seen, after.seen), moved.tolist(), then.tolist(), now.tolist(), strict=True)
    for row, (words, points, was, is_now) in enumerate(rows):
        head = f'{risk}{points / 100}, "kind": "{_kind(points)}", {dated}{was}, "now": {is_now}}}'
        parts = beside.get(row)
        if parts is None:
            yield f"[{head}, {words}{_size(left[row])}]" if abs(left[row]) >= _LEAST_HUNDREDTHS else f"[{head}]"
            continue
        if abs(left[row]) >= _LEAST_HUNDREDTHS:
            parts.append((left[row], f"{words}{_size(left[row])}"))
        parts.sort(key=lambda part: -abs(part[0]))
        yield f"[{', '.join([head, *(text for _, text in parts)])}]"


def _beside_rhythm(
    before: Standing, after: Standing, drivers: Sequence[str]
) -> tuple[dict[int, list[tuple[int, str]]], Whole]:
    """What moved the risk beside the rhythm: parts with their hundredths of a point by row, and their sum of each row.

    Unhappy tickets of the week are told even where the model counts none.
    """
    shares = np.round(100.0 * shares_of_move(before, after)).astype(np.int64)
    facts = _Facts(before.seen, after.seen)
    taken = np.zeros(after.risk.size, np.int64)
    found: dict[int, list[tuple[int, str]]] = {}
    for place, code in enumerate(after.codes):
        if code in _RHYTHM:
            continue
        rows = np.flatnonzero(np.abs(shares[:, place]) >= _LEAST_HUNDREDTHS)
        taken[rows] += shares[rows, place]
        for row, size in zip(rows.tolist(), shares[rows, place].tolist(), strict=True):
            found.setdefault(row, []).append((size, _words(code, facts.label(code, row, drivers[row])) + _size(size)))
    if "tickets" not in after.codes:
        for row in np.flatnonzero(np.array(facts.tickets) > 0).tolist():
            text = _words("tickets", facts.label("tickets", row, "")) + 'null, "kind": "raises"}'
            found.setdefault(row, []).append((0, text))
    return found, taken


def _kind(points: float) -> str:
    return "lowers" if points < 0 else "raises"


@lru_cache(maxsize=4096)
def _words(code: str, label: str) -> str:
    """A part up to its points, as JSON."""
    return f'{{"code": "{code}", "label": {json.dumps(label, ensure_ascii=False)}, "evidence": "", "points": '


@lru_cache(maxsize=4096)
def _size(hundredths: int) -> str:
    """The rest of a part."""
    return f'{hundredths / 100}, "kind": "{_kind(hundredths)}"}}'


def _rhythm_words(then: Features, now: Features) -> list[str]:
    """What happened to each customer's rhythm in the week, orders or none, as a part up to its points."""
    more = np.clip(now.rhythm_count - then.rhythm_count, -1, DAYS).astype(np.int64)
    begun = then.by_activity & ~now.by_activity
    kinds = (more + 1) * 4 + now.by_activity * 2 + begun
    texts = {kind: _words("gap", _rhythm_label(kind)) for kind in np.unique(kinds).tolist()}
    return [texts[kind] for kind in kinds.tolist()]


def _rhythm_label(kind: int) -> str:
    count, active, begun = kind // 4 - 1, bool(kind & 2), bool(kind & 1)
    if begun:
        return "The first order"
    if count < 0:
        return "An order was cancelled"
    if count == 0:
        return f"{'Nothing done' if active else 'No order'} for {DAYS} more days"
    return f"{'Active' if active else 'Ordered'} on {count} {'day' if count == 1 else 'days'}"


class _Facts:
    """Words for the parts beside the rhythm: what they were a week before, and what they are."""

    def __init__(self, then: Features, now: Features) -> None:
        self._then, self._now = then, now
        self.tickets = (now.tickets_unhappy_60d - then.tickets_unhappy_60d).astype(np.int64).tolist()

    def label(self, code: str, row: int, drivers: str) -> str:
        """The words of a part of one customer; `drivers` name what has none here."""
        if code == "tickets" and self.tickets[row]:
            count = abs(self.tickets[row])
            noun = f"{count} unhappy ticket{'' if count == 1 else 's'}"
            return noun if self.tickets[row] > 0 else f"{noun} fewer in 60 days"
        rated = _RATED.get(code)
        if rated is not None:
            name, label = rated
            then, now = float(getattr(self._then, name)[row]), float(getattr(self._now, name)[row])
            if abs(now - then) >= _RATED_BY:
                return f"{label} {now:.1f} of 5, was {then:.1f}"
        return _named(code, drivers)


def _named(code: str, drivers: str) -> str:
    """The label that the day's reasons have for a part, else its code in words."""
    mark = f'{{"code": "{code}", "label": "'
    begin = drivers.find(mark) + len(mark)
    label = drivers[begin : drivers.find('"', begin)] if begin >= len(mark) else "\\"
    if "\\" not in label:  # one text is wanted, of thousands of customers: to read their lists takes ten times as long
        return label
    for one in json.loads(drivers or "[]"):
        if one["code"] == code:
            return str(one["label"])
    return code.replace("_", " ").capitalize()
