"""Columns of the frame that come from purchases (of those who never ordered, other activity): rhythm and money.

Days count as they are or by how fresh they are: a pulse is the number of purchase days, each of which counts half as
much again after every so many days. Money is told against the book's median purchase day, so that neither its currency
nor its prices matter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.scoring.features import Features
from services.scoring.ledger import Ledger, Rows
from services.scoring.parameters import Parameters
from services.scoring.silence import silence_p, wait_log_odds

Floats = NDArray[np.float64]

_WINDOWS = (30, 90, 365)
_PULSES = (21, 42, 84)
_SPEND_PULSE, _SPEND_WINDOW = 63, 90
#: A pulse is told as a logarithm; a customer without one has this little of it.
_NO_PULSE = 1e-3
#: A silence is told no more improbable than this: beyond, gaps of the past do not know.
_SUREST = 1e-4


def rhythm_columns(ledger: Ledger, seen: Features, parameters: Parameters, horizon_days: int) -> dict[str, Floats]:
    """How often and how lately each customer bought, shape (customers,) each."""
    gap = np.maximum(np.nan_to_num(seen.usual_gap, nan=parameters.orders.usual_gap or 30.0), 1.0)
    found = {
        "days_since": seen.days_since / horizon_days,
        "relative_gap": np.log1p(seen.days_since / gap),
        "frequency": np.log1p(seen.frequency),
        "tenure": np.log1p(seen.age),
        "kept_share": np.where(seen.age > 0, seen.recency / np.maximum(seen.age, 1.0), 0.0),
        "one_time": (seen.frequency == 0).astype(np.float64),
    }
    counted = _counted(ledger.orders, ledger.day)
    if seen.by_activity.any():
        other = _counted(ledger.activity, ledger.day)
        counted = {name: np.where(seen.by_activity, other[name], ours) for name, ours in counted.items()}
    longest = counted.pop("longest_gap")
    # What no other column can say alone: how long this customer's own gaps are, and how alike.
    found["own_silence"] = -np.log(np.maximum(silence_p(ledger, seen), _SUREST))
    found["own_wait"] = wait_log_odds(ledger, seen, horizon_days)
    return {**found, **counted, "silence": np.log1p(seen.days_since / np.maximum(longest, 1.0))}


def _counted(rows: Rows, day: int) -> dict[str, Floats]:
    customers = rows.start.size
    found = {f"days_{days}": np.sqrt(rows.counted(day - days, day)) for days in _WINDOWS}
    ago = (day - rows.day).astype(np.float64)
    for half in _PULSES:
        pulse = np.bincount(rows.row, weights=np.exp2(-ago / half), minlength=customers)
        found[f"pulse_{half}"] = np.log(pulse + _NO_PULSE)
    return {**found, **_gaps(rows, customers)}


def _gaps(rows: Rows, customers: int) -> dict[str, Floats]:
    """How uneven a customer's gaps are (nan with fewer than two), and the longest of them (nan without)."""
    same = rows.row[1:] == rows.row[:-1]
    owner, gap = rows.row[1:][same], (rows.day[1:] - rows.day[:-1])[same].astype(np.float64)
    count = np.bincount(owner, minlength=customers)
    some = np.maximum(count, 1)
    mean = np.bincount(owner, weights=gap, minlength=customers) / some
    square = np.bincount(owner, weights=gap * gap, minlength=customers) / some
    longest = np.zeros(customers)
    starts = np.flatnonzero(np.concatenate((np.ones(min(owner.size, 1), np.bool_), owner[1:] != owner[:-1])))
    if starts.size:
        longest[owner[starts]] = np.maximum.reduceat(gap, starts)
    spread = np.sqrt(np.maximum(square - mean * mean, 0.0)) / np.maximum(mean, 1.0)
    return {
        "gap_spread": np.where(count > 1, spread, np.nan),
        "longest_gap": np.where(count > 0, longest, np.nan),
    }


def money_columns(ledger: Ledger, seen: Features, parameters: Parameters) -> dict[str, Floats]:
    """What each customer spends against the book's median purchase day; nothing where no order has a value."""
    unit = parameters.median_value
    if unit <= 0:
        return {}
    bought, customers = ledger.bought, ledger.customers
    ago = (ledger.day - bought.day).astype(np.float64)

    def total(weights: Floats) -> Floats:
        return np.bincount(bought.row, weights=weights, minlength=customers).astype(np.float64)

    back = -total_by(ledger.loose.row, np.nan_to_num(ledger.loose.values["value"]), customers)
    highest = np.zeros(customers)
    starts = np.flatnonzero(ledger.orders.end > ledger.orders.start)
    if starts.size:
        highest[starts] = np.maximum.reduceat(bought.value, ledger.orders.start[starts])
    mean = np.where(seen.mean_value > 0, seen.mean_value, np.nan)
    return {
        "mean_value": np.log(mean / unit),
        "last_value": _above(seen.last_value, unit),
        "highest_value": _above(highest, unit),
        "spend": _above(seen.spend_total, unit),
        "spend_90": _above(total(bought.value * (ago < _SPEND_WINDOW)), unit),
        "spend_pulse": _above(total(bought.value * np.exp2(-ago / _SPEND_PULSE)), unit),
        "given_back": _above(back, unit),
    }


def total_by(row: NDArray[np.int64], values: Floats, customers: int) -> Floats:
    """Sum of values by customer."""
    return np.bincount(row, weights=values, minlength=customers).astype(np.float64)


def _above(values: Floats, unit: float) -> Floats:
    return np.asarray(np.log1p(np.maximum(np.nan_to_num(values), 0.0) / unit))
