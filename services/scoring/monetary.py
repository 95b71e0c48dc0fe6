"""Gamma-Gamma: the mean value of a purchase day, learnt from customers who came back.

A customer's purchase values are Gamma(p, nu) and nu is Gamma(q, scale) over customers, independent of how often they
buy. Values are in major units of the book's currency. Source: Fader and Hardie 2013, "The Gamma-Gamma model of
monetary value", eqs. 1a and 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Below this many repeat customers the shape is taken from `_BELIEVED` and only the level from the book.
_FEWEST_REPEATERS = 10
#: p and q in use until a book can tell: the spread of purchase values within and between customers of ordinary shops.
_BELIEVED = (6.0, 4.0)
_LOG_BOUNDS = (-6.0, 9.0)
#: q - 1 is kept above this: at q = 1 the mean over customers does not exist.
_SMALLEST_EXCESS = 0.05


@dataclass(frozen=True)
class GammaGammaParameters:
    """A fitted model: shapes p and q, and the scale (gamma in the paper, v in the anchors) in major units."""

    p: float
    q: float
    scale: float
    log_likelihood: float
    customers: int

    @property
    def mean(self) -> float:
        """Mean value of a purchase day of a customer of whom nothing is known, in major units."""
        return self.p * self.scale / (self.q - 1.0)


def _likelihood(log_theta: Floats, x: Floats, mean: Floats) -> tuple[float, Floats]:
    """Log-likelihood and its gradient by ln p, ln(q - 1), ln scale; gamma functions once for each distinct x."""
    from scipy.special import digamma, gammaln

    p, excess, scale = np.exp(log_theta)
    q = 1.0 + excess
    distinct, of_x, customers = np.unique(x, return_inverse=True, return_counts=True)
    px = p * distinct
    total = scale + mean * x
    log_total = np.log(total)
    log_share = np.log(mean * x) - log_total
    weighted_share = x @ log_share
    by_x = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(scale)
    value = customers @ by_x + p * weighted_share - (q * log_total + np.log(mean)).sum()
    digamma_all = digamma(px + q)
    d_p = customers @ (distinct * (digamma_all - digamma(px))) + weighted_share
    d_q = customers @ (digamma_all - digamma(q) + np.log(scale)) - log_total.sum()
    d_scale = x.size * q / scale - ((px + q)[of_x] / total).sum()
    return float(value), np.array([d_p * p, d_q * excess, d_scale * scale])


def fit(frequency: Floats, mean_value: Floats) -> GammaGammaParameters:
    """Maximum likelihood over customers with a repeat purchase of positive mean value; others are passed over.

    Parameters
    ----------
    frequency
        Shape (customers,): repeat purchase days x.
    mean_value
        Shape (customers,): mean value of those days in major units; zero, negative and nan are passed over.
    """
    used = (frequency > 0) & np.isfinite(mean_value) & (mean_value > 0)
    x, mean = np.asarray(frequency[used], np.float64), np.asarray(mean_value[used], np.float64)
    if x.size < _FEWEST_REPEATERS or float(np.ptp(mean)) < 1e-9 * float(mean.max(initial=1.0)):
        return _believed(mean)
    order = np.lexsort((mean, x))  # sums differ in their last digits by the order of rows: a fit must not
    return _maximum(x[order], mean[order])


def _believed(mean: Floats) -> GammaGammaParameters:
    p, q = _BELIEVED
    level = float(mean.mean()) if mean.size else 0.0
    return GammaGammaParameters(p, q, level * (q - 1.0) / p, 0.0, int(mean.size))


def _maximum(x: Floats, mean: Floats) -> GammaGammaParameters:
    from scipy.optimize import minimize

    unit = float(np.median(mean))  # the likelihood is searched in units of a usual purchase

    def negative(log_theta: Floats) -> tuple[float, Floats]:
        value, gradient = _likelihood(log_theta, x, mean / unit)
        return -value / x.size, -gradient / x.size

    p, q = _BELIEVED
    start = np.log([p, q - 1.0, (q - 1.0) / p])
    bounds = [_LOG_BOUNDS, (np.log(_SMALLEST_EXCESS), _LOG_BOUNDS[1]), (-12.0, 12.0)]
    found = minimize(negative, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"gtol": 1e-9, "ftol": 1e-14})
    p, excess, scale = (float(number) for number in np.exp(found.x))
    log_likelihood = -float(found.fun) * x.size - x.size * float(np.log(unit))
    return GammaGammaParameters(p, 1.0 + excess, scale * unit, log_likelihood, int(x.size))


def expected_value(model: GammaGammaParameters, frequency: Floats, mean_value: Floats) -> Floats:
    """E[mean value of a purchase day | history] in major units, shape (customers,).

    A customer without a repeat purchase, or whose repeat purchases came to nothing, gets the book's mean; the others
    theirs, shrunk to it (eq. 5: p (scale + x mean) / (p x + q - 1)).
    """
    known = (frequency > 0) & np.isfinite(mean_value)
    x = np.where(known, frequency, 0.0)
    own = np.where(known, np.maximum(mean_value, 0.0), 0.0)
    return np.asarray(model.p * (model.scale + x * own) / (model.p * x + model.q - 1.0))
