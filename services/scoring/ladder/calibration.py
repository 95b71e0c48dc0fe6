"""Platt's calibration: a line on the logit, so that what adds up before still adds up after.

It is held near "nothing to correct" by a weak prior: a window of few customers cannot bend what many have taught, and
one in which everybody left cannot push the risk to certainty. The slope stays positive, so that a riskier customer
remains the riskier one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Precision of the prior on slope − 1 and on the intercept: about that of so many customers.
_PRIOR = 10.0
_LEAST_SLOPE = 0.2
_STEPS = 50


def sigmoid(z: Floats) -> Floats:
    """1 / (1 + exp(-z)) without overflow at either end."""
    small = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1.0, small) / (1.0 + small))


def newton(design: Floats, left: Floats, prior: Floats, precision: Floats, weight: Floats) -> Floats:
    """Coefficients of a logistic regression with a normal prior; its one maximum, found by damped Newton steps.

    Parameters
    ----------
    design, left, weight
        Shapes (n, k), (n,), (n,); `left` is 0 or 1.
    prior, precision
        Shape (k,): means of the coefficients, and how firmly they are held (1 / variance).
    """
    beta = prior.astype(np.float64).copy()

    def loss(at: Floats) -> float:
        z = design @ at
        return float(weight @ (np.logaddexp(0.0, z) - left * z) + 0.5 * precision @ (at - prior) ** 2)

    current = loss(beta)
    for _ in range(_STEPS):
        risk = sigmoid(design @ beta)
        slope = design.T @ (weight * (risk - left)) + precision * (beta - prior)
        curve = (design * (weight * risk * (1.0 - risk))[:, None]).T @ design + np.diag(precision + 1e-9)
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while size > 1e-6 and (then := loss(beta - size * step)) > current:
            size /= 2.0
        if size <= 1e-6:
            break
        beta -= size * step
        gain, current = current - then, then
        if gain <= 1e-10 * max(abs(current), 1.0):
            break
    return beta


def platt(logit: Floats, left: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and intercept that calibrate `logit` on what happened; (1, 0) without anybody."""
    if not logit.size:
        return 1.0, 0.0
    order = np.lexsort((left, logit))
    design = np.column_stack([logit[order], np.ones(logit.size)])
    happened = left[order].astype(np.float64)
    prior, precision, one = np.array([1.0, 0.0]), np.full(2, _PRIOR), np.ones(logit.size)
    slope, intercept = newton(design, happened, prior, precision, one)
    if slope < _LEAST_SLOPE:
        held = np.array([1e9, _PRIOR])
        slope, intercept = newton(design, happened, np.array([_LEAST_SLOPE, 0.0]), held, one)
    return float(slope), float(intercept)
