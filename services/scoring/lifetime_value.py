"""Lifetime value: expected net revenue of the next months, its 80 % range, and the value at risk.

The mean is exact: (M)BG/NBD purchases of each month, discounted, times the Gamma-Gamma value of a purchase day. The
range is simulated from the fitted heterogeneity, once for each kind of history instead of once a customer: given
that a customer buys at all, their spend is (scale + x mean value) x H, where the law of H depends on x and T only;
the chance that they do not buy has a closed form. H is drawn for a fixed grid of (x, T) that no customer's data
moves, and a customer's range is read off between grid points. So it costs little for one customer and little more
for a million, and is the same whenever it is asked.

A range holds 80 % of the outcomes and the expected value. A tenth of them lie above it and a tenth below, where that
can be: of a customer who may well buy nothing, nothing lies below nothing, and the fifth left out is the highest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.scoring import monetary, pareto
from services.scoring.monetary import GammaGammaParameters
from services.scoring.pareto import ParetoParameters

Floats = NDArray[np.float64]

DAYS_A_MONTH = 365.25 / 12
#: Left out of the range at each end where there is anything below it.
_TAIL = 0.1
_DRAWS = 3_000
_LEVELS = (np.arange(200) + 0.5) / 200
_FREQUENCIES = np.array([0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 45, 70, 110, 200, 400, 1000], np.float64)
_AGES = np.array([0, 15, 30, 60, 90, 135, 200, 300, 450, 700, 1100, 1800, 3000, 6000], np.float64)


@dataclass(frozen=True)
class LifetimeValue:
    """Money in major units, shape (customers,) each. `low` and `high` hold 80 % of the outcomes between them.

    `if_stays`, `if_stays_low` and `if_stays_high` are the same for a customer who is known not to have left.
    """

    expected: Floats
    low: Floats
    high: Floats
    if_stays: Floats
    if_stays_low: Floats
    if_stays_high: Floats


@dataclass(frozen=True)
class _SpendTable:
    """Quantiles of H at `_LEVELS` for each grid point: shape (frequencies, ages, levels)."""

    quantiles: Floats


def _discounts(months: float, yearly_rate: float) -> tuple[Floats, Floats, float]:
    """Ends of the months in days, what a purchase in each counts (as of mid-month), and the mean of that over time."""
    ends = np.append(np.arange(1.0, np.ceil(months)), months)
    begins = np.append(0.0, ends[:-1])
    counts = (1.0 + yearly_rate) ** (-(begins + ends) / 24.0)
    return ends * DAYS_A_MONTH, counts, float(np.average(counts, weights=ends - begins))


@lru_cache(maxsize=4)
def _simulate(buys: ParetoParameters, value: GammaGammaParameters, days: float, seed: int) -> _SpendTable:
    """Draw H for every grid point: spend over `days`, if any, in units of (scale + (x+1) mean value)."""
    rng = np.random.default_rng(seed)
    size = (_FREQUENCIES.size, _DRAWS)
    rate = rng.gamma(np.broadcast_to((buys.r + _FREQUENCIES)[:, None], size))[:, None, :]
    leaving = rng.exponential(size=size) / np.maximum(rng.gamma(buys.s, size=size), 1e-300)
    active = np.minimum(leaving[:, None, :] * (buys.beta + _AGES)[None, :, None], days)
    purchases = rng.poisson(np.minimum(rate / (buys.alpha + _AGES)[None, :, None] * active, 1e9))
    bought = purchases > 0
    spend = np.zeros(purchases.shape)
    spend[bought] = rng.gamma(value.p * purchases[bought])
    nu = rng.gamma(np.broadcast_to((value.p * (_FREQUENCIES + 1.0) + value.q)[:, None], size))[:, None, :]
    spend /= np.maximum(nu, 1e-300)
    spend.sort(axis=2)
    nothing = (~bought).sum(axis=2, keepdims=True)
    at = np.minimum(nothing + (_LEVELS * (_DRAWS - nothing)).astype(np.int64), _DRAWS - 1)
    return _SpendTable(np.take_along_axis(spend, at, axis=2))


def _between(grid: Floats, values: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Index of the grid point below and the share of the way to the next one, on a logarithmic scale."""
    inside = np.clip(values, grid[0], grid[-1])
    below = np.clip(np.searchsorted(grid, inside, side="right") - 1, 0, grid.size - 2)
    low, high = np.log1p(grid[below]), np.log1p(grid[below + 1])
    return below.astype(np.int64), (np.log1p(inside) - low) / (high - low)


def _quantile(table: _SpendTable, frequency: Floats, age: Floats, level: Floats) -> Floats:
    """Quantile of H at `level` (one a customer; below 0: no purchase), interpolated in x, T and level."""
    i, across = _between(_FREQUENCIES, frequency)
    j, along = _between(_AGES, age)
    place = np.clip(level * _LEVELS.size - 0.5, 0.0, _LEVELS.size - 1.0)
    k = np.minimum(place.astype(np.int64), _LEVELS.size - 2)
    up = place - k
    result = np.zeros(frequency.size)
    for di, share_i in ((0, 1.0 - across), (1, across)):
        for dj, share_j in ((0, 1.0 - along), (1, along)):
            below = table.quantiles[i + di, j + dj, k]
            above = table.quantiles[i + di, j + dj, k + 1]
            result += share_i * share_j * (below + up * (above - below))
    return np.where(level <= 0.0, 0.0, result)


def forecast(
    buys: ParetoParameters,
    value: GammaGammaParameters,
    frequency: Floats,
    recency_days: Floats,
    age_days: Floats,
    mean_value: Floats,
    *,
    months: float,
    yearly_discount: float = 0.0,
    margin: float = 1.0,
    seed: int = 0,
    ranges: bool = True,
) -> LifetimeValue:
    """Lifetime value over `months`, in major units.

    Parameters
    ----------
    frequency, recency_days, age_days
        x, t_x and T of each customer, shape (customers,), days.
    mean_value
        Mean value of all purchase days, major units, shape (customers,); nan where no value is known.
    yearly_discount, margin
        Discount rate a year (monthly, at mid-month), and the share of revenue that counts as value.
    ranges
        Without them, the four bounds are nan: of the past only the expected value is kept.
    """
    alive = pareto.p_alive(buys, frequency, recency_days, age_days)
    ends, discounts, discount = _discounts(months, yearly_discount)
    purchases = pareto.expected_if_alive(buys, frequency, age_days, ends, discounts)
    count = frequency + 1.0
    each = monetary.expected_value(value, count, mean_value) * margin
    if_stays = purchases * each
    if not ranges:
        unknown = np.full(frequency.shape, np.nan)
        return LifetimeValue(alive * if_stays, unknown, unknown, if_stays, unknown, unknown)
    level = value.scale + count * np.where(np.isfinite(mean_value), np.maximum(mean_value, 0.0), value.mean)
    # The simulated spend is not discounted: scaled by the discount that the expected spend has on average.
    level = level * margin * discount
    table = _simulate(buys, value, float(ends[-1]), seed)
    stays_silent = pareto.p_silent_if_alive(buys, frequency, age_days, float(ends[-1]))

    def bounds(silent: Floats, expected: Floats) -> tuple[Floats, Floats]:
        low, high = (
            level * _quantile(table, frequency, age_days, (at - silent) / np.maximum(1.0 - silent, 1e-12))
            for at in _tails(silent)
        )
        return np.minimum(low, expected), np.maximum(high, expected)

    expected = alive * if_stays
    low, high = bounds(1.0 - alive * (1.0 - stays_silent), expected)
    stays_low, stays_high = bounds(stays_silent, if_stays)
    return LifetimeValue(expected, low, high, if_stays, stays_low, stays_high)


def _tails(silent: Floats) -> tuple[Floats, Floats]:
    """Levels of the two ends of the range of customers who buy nothing with a chance of `silent`.

    From a chance of a tenth on the lower end is zero, with nothing below it; the upper end comes down by what is not
    left out there, step by step, so that no range jumps.
    """
    return np.full(silent.shape, _TAIL), 1.0 - _TAIL - np.clip(silent - _TAIL, 0.0, _TAIL)


def value_at_risk(churn_risk: Floats, if_stays: Floats) -> Floats:
    """Churn risk times the value of a customer who stays: never above the latter."""
    return np.asarray(np.clip(churn_risk, 0.0, 1.0) * if_stays)
