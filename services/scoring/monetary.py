"""Gamma-Gamma: the value of a purchase day, learnt from the single values of customers who came back.

A customer's purchase values are Gamma(p, rate nu), and nu is Gamma(q, rate scale) over customers, independent of how
often they buy. Values are in major units of the book's currency.

The model is fitted on single values, not on customers' means as it was published: where customers have bought equally
often (quarterly invoices), means do not tell how much of their spread lies within customers and how much between them,
and every customer is drawn to the book's mean. Of n values z with the sum S the likelihood is, nu integrated out,

    prod z^(p-1) / Gamma(p)^n  x  scale^q / Gamma(q)  x  Gamma(p n + q) / (scale + S)^(p n + q),

which needs n, S and the sum of ln z of each customer only. It is the published likelihood of the mean times the chance
of how the sum is shared out, Dirichlet(p, ..., p). Source: Fader and Hardie 2013, "The Gamma-Gamma model of monetary
value", eqs. 1a and 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: p and q - 1 in ordinary shops, and how firmly that is believed (standard deviations of ln p and ln(q - 1)): public
#: retail books have 2.5 to 3.4 and 2.3 to 3.5. A few dozen repeat purchases outweigh it.
_BELIEVED, _SPREAD = (3.0, 3.0), (1.0, 1.0)
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
        """Mean value of a purchase day of a customer about whom nothing is known, in major units."""
        return self.p * self.scale / (self.q - 1.0)


def likelihood(log_theta: Floats, count: Floats, total: Floats, log_sum: Floats) -> tuple[float, Floats]:
    """Log-likelihood of single values, and its gradient by ln p, ln(q - 1), ln scale.

    Parameters
    ----------
    count, total, log_sum
        Of each customer: number of values n >= 1, their sum, and the sum of their logarithms; shape (customers,).
    """
    from scipy.special import digamma, gammaln

    p, excess, scale = np.exp(log_theta)
    q = 1.0 + excess
    distinct, customers = np.unique(count, return_counts=True)  # gamma functions once for each number of values
    shape = p * distinct + q
    logs, values, log_total = np.log(scale + total), count.sum(), log_sum.sum()
    value = (p - 1.0) * log_total - values * gammaln(p) + customers @ gammaln(shape)
    value += count.size * (q * np.log(scale) - gammaln(q)) - float((p * count + q) @ logs)
    told = digamma(shape)
    d_p = log_total - values * digamma(p) + customers @ (distinct * told) - count @ logs
    d_q = customers @ told + count.size * (np.log(scale) - digamma(q)) - logs.sum()
    d_scale = count.size * q / scale - ((p * count + q) / (scale + total)).sum()
    return float(value), np.array([d_p * p, d_q * excess, d_scale * scale])


def fit(count: Floats, mean_value: Floats, mean_log: Floats) -> GammaGammaParameters:
    """Maximum likelihood over single values, held together by a weak belief about shops.

    Parameters
    ----------
    count
        Shape (customers,): repeat purchase days of positive value; customers without one are passed over.
    mean_value, mean_log
        The mean of those values in major units, and of their logarithms.
    """
    used = (count > 0) & np.isfinite(mean_value) & (mean_value > 0) & np.isfinite(mean_log)
    columns = [np.asarray(column[used], np.float64) for column in (count, mean_value, mean_log)]
    if not columns[0].size:
        return GammaGammaParameters(_BELIEVED[0], 1.0 + _BELIEVED[1], 0.0, 0.0, 0)
    order = np.lexsort(columns[::-1])  # sums differ in their last digits by the order of rows: a fit must not
    return _maximum(*(column[order] for column in columns))


def _maximum(count: Floats, mean_value: Floats, mean_log: Floats) -> GammaGammaParameters:
    from scipy.optimize import minimize

    unit = float(np.median(mean_value))  # the likelihood is searched in units of a usual purchase
    total, log_sum = count * (mean_value / unit), count * (mean_log - np.log(unit))
    believed = np.log(np.array(_BELIEVED))

    def negative(log_theta: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood(log_theta, count, total, log_sum)
        away = (log_theta[:2] - believed) / _SPREAD
        gradient[:2] -= away / _SPREAD
        return -(value - 0.5 * float(away @ away)) / count.size, -gradient / count.size

    start = np.append(believed, believed[1] - believed[0])
    bounds = [_LOG_BOUNDS, (np.log(_SMALLEST_EXCESS), _LOG_BOUNDS[1]), (-16.0, 16.0)]
    found = minimize(negative, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"gtol": 1e-9, "ftol": 1e-14})
    p, excess, scale = (float(number) for number in np.exp(found.x))
    log_likelihood = likelihood(found.x, count, total, log_sum)[0] - float(count.sum() * np.log(unit))
    return GammaGammaParameters(p, 1.0 + excess, scale * unit, log_likelihood, int(count.size))


def expected_value(model: GammaGammaParameters, frequency: Floats, mean_value: Floats) -> Floats:
    """E[mean value of a purchase day | history] in major units, shape (customers,).

    A customer without a repeat purchase, or whose repeat purchases came to nothing, gets the book's mean; the others
    theirs, shrunk to it (eq. 5: p (scale + x mean) / (p x + q - 1)).
    """
    known = (frequency > 0) & np.isfinite(mean_value)
    x = np.where(known, frequency, 0.0)
    own = np.where(known, np.maximum(mean_value, 0.0), 0.0)
    return np.asarray(model.p * (model.scale + x * own) / (model.p * x + model.q - 1.0))
