"""Lifetime value: expected net revenue of the next months, its 80 % range, and what of it is at risk.

Three figures, of which the third is the difference of the others. With p the churn risk (no purchase within the churn
horizon), S what the next months bring if they buy within it, and R what they still bring if they do not:

    value if they stay = S,    expected lifetime value = (1 - p) S + p R,    value at risk = S - expected = p (S - R).

p is the risk that is displayed, whichever model or person it comes from; S and R are exact by Pareto/NBD: who is silent
through the horizon is a customer of the same purchases who is known for that much longer. Writing A for the purchases
expected of an active customer, J for those after the horizon if they are silent until then and still active (times the
chance of that), and s for the chance of that silence, S = (A - J) / (1 - s) and R = P(alive) J / P(silent), times the
Gamma-Gamma value of a purchase day. Purchases of each month are discounted.

The range is simulated from the fitted heterogeneity, once for each kind of history instead of once a customer: given
that a customer buys at all, their spend is (scale + x mean value) x H, where the law of H depends on x and T only;
the chance that they do not buy has a closed form. H is drawn for a fixed grid of (x, T) that no customer's data
moves, and a customer's range is read off between grid points. So it costs little for one customer and little more
for a million, and is the same whenever it is asked. The law is scaled so that its mean is the expected value.

A range holds 80 % of the outcomes. A tenth of them lie above it and a tenth below, where that can be: of a customer who
may well buy nothing, nothing lies below nothing, and the fifth left out is the highest. So the expected value of a
customer who most likely brings nothing may lie above the range: the median is kept to say so. At which levels of the
simulated law the ends are read is learnt from an earlier window of the book (`range_levels`): no book is quite as the
models have it.

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
#: Chances are kept above this where they divide.
_LEAST = 1e-12
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

    `if_stays` is the value if they buy within the churn horizon, with the range of such outcomes, and `if_leaves` what
    they still bring if they do not. `median`: as many outcomes lie above as below.
    `nothing_within`: what an outcome of nothing counts when the range is judged, 0 to 1.
    """

    expected: Floats
    low: Floats
    high: Floats
    median: Floats
    if_stays: Floats
    if_stays_low: Floats
    if_stays_high: Floats
    if_leaves: Floats
    nothing_within: Floats


@dataclass(frozen=True)
class _SpendTable:
    """Quantiles of H at `_LEVELS` for each grid point: shape (frequencies, ages, levels).

    `early`: of those who buy within the churn horizon.
    """

    quantiles: Floats
    early: Floats


def _discounts(months: float, yearly_rate: float) -> tuple[Floats, Floats, float]:
    """Ends of the months in days, what a purchase in each counts (as of mid-month), and the mean of that over time."""
    ends = np.append(np.arange(1.0, np.ceil(months)), months)
    begins = np.append(0.0, ends[:-1])
    counts = (1.0 + yearly_rate) ** (-(begins + ends) / 24.0)
    return ends * DAYS_A_MONTH, counts, float(np.average(counts, weights=ends - begins))


@lru_cache(maxsize=4)
def _simulate(
    buys: ParetoParameters, value: GammaGammaParameters, days: float, horizon: float, seed: int
) -> _SpendTable:
    """Draw H for every grid point: spend over `days`, if any, in units of (scale + (x+1) mean value)."""
    rng = np.random.default_rng(seed)
    size = (_FREQUENCIES.size, _DRAWS)
    rate = rng.gamma(np.broadcast_to((buys.r + _FREQUENCIES)[:, None], size))[:, None, :]
    rate = rate / (buys.alpha + _AGES)[None, :, None]
    leaving = rng.exponential(size=size) / np.maximum(rng.gamma(buys.s, size=size), 1e-300)
    active = np.minimum(leaving[:, None, :] * (buys.beta + _AGES)[None, :, None], days)
    soon = np.minimum(active, horizon)
    early = rng.poisson(np.minimum(rate * soon, 1e9))
    ends_soon = days <= horizon  # then nothing comes later
    purchases = early if ends_soon else early + rng.poisson(np.minimum(rate * (active - soon), 1e9))
    bought = purchases > 0
    spend = np.zeros(purchases.shape)
    spend[bought] = rng.gamma(value.p * purchases[bought])
    nu = rng.gamma(np.broadcast_to((value.p * (_FREQUENCIES + 1.0) + value.q)[:, None], size))[:, None, :]
    spend /= np.maximum(nu, 1e-300)
    of_all = _quantiles(spend, bought)
    return _SpendTable(of_all, of_all if ends_soon else _quantiles(np.where(early > 0, spend, 0.0), early > 0))


def _quantiles(spend: Floats, counted: NDArray[np.bool_]) -> Floats:
    """Quantiles at `_LEVELS` of the draws that count; the others are nothing."""
    ordered = np.sort(spend, axis=2)
    nothing = (~counted).sum(axis=2, keepdims=True)
    at = np.minimum(nothing + (_LEVELS * (_DRAWS - nothing)).astype(np.int64), _DRAWS - 1)
    return np.take_along_axis(ordered, at, axis=2)


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
    corner, across, along
        The grid point below each customer's x and T (its place among all), and the shares of the way to the next ones.
    silent, level
        The chance of nothing; spend is `level` times H.
    quantiles
        Of H at each grid point.
    """

    corner: NDArray[np.int64]
    across: Floats
    along: Floats
    silent: Floats
    level: Floats
    quantiles: Floats

    def quantile(self, at: Floats) -> Floats:
        """Spend at the level `at` (one a customer) of all outcomes."""
        return self.level * self._of_buyers((at - self.silent) / np.maximum(1.0 - self.silent, 1e-12))

    def range(self, levels: RangeLevels) -> tuple[Floats, Floats]:
        """Both ends of the range."""
        low, high = levels.ends(self.silent)
        return self.quantile(low), self.quantile(high)

    def _of_buyers(self, level: Floats) -> Floats:
        """Quantile of H at `level` (below 0: no purchase), interpolated in x, T and level."""
        place = np.clip(level * _LEVELS.size - 0.5, 0.0, _LEVELS.size - 1.0)
        k = np.minimum(place.astype(np.int64), _LEVELS.size - 2)
        up, at, table = place - k, self.corner * _LEVELS.size + k, self.quantiles.ravel()
        result = np.zeros(level.size)
        for di, share_i in ((0, 1.0 - self.across), (_AGES.size, self.across)):
            for dj, share_j in ((0, 1.0 - self.along), (1, self.along)):
                first = at + (di + dj) * _LEVELS.size
                below = table.take(first)
                result += share_i * share_j * (below + up * (table.take(first + 1) - below))
        return np.where(level <= 0.0, 0.0, result)


def _corners(of: History) -> tuple[NDArray[np.int64], Floats, Floats]:
    """The first three fields of a `SpendLaw`."""
    (i, across), (j, along) = _between(_FREQUENCIES, of.frequency), _between(_AGES, of.age)
    return i * _AGES.size + j, across, along


@dataclass(frozen=True)
class History:
    """What the two models know of customers; shape (customers,) each, days and major units.

    Attributes
    ----------
    frequency, recency, age
        x, t_x and T.
    mean_value
        Mean value of all purchase days; nan where no value is known.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    mean_value: Floats


def spend_law(
    buys: ParetoParameters, value: GammaGammaParameters, of: History, *, days: float, seed: int = 0
) -> SpendLaw:
    """The law of what customers spend in the next `days`, undiscounted, by the model alone; see `forecast`."""
    alive = pareto.p_alive(buys, of.frequency, of.recency, of.age)
    silent = 1.0 - alive * (1.0 - pareto.p_silent_if_alive(buys, of.frequency, of.age, days))
    return SpendLaw(*_corners(of), silent, _level(value, of), _simulate(buys, value, days, days, seed).quantiles)


def _level(value: GammaGammaParameters, of: History) -> Floats:
    own = np.where(np.isfinite(of.mean_value), np.maximum(of.mean_value, 0.0), value.mean)
    return np.asarray(value.scale + (of.frequency + 1.0) * own)


def forecast(
    buys: ParetoParameters,
    value: GammaGammaParameters,
    of: History,
    *,
    months: float,
    horizon_days: float = 90.0,
    risk: Floats | None = None,
    yearly_discount: float = 0.0,
    margin: float = 1.0,
    levels: RangeLevels = AS_TOLD,
    seed: int = 0,
    ranges: bool = True,
) -> LifetimeValue:
    """Lifetime value over `months`, in major units.

    Parameters
    ----------
    risk
        Churn risk over `horizon_days` as displayed, shape (customers,); None or nan: that of the purchase model.
    yearly_discount, margin
        Discount rate a year (monthly, at mid-month), and the share of revenue that counts as value.
    levels
        Where the ends of the ranges are read.
    ranges
        Without them, bounds and median are nan: of the past only the expected value is kept.
    """
    ends, discounts, discount = _discounts(months, yearly_discount)
    mean = _means(buys, value, of, horizon_days, risk, ends, discounts, margin)
    if not ranges:
        unknown = np.full(of.age.shape, np.nan)
        return LifetimeValue(
            mean.expected, unknown, unknown, unknown, mean.stays, unknown, unknown, mean.leaves, unknown
        )
    table = _simulate(buys, value, float(ends[-1]), horizon_days, seed)
    any_ever = np.maximum(1.0 - pareto.p_silent_if_alive(buys, of.frequency, of.age, float(ends[-1])), _LEAST)
    # The simulated spend is not discounted: scaled by the discount that the expected spend has on average.
    law, law_if_stays = _laws(mean, any_ever, _corners(of), _level(value, of) * margin * discount, table)
    return LifetimeValue(
        mean.expected,
        *law.range(levels),
        law.quantile(np.full(of.age.shape, 0.5)),
        mean.stays,
        *law_if_stays.range(levels),
        mean.leaves,
        levels.nothing_within(law.silent),
    )


@dataclass(frozen=True)
class _Means:
    """What the months bring on average, and the chances that it comes from; shape (customers,) each.

    `any_soon`: P(any purchase within the horizon | alive); `silent`: P(none); `active`: spend expected if alive.
    """

    expected: Floats
    stays: Floats
    leaves: Floats
    risk: Floats
    alive: Floats
    any_soon: Floats
    silent: Floats
    active: Floats


def _means(
    buys: ParetoParameters,
    value: GammaGammaParameters,
    of: History,
    horizon_days: float,
    risk: Floats | None,
    ends: Floats,
    discounts: Floats,
    margin: float,
) -> _Means:
    x, age = of.frequency, of.age
    alive = pareto.p_alive(buys, x, of.recency, age)
    any_soon = np.maximum(1.0 - pareto.p_silent_if_alive(buys, x, age, horizon_days), _LEAST)
    active = pareto.expected_if_alive(buys, x, age, ends, discounts)
    later = pareto.expected_after_silence(buys, x, age, horizon_days, ends, discounts)
    each = monetary.expected_value(value, x + 1.0, of.mean_value) * margin
    silent = 1.0 - alive * any_soon
    stays, leaves = each * np.maximum(active - later, 0.0) / any_soon, each * alive * later / silent
    p = silent if risk is None else np.where(np.isnan(risk), silent, risk)
    # Not `stays` less a share of the difference: where they surely leave, rounding would outweigh what is left.
    expected = (1.0 - p) * stays + p * leaves
    return _Means(expected, stays, leaves, p, alive, any_soon, silent, each * active)


def _laws(
    mean: _Means, any_ever: Floats, corners: tuple[NDArray[np.int64], Floats, Floats], level: Floats, table: _SpendTable
) -> tuple[SpendLaw, SpendLaw]:
    """The law of the spend, scaled to the mean of those who buy at all, and that of those who buy within the horizon.

    `any_ever`: P(any purchase in the months | alive).
    """
    # P(any purchase in the months | buys, and does not buy, within the horizon): one of them where that is longer.
    if_bought = np.minimum(any_ever / mean.any_soon, 1.0)
    if_silent = mean.alive * np.maximum(any_ever - mean.any_soon, 0.0) / mean.silent
    some = (1.0 - mean.risk) * if_bought + mean.risk * if_silent
    moved = (mean.expected / np.maximum(some, _LEAST)) / np.maximum(mean.active / any_ever, _LEAST)
    law = SpendLaw(*corners, 1.0 - some, level * np.where(some > _LEAST, moved, 1.0), table.quantiles)
    return law, SpendLaw(*corners, 1.0 - if_bought, level, table.early)


#: Decimal places of a churn risk as it is kept and displayed.
RISK_DIGITS = 4


def at_risk(churn_risk: float | Floats, if_stays: float | Floats, if_leaves: float | Floats) -> Floats:
    """What is lost if they leave, times the chance of that: whole units of whole ones, so that sums add up."""
    return np.asarray(np.rint(churn_risk * (if_stays - if_leaves)))


def in_whole_units(value: LifetimeValue, risk: Floats) -> LifetimeValue:
    """The same with the expected value, and that of both ways, in whole minor units that add up."""
    stays, leaves = np.rint(value.if_stays), np.rint(value.if_leaves)
    expected = stays - at_risk(np.round(risk, RISK_DIGITS), stays, leaves)
    return replace(value, expected=expected, if_stays=stays, if_leaves=leaves)
