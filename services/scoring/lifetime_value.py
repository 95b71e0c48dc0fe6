"""Lifetime value: expected net revenue of the next months, its 80 % range, and the value at risk.

The mean is exact: (M)BG/NBD purchases of each month, discounted, times the Gamma-Gamma value of a purchase day. The
range is simulated from the fitted heterogeneity, once for each kind of history instead of once a customer: given
that a customer buys at all, their spend is (scale + x mean value) x H, where the law of H depends on x and T only;
the chance that they do not buy has a closed form. H is drawn for a fixed grid of (x, T) that no customer's data
moves, and a customer's range is read off between grid points. So it costs little for one customer and little more
for a million, and is the same whenever it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.scoring import btyd, monetary
from services.scoring.btyd import BtydParameters
from services.scoring.monetary import GammaGammaParameters

Floats = NDArray[np.float64]

DAYS_A_MONTH = 365.25 / 12
_RANGE = (0.1, 0.9)
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


def _discounts(months: int, yearly_rate: float) -> tuple[Floats, Floats]:
    ends = np.arange(1, months + 1, dtype=np.float64)
    return ends * DAYS_A_MONTH, (1.0 + yearly_rate) ** (-(ends - 0.5) / 12.0)


@lru_cache(maxsize=4)
def _simulate(churn: BtydParameters, value: GammaGammaParameters, days: float, seed: int) -> _SpendTable:
    """Draw H for every grid point: spend over `days`, if any, in units of (scale + x mean value)."""
    rng = np.random.default_rng(seed)
    kept = _FREQUENCIES + (1.0 if churn.family == "mbg" else 0.0)
    size = (_FREQUENCIES.size, _DRAWS)
    rate = rng.gamma(np.broadcast_to((churn.r + _FREQUENCIES)[:, None], size))[:, None, :]
    dropout = rng.beta(churn.a, np.broadcast_to((churn.b + kept)[:, None], size))[:, None, :]
    rate = rate / (churn.alpha + _AGES)[None, :, None]
    # Purchases after which the customer stays and those after which they leave are two independent Poisson streams.
    leaving = rng.exponential(size=size)[:, None, :] / np.maximum(rate * dropout, 1e-300)
    active = np.minimum(leaving, days)
    purchases = rng.poisson(np.minimum(rate * (1.0 - dropout) * active, 1e9)) + (leaving < days)
    bought = purchases > 0
    spend = np.zeros(purchases.shape)
    spend[bought] = rng.gamma(value.p * purchases[bought])
    nu = rng.gamma(np.broadcast_to((value.p * _FREQUENCIES + value.q)[:, None], size))[:, None, :]
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
    churn: BtydParameters,
    value: GammaGammaParameters,
    frequency: Floats,
    recency_days: Floats,
    age_days: Floats,
    mean_value: Floats,
    *,
    months: int,
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
        Mean value of repeat purchase days, major units, shape (customers,); ignored where x = 0.
    yearly_discount, margin
        Discount rate a year (monthly, at mid-month), and the share of revenue that counts as value.
    ranges
        Without them, the four bounds are nan: of the past only the expected value is kept.
    """
    alive = btyd.p_alive(churn, frequency, recency_days, age_days)
    ends, discounts = _discounts(months, yearly_discount)
    purchases = btyd.expected_if_alive(churn, frequency, age_days, ends, discounts)
    each = monetary.expected_value(value, frequency, mean_value) * margin
    if_stays = purchases * each
    if not ranges:
        unknown = np.full(frequency.shape, np.nan)
        return LifetimeValue(alive * if_stays, unknown, unknown, if_stays, unknown, unknown)
    known = (frequency > 0) & np.isfinite(mean_value)
    level = value.scale + np.where(known, frequency * np.maximum(np.nan_to_num(mean_value), 0.0), 0.0)
    # The simulated spend is not discounted: scaled by the discount that the expected spend has on average.
    level = level * margin * float(discounts.mean())
    table = _simulate(churn, value, float(ends[-1]), seed)
    stays_silent = np.exp(-(churn.r + frequency) * np.log1p(ends[-1] / (churn.alpha + age_days)))
    quantiles = []
    for at in _RANGE:
        for silent in (1.0 - alive * (1.0 - stays_silent), stays_silent):
            among_buyers = (at - silent) / np.maximum(1.0 - silent, 1e-12)
            quantiles.append(level * _quantile(table, frequency, age_days, among_buyers))
    low, stays_low, high, stays_high = quantiles
    return LifetimeValue(alive * if_stays, low, high, if_stays, stays_low, stays_high)


def value_at_risk(churn_risk: Floats, if_stays: Floats) -> Floats:
    """Churn risk times the value of a customer who stays: never above the latter."""
    return np.asarray(np.clip(churn_risk, 0.0, 1.0) * if_stays)
