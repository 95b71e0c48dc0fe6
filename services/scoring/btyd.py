"""Buy till you die: how often a customer buys while active, and whether they still are.

Two families with closed forms, one likelihood. A customer buys at a rate drawn from Gamma(r, alpha) and drops out
with a chance drawn from Beta(a, b): after each repeat purchase (BG/NBD), or after every purchase, the first included
(MBG/NBD). Writing n for the number of times that the customer was seen *not* to drop out (x in BG, x + 1 in MBG),
both share

    ln L = ln G(r+x) - ln G(r) + r ln(alpha) - (r+x) ln(alpha+T)
         + ln B(a, b+n) - ln B(a, b) + ln(1 + exp(z)),
    z    = ln a - ln(b+n-1) + (r+x) (ln(alpha+T) - ln(alpha+t_x)),      P(alive) = 1 / (1 + exp(z)),

where a BG customer without a repeat purchase cannot have dropped out (z = -infinity).

Sources: Fader, Hardie and Lee 2005, "Counting your customers the easy way", eqs. 3, 6 and 10 (BG/NBD); Batislam,
Denizel and Filiztekin 2007, "Empirical validation and comparison of models for customer base analysis" (MBG/NBD).
Time is in whatever unit the caller uses; the program uses days everywhere, the published anchors are in weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from services.scoring.minimum import Objective, minimum

Family = Literal["mbg", "bg"]
Floats = NDArray[np.float64]

#: Nodes of the quadrature over the dropout chance: within 1e-12 of the closed form by 2F1 at the anchors (39 weeks),
#: 3e-5 at ten times that horizon, and without its pole at a = 1.
_NODES = 24
#: ln(parameter) stays within these, so that a likelihood that is flat or has no maximum ends at a number.
_LOG_BOUNDS = (-9.0, 12.0)
#: Of more distinct histories than this a sample is searched first, and all of them only from its maximum on.
_SAMPLED_FROM = 12_000
_SAMPLE = 4_000
#: Half the 95 % point of chi-square with one degree of freedom: what dropout must explain to be called seen.
_DROPOUT_GAIN = 1.92
_SMALLEST_DROPOUT = 1e-3


@dataclass(frozen=True)
class BtydParameters:
    """A fitted model. `alpha` carries the unit of time; the others have none."""

    family: Family
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    customers: int
    converged: bool
    dropout_identifiable: bool


@dataclass(frozen=True)
class LogNormalPrior:
    """Independent normal priors on ln r, ln alpha, ln a, ln b: what is believed before any data, and how firmly."""

    r: float
    alpha: float
    a: float
    b: float
    spread: tuple[float, float, float, float]

    @property
    def centre(self) -> Floats:
        """ln of the four parameters, shape (4,)."""
        return np.asarray(np.log(np.array([self.r, self.alpha, self.a, self.b])))


@dataclass(frozen=True)
class _Grouped:
    """Distinct (x, t_x, T) with their number of customers; `of_x` leads from a row to its distinct x."""

    distinct_x: Floats
    of_x: NDArray[np.intp]
    x: Floats
    t_x: Floats
    age: Floats
    weight: Floats

    @property
    def customers(self) -> float:
        return float(self.weight.sum())

    def sample(self, wanted: int) -> _Grouped:
        """About so many of the rows, evenly over all of them: the same rows give the same."""
        step = max(self.x.size // wanted, 1)
        return _ordered_by_x(self.x[::step], self.t_x[::step], self.age[::step], self.weight[::step])

    def without_recency(self) -> _Grouped:
        """Rows alike but for t_x as one, for a model that does not ask for it."""
        codes, ages = _codes(self.age)
        key, back = np.unique(self.of_x * ages.size + codes, return_inverse=True)
        weight = np.bincount(back, weights=self.weight).astype(np.float64)
        return _ordered_by_x(self.distinct_x[key // ages.size], np.zeros(key.size), ages[key % ages.size], weight)


def _ordered_by_x(x: Floats, t_x: Floats, age: Floats, weight: Floats) -> _Grouped:
    first = np.concatenate((np.ones(min(x.size, 1), np.bool_), x[1:] != x[:-1]))
    return _Grouped(x[first], np.cumsum(first) - 1, x, t_x, age, weight)


def _codes(column: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Whole numbers that order as the column does, and the value of each."""
    if column.size and column.max() < 2**20 and np.array_equal(column, np.floor(column)):
        return column.astype(np.int64), np.arange(int(column.max()) + 1, dtype=np.float64)
    values, inverse = np.unique(column, return_inverse=True)
    return inverse.astype(np.int64), values


def _group(frequency: Floats, recency: Floats, age: Floats) -> _Grouped:
    (x_code, xs), (t_code, ts), (age_code, ages) = _codes(frequency), _codes(recency), _codes(age)
    # Sorting the keys themselves, from which all three are read again, takes a tenth of sorting rows by them.
    key = np.sort((x_code * ts.size + t_code) * ages.size + age_code)
    first = np.flatnonzero(np.concatenate((np.ones(min(key.size, 1), np.bool_), key[1:] != key[:-1])))
    pair, age_at = np.divmod(key[first], ages.size)
    x_at, t_at = np.divmod(pair, ts.size)
    weight = np.diff(np.append(first, key.size)).astype(np.float64)
    return _ordered_by_x(xs[x_at], ts[t_at], ages[age_at], weight)


def _kept(family: Family, x: Floats) -> Floats:
    """How many times a customer with x repeat purchases was seen not to drop out (n in the module's formulas)."""
    return x + 1.0 if family == "mbg" else x


def _log_odds_gone(family: Family, theta: Floats, x: Floats, t_x: Floats, age: Floats) -> Floats:
    r, alpha, a, b = theta
    stretch = np.log((alpha + age) / (alpha + t_x))
    if family == "mbg":
        return np.asarray(np.log(a / (b + x)) + (r + x) * stretch)
    safe = np.maximum(b + x - 1.0, 1e-12)
    return np.where(x > 0, np.log(a / safe) + (r + x) * stretch, -np.inf)


def _likelihood(family: Family, log_theta: Floats, rows: _Grouped) -> tuple[float, Floats]:
    """Log-likelihood of all rows and its gradient by the logarithms of the parameters."""
    from scipy.special import digamma, gammaln

    theta = np.exp(log_theta)
    r, alpha, a, b = theta
    n = _kept(family, rows.distinct_x)
    of_x, w = rows.of_x, rows.weight
    per_x = np.bincount(of_x, weights=w, minlength=n.size)
    last_chance = np.maximum(b + n - 1.0, 1e-12)
    odds = np.where(n > 0, np.log(a / last_chance), -np.inf)
    to_age, to_t, shape = alpha + rows.age, alpha + rows.t_x, (r + rows.distinct_x)[of_x]
    log_age = np.log(to_age)
    stretch = log_age - np.log(to_t)
    z = odds[of_x] + shape * stretch
    # ln(1 + exp(z)) and 1 / (1 + exp(-z)) from one exponential, which never overflows.
    small = np.exp(-np.abs(z))
    gone = np.where(z >= 0, 1.0, small) / (1.0 + small)

    by_x = gammaln(r + rows.distinct_x) - gammaln(r) + r * np.log(alpha)
    by_x = by_x + gammaln(b + n) - gammaln(a + b + n) - gammaln(b) + gammaln(a + b)
    value = per_x @ by_x + w @ (np.maximum(z, 0.0) + np.log(1.0 + small) - shape * log_age)

    digamma_abn = per_x @ digamma(a + b + n)
    total = rows.customers
    weighted_gone = w * gone
    gone_per_x = np.bincount(of_x, weights=weighted_gone, minlength=n.size)
    d_r = per_x @ digamma(r + rows.distinct_x) + total * (np.log(alpha) - digamma(r))
    d_r += weighted_gone @ stretch - w @ log_age
    d_alpha = total * r / alpha - (w - weighted_gone) @ (shape / to_age) - weighted_gone @ (shape / to_t)
    d_a = total * digamma(a + b) - digamma_abn + gone_per_x.sum() / a
    d_b = per_x @ digamma(b + n) - digamma_abn + total * (digamma(a + b) - digamma(b))
    d_b -= gone_per_x @ (1.0 / last_chance)
    return float(value), np.array([d_r, d_alpha, d_a, d_b]) * theta


def _nbd_log_likelihood(rows: _Grouped, start: Floats) -> float:
    """Best log-likelihood if nobody ever drops out (NBD): what dropout is measured against."""
    from scipy.optimize import minimize
    from scipy.special import digamma, gammaln

    rows = rows.without_recency()
    per_x = np.bincount(rows.of_x, weights=rows.weight, minlength=rows.distinct_x.size)
    total, w = rows.customers, rows.weight

    def negative(log_theta: Floats) -> tuple[float, Floats]:
        r, alpha = np.exp(log_theta)
        log_age = np.log(alpha + rows.age)
        value = per_x @ gammaln(r + rows.distinct_x) + total * (r * np.log(alpha) - gammaln(r))
        value -= w @ ((r + rows.x) * log_age)
        d_r = per_x @ digamma(r + rows.distinct_x) + total * (np.log(alpha) - digamma(r)) - w @ log_age
        d_alpha = total * r / alpha - w @ ((r + rows.x) / (alpha + rows.age))
        return -float(value) / total, -np.array([d_r * r, d_alpha * alpha]) / total

    found = minimize(negative, start[:2], jac=True, method="L-BFGS-B", bounds=[_LOG_BOUNDS] * 2)
    return -float(found.fun) * total


def _starting_point(rows: _Grouped) -> Floats:
    """ln of moments: the book's rate of repeat purchases, a fifth of the customers dropping out after each."""
    rate = max(float(rows.weight @ rows.x), 0.5) / max(float(rows.weight @ rows.age), 1.0)
    return np.asarray(np.clip(np.log(np.array([0.7, 0.7 / rate, 0.5, 2.0])), *_LOG_BOUNDS))


def fit(
    frequency: Floats,
    recency: Floats,
    age: Floats,
    *,
    family: Family = "mbg",
    prior: LogNormalPrior | None = None,
) -> BtydParameters:
    """Maximum likelihood (or, with a prior, maximum a posteriori) parameters.

    Parameters
    ----------
    frequency, recency, age
        Shape (customers,): repeat purchase days x, time from first to last purchase t_x, time from first purchase
        to the as-of day T, in one unit of time, with 0 <= t_x <= T, and t_x = 0 where x = 0.
    family
        "mbg" (MBG/NBD) or "bg" (BG/NBD).
    prior
        Weak beliefs that hold a book of a few dozen customers together; None for the plain likelihood.

    Raises
    ------
    ValueError
        If there is no customer and no prior, or the three arrays disagree.
    """
    x, t_x, big_t = (np.asarray(column, dtype=np.float64) for column in (frequency, recency, age))
    _check(x, t_x, big_t)
    if x.size == 0:
        if prior is None:
            raise ValueError("A model without a prior needs at least one customer.")
        return BtydParameters(family, prior.r, prior.alpha, prior.a, prior.b, 0.0, 0, True, False)
    rows = _group(x, t_x, big_t)
    log_theta, converged = _most_likely(family, rows, prior)
    value, _ = _likelihood(family, log_theta, rows)
    r, alpha, a, b = (float(number) for number in np.exp(log_theta))
    seen = a / (a + b) >= _SMALLEST_DROPOUT and value - _nbd_log_likelihood(rows, log_theta) >= _DROPOUT_GAIN
    return BtydParameters(family, r, alpha, a, b, value, int(rows.customers), converged, bool(seen))


def _most_likely(family: Family, rows: _Grouped, prior: LogNormalPrior | None) -> tuple[Floats, bool]:
    """Return ln of the parameters at the maximum, shape (4,), and whether the search came to rest there."""
    start = _starting_point(rows) if prior is None else prior.centre
    likeness = _objective(family, rows.sample(_SAMPLE), prior) if rows.x.size >= _SAMPLED_FROM else None
    return minimum(_objective(family, rows, prior), start, _LOG_BOUNDS, likeness)


def _objective(family: Family, rows: _Grouped, prior: LogNormalPrior | None) -> Objective:
    """Negative log-likelihood (with the prior's) of a mean customer, and its gradient, by ln of the parameters."""
    total = rows.customers

    def negative(log_theta: Floats) -> tuple[float, Floats]:
        value, gradient = _likelihood(family, log_theta, rows)
        if prior is not None:
            away = (log_theta - prior.centre) / np.array(prior.spread)
            value -= 0.5 * float(away @ away)
            gradient = gradient - away / np.array(prior.spread)
        return -value / total, -gradient / total

    return negative


def _check(x: Floats, t_x: Floats, age: Floats) -> None:
    if not x.shape == t_x.shape == age.shape:
        raise ValueError("frequency, recency and age must have one value a customer each.")
    if x.size and not (np.all(x >= 0) and np.all(t_x >= 0) and np.all(t_x <= age)):
        raise ValueError("Expected frequency >= 0 and 0 <= recency <= age for every customer.")


def _theta(model: BtydParameters) -> Floats:
    return np.array([model.r, model.alpha, model.a, model.b])


def p_alive(model: BtydParameters, frequency: Floats, recency: Floats, age: Floats) -> Floats:
    """P(has not dropped out | history), shape (customers,). It is no churn risk: see `p_no_purchase`."""
    from scipy.special import expit

    return np.asarray(expit(-_log_odds_gone(model.family, _theta(model), frequency, recency, age)))


def p_no_purchase(model: BtydParameters, frequency: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
    """P(no purchase in the next `horizon` | history), shape (customers,): SCORING.md's churn risk.

    1 - P(alive) (1 - ((alpha+T) / (alpha+T+t))^(r+x)), from Fader and Hardie's note on P(X(t, t+tau) = 0).
    """
    alive = p_alive(model, frequency, recency, age)
    scale = model.alpha + age
    silent = np.exp(-(model.r + frequency) * np.log1p(horizon / scale))
    return np.asarray(1.0 - alive * (1.0 - silent))


def dropout_quadrature(model: BtydParameters, frequency: Floats) -> tuple[Floats, Floats]:
    """Gauss-Jacobi nodes and weights for p ~ Beta(a, b + n), the dropout chance of a customer who is still active.

    Shapes (len(frequency), 24) each; weights sum to one. By Golub and Welsch 1969: eigenvalues of the Jacobi matrix,
    all customers at once, so that neither a near 0 nor a large b needs care.
    """
    first, second = model.a - 1.0, model.b + _kept(model.family, frequency) - 1.0  # exponents of p and of 1 - p
    k = np.arange(_NODES, dtype=np.float64)
    apart = second[:, None] + first
    width = 2.0 * k + apart
    with np.errstate(divide="ignore", invalid="ignore"):
        diagonal = (first**2 - second[:, None] ** 2) / (width * (width + 2.0))
        j = k[1:]
        w = 2.0 * j + apart
        off = 4.0 * j * (j + first) * (j + second[:, None]) * (j + apart) / (w**2 * (w + 1.0) * (w - 1.0))
    diagonal[:, 0] = (first - second) / (apart[:, 0] + 2.0)
    # At j = 1 numerator and denominator share the factor 1 + first + second, which may be zero.
    off[:, 0] = 4.0 * (1.0 + first) * (1.0 + second) / ((2.0 + apart[:, 0]) ** 2 * (3.0 + apart[:, 0]))
    matrix = np.zeros((frequency.size, _NODES, _NODES))
    rows = np.arange(_NODES)
    matrix[:, rows, rows] = diagonal
    matrix[:, rows[1:], rows[:-1]] = np.sqrt(off)
    nodes, vectors = np.linalg.eigh(matrix)
    return np.clip((nodes + 1.0) / 2.0, 1e-15, 1.0), vectors[:, 0, :] ** 2


def expected_if_alive(
    model: BtydParameters, frequency: Floats, age: Floats, until: Floats, weights: Floats | None = None
) -> Floats:
    """Purchases expected of customers who are still active.

    Parameters
    ----------
    frequency, age
        Shape (customers,).
    until
        Shape (steps,): ends of consecutive periods that begin now.
    weights
        Shape (steps,): what a purchase in each period counts (a discount); one by default.

    Returns
    -------
    Shape (customers,): sum over periods of weight x E[purchases in the period]. Given rate and dropout chance the
    count until t is (1 - exp(-rate p t)) / p; the rate is integrated in closed form, p by `dropout_quadrature`.
    """
    each = np.ones_like(until) if weights is None else weights
    steps = each - np.append(each[1:], 0.0)  # summation by parts: weights on counts until t, not on increments
    pair = frequency * 1e7 + age
    _, first, back = np.unique(pair, return_index=True, return_inverse=True)
    x, big_t = frequency[first], age[first]
    distinct, of_x = np.unique(x, return_inverse=True)
    nodes, node_weights = dropout_quadrature(model, distinct)
    p, shape, scale = nodes[of_x], (model.r + x)[:, None], (model.alpha + big_t)[:, None]
    total = np.zeros_like(p)
    for end, step in zip(until, steps, strict=True):
        if step:
            total -= step * np.expm1(-shape * np.log1p(p * (end / scale)))
    return np.asarray(np.einsum("ij,ij->i", total / p, node_weights[of_x])[back])
