"""Lifetime value: expected net revenue of the next months, its 80 % range, and the value at risk.

The mean is exact: (M)BG/NBD purchases of each month, discounted, times the Gamma-Gamma value of a purchase day. The
range is simulated from the fitted heterogeneity, once for each kind of history instead of once a customer: given
that a customer buys at all, their spend is (scale + x mean value) x H, where the law of H depends on x and T only;
the chance that they do not buy has a closed form. H is drawn for a fixed grid of (x, T) that no customer's data
moves, and a customer's range is read off between grid points. So it costs little for one customer and little more
for a million, and is the same whenever it is asked.

A range holds 80 % of the outcomes and the expected value. A tenth of them lie above it and a tenth below, where that
can be: of a customer who may well buy nothing, nothing lies below nothing, and the fifth left out is the highest. At
which levels of the simulated law its ends are read is learnt from an earlier window of the book (`range_levels`): no
book is quite as the models have it.

Where nothing is likelier than 80 %, no range can leave a fifth of the outcomes out, and one that held what it says
would seem to hold too much. So when ranges are judged, an outcome of nothing counts with the part of its chance that
lies between the two levels (`nothing_within`): the probability integral transform of outcomes that are no continuum, as
in Czado, Gneiting and Held 2009, "Predictive model assessment for count data", section 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.scoring import monetary, pareto
from services.scoring.monetary import GammaGammaParameters
from services.scoring.pareto import ParetoParameters

Floats = NDArray[np.float64]

DAYS_A_MONTH = 365.25 / 12
#: From one chance of nothing to the other the lower end of a range goes to nothing, and the upper one comes down.
_OPEN_BELOW, _SHUT_BELOW = 0.1, 0.2
_DRAWS = 3_000
_LEVELS = (np.arange(200) + 0.5) / 200
_FREQUENCIES = np.array([0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 45, 70, 110, 200, 400, 1000], np.float64)
_AGES = np.array([0, 15, 30, 60, 90, 135, 200, 300, 450, 700, 1100, 1800, 3000, 6000], np.float64)


@dataclass(frozen=True)
class RangeLevels:
    """At which levels of the simulated law the ends of a range are read.

    Attributes
    ----------
    lower, upper
        The ends of the range of a customer who all but surely buys.
    alone
        The upper end for a customer who may well buy nothing, which is then the lower end.
    customers
        Of how many customers of an earlier window they were learnt; 0: they are those of the model.
    """

    lower: float = 0.1
    upper: float = 0.9
    alone: float = 0.8
    customers: int = 0

    def ends(self, silent: Floats) -> tuple[Floats, Floats]:
        """Both levels for customers who buy nothing with a chance of `silent`: they move with it, and never jump."""
        shut = np.clip((silent - _OPEN_BELOW) / (_SHUT_BELOW - _OPEN_BELOW), 0.0, 1.0)
        return self.lower * (1.0 - shut), self.upper + (self.alone - self.upper) * shut

    def nothing_within(self, silent: Floats) -> Floats:
        """The part of the chance of nothing, `silent`, that lies between the two levels."""
        lower, upper = self.ends(silent)
        return np.asarray(np.clip(np.minimum(upper, silent) - lower, 0.0, None) / np.maximum(silent, 1e-12))


#: The levels of the model itself.
AS_TOLD = RangeLevels()


@dataclass(frozen=True)
class LifetimeValue:
    """Money in major units, shape (customers,) each. `low` and `high` hold 80 % of the outcomes between them.

    `if_stays`, `if_stays_low` and `if_stays_high` are the same for a customer who is known not to have left.
    `nothing_within`: what an outcome of nothing counts when the range is judged, 0 to 1.
    """

    expected: Floats
    low: Floats
    high: Floats
    if_stays: Floats
    if_stays_low: Floats
    if_stays_high: Floats
    nothing_within: Floats


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


@dataclass(frozen=True)
class SpendLaw:
    """What customers spend over a time if they buy at all, and the chance that they do not; shape (customers,) each.

    Attributes
    ----------
    silent, stays_silent
        The chance of nothing, and the same for a customer who is known not to have left.
    level
        Spend is this times H.
    """

    frequency: Floats
    age: Floats
    silent: Floats
    stays_silent: Floats
    level: Floats
    table: _SpendTable

    def quantile(self, at: Floats, silent: Floats) -> Floats:
        """Spend at the level `at` (one a customer) of all outcomes, where `silent` is the chance of nothing."""
        return self.level * self._of_buyers((at - silent) / np.maximum(1.0 - silent, 1e-12))

    def _of_buyers(self, level: Floats) -> Floats:
        """Quantile of H at `level` (below 0: no purchase), interpolated in x, T and level."""
        i, across = _between(_FREQUENCIES, self.frequency)
        j, along = _between(_AGES, self.age)
        place = np.clip(level * _LEVELS.size - 0.5, 0.0, _LEVELS.size - 1.0)
        k = np.minimum(place.astype(np.int64), _LEVELS.size - 2)
        up = place - k
        result = np.zeros(level.size)
        for di, share_i in ((0, 1.0 - across), (1, across)):
            for dj, share_j in ((0, 1.0 - along), (1, along)):
                below = self.table.quantiles[i + di, j + dj, k]
                above = self.table.quantiles[i + di, j + dj, k + 1]
                result += share_i * share_j * (below + up * (above - below))
        return np.where(level <= 0.0, 0.0, result)


def spend_law(
    buys: ParetoParameters,
    value: GammaGammaParameters,
    frequency: Floats,
    age_days: Floats,
    mean_value: Floats,
    alive: Floats,
    *,
    days: float,
    seed: int = 0,
) -> SpendLaw:
    """The law of what customers spend in the next `days`, undiscounted; see `forecast`; `alive`: P(has not left)."""
    count = frequency + 1.0
    level = value.scale + count * np.where(np.isfinite(mean_value), np.maximum(mean_value, 0.0), value.mean)
    stays_silent = pareto.p_silent_if_alive(buys, frequency, age_days, days)
    silent = 1.0 - alive * (1.0 - stays_silent)
    return SpendLaw(frequency, age_days, silent, stays_silent, level, _simulate(buys, value, days, seed))


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
    levels: RangeLevels = AS_TOLD,
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
    levels
        Where the ends of the ranges are read.
    ranges
        Without them, the four bounds are nan: of the past only the expected value is kept.
    """
    alive = pareto.p_alive(buys, frequency, recency_days, age_days)
    ends, discounts, discount = _discounts(months, yearly_discount)
    purchases = pareto.expected_if_alive(buys, frequency, age_days, ends, discounts)
    if_stays = purchases * monetary.expected_value(value, frequency + 1.0, mean_value) * margin
    expected = alive * if_stays
    if not ranges:
        unknown = np.full(frequency.shape, np.nan)
        return LifetimeValue(expected, unknown, unknown, if_stays, unknown, unknown, unknown)
    law = spend_law(buys, value, frequency, age_days, mean_value, alive, days=float(ends[-1]), seed=seed)
    # The simulated spend is not discounted: scaled by the discount that the expected spend has on average.
    law = replace(law, level=law.level * margin * discount)
    return LifetimeValue(
        expected,
        *_range(law, law.silent, levels, expected),
        if_stays,
        *_range(law, law.stays_silent, levels, if_stays),
        levels.nothing_within(law.silent),
    )


def _range(law: SpendLaw, silent: Floats, levels: RangeLevels, expected: Floats) -> tuple[Floats, Floats]:
    """Both ends, with the expected value between them."""
    low, high = (law.quantile(at, silent) for at in levels.ends(silent))
    return np.minimum(low, expected), np.maximum(high, expected)


def value_at_risk(churn_risk: Floats, if_stays: Floats) -> Floats:
    """Churn risk times the value of a customer who stays: never above the latter."""
    return np.asarray(np.clip(churn_risk, 0.0, 1.0) * if_stays)
