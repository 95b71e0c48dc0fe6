"""Counts against their own past: how likely so few or so many were, which are discoveries, and when the rate changed.

A rate has a Gamma prior, fitted by moments to all that are alike; given its past, the count to come is negative
binomial (Poisson-Gamma), and its chance is an incomplete beta function. Where counts scatter more than Poisson's, they
are told in units of that dispersion (quasi-Poisson), which leaves a Poisson count as it is. Which chances are
discoveries is the step-up rule of Benjamini and Hochberg (1995); the day of a change is where two Poisson rates
explain the events best.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

#: What others' rates say about one is never worth more than so many units of its own exposure.
_WORTH_AT_MOST = 8.0
_TINY = 1e-9


def prior(before: Floats, exposure: Floats) -> tuple[float, float]:
    """Mean rate, and how much exposure that knowledge is worth, by moments.

    Parameters
    ----------
    before, exposure
        Events of each one's past and how long it was (weeks, or mails), shape (n,); the latter above 0.
    """
    if not before.size:
        return 0.0, 1.0
    rate = before / exposure
    mean = float(np.mean(rate))
    noise = float(np.mean(rate / exposure))  # what Poisson counting alone adds to the spread of the rates
    spread = max(float(np.var(rate)) - noise, 1e-6)
    return mean, min(mean / spread, _WORTH_AT_MOST) if mean > 0 else 1.0


def expected(before: Floats, exposure: Floats, coming: Floats, of_all: tuple[float, float]) -> Floats:
    """Events to be expected in the exposure to come, shape (n,)."""
    mean, worth = of_all
    return np.asarray(coming * (before + mean * worth) / (exposure + worth))


def tail(
    count: Floats,
    before: Floats,
    exposure: Floats,
    coming: Floats,
    of_all: tuple[float, float],
    dispersion: Floats | float = 1.0,
    *,
    few: bool,
) -> Floats:
    """Chance of so few events or fewer (`few`), or of so many or more, shape (n,).

    Parameters
    ----------
    count, coming
        Events that came, and the exposure in which they did.
    before, exposure
        Events of the past, and its exposure.
    of_all
        The `prior`.
    dispersion
        Variance of counts over their mean, 1 for Poisson's.
    """
    mean, worth = of_all
    shape = np.maximum((before + mean * worth) / dispersion, _TINY)
    past = np.maximum(exposure + worth, _TINY)
    share = past / (past + np.maximum(coming, _TINY))
    # Half a count on either side of a whole number, in units of the dispersion; for Poisson's, count + 1 and count.
    if few:
        return np.asarray(betainc(shape, (count + 0.5) / dispersion + 0.5, share))
    many = betainc(np.maximum((count - 0.5) / dispersion + 0.5, _TINY), shape, 1.0 - share)
    return np.asarray(np.where(count > 0, many, 1.0))


def either_way(one: Floats, other: Floats, share: float) -> Floats:
    """One chance from two tests of the same thing (weighted Bonferroni): `share` of the doubt is given to the first.

    Nan is no test: the other one then counts alone.
    """
    both = ~np.isnan(one) & ~np.isnan(other)
    weighed = np.minimum(np.fmin(one / share, other / (1.0 - share)), 1.0)
    return np.where(both, weighed, np.fmin(one, other))


def largest_discovery(chance: Floats, rate: float, tests: int | None = None) -> float:
    """The largest chance that is a discovery at a false discovery rate, 0 where none is; nan is no test.

    `tests`: how many were made, where not all of their chances are at hand because many cannot be low.
    """
    tested = np.sort(chance[~np.isnan(chance)])
    made = max(tested.size, tests or 0, 1)
    passing = np.flatnonzero(tested <= rate * np.arange(1, tested.size + 1) / made)
    return float(tested[passing[-1]]) if passing.size else 0.0


def change_day(events: Whole, first: int, last: int, earliest: int, *, down: bool, units: Whole | None = None) -> int:
    """Day number from which the rate was another: the likeliest between `earliest` and `last`.

    Where a rate falls, that is the day after an event; where it rises, the day of one: nowhere else can the likelihood
    be higher, so only these are tried.

    Parameters
    ----------
    events
        Day numbers of the events, rising, shape (events,).
    first, last
        The days through which the rate is told.
    units
        Day numbers of what events come from (mails that may be answered), rising; None: days themselves.
    """
    inside = events[(events >= first) & (events <= last)]
    tried = np.unique(inside + 1 if down else inside)
    tried = tried[(tried >= max(earliest, first + 1)) & (tried <= last)]
    if not tried.size:
        return max(earliest, first)
    before = np.searchsorted(inside, tried).astype(np.float64)
    after = inside.size - before
    if units is None:
        past, since = (tried - first).astype(np.float64), (last + 1 - tried).astype(np.float64)
    else:
        among = units[(units >= first) & (units <= last)]
        past = np.searchsorted(among, tried).astype(np.float64)
        since = among.size - past
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(before > 0, before * np.log(before / past), 0.0)
        gain += np.where(after > 0, after * np.log(after / since), 0.0)
        fits = (before * since > after * past) if down else (before * since < after * past)
    gain = np.where(fits & (past > 0) & (since > 0) & np.isfinite(gain), gain, -np.inf)
    best = int(np.argmax(gain))
    return int(tried[best]) if np.isfinite(gain[best]) else max(earliest, first)
