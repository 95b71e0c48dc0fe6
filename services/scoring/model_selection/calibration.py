"""Platt's calibration: a line on the logit, so that what adds up before still adds up after.

It is drawn through windows later than the fits that they judge. Only its slope is: how many leave swings with seasons
for every model alike, and the level that all windows taught tells the next one better than that of the latest few (on
public orders before an autumn peak, the latest windows' level doubled the error).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

#: Windows from which on a slope is drawn, and how firmly that of each is held at 1: as by so many customers.
_FEWEST, _HELD = 3, 300.0
_LEAST_SLOPE = 0.2
_SUREST, _STEPS = 1e-9, 50


def sigmoid(z: Floats) -> Floats:
    """1 / (1 + exp(-z))."""
    return np.asarray(expit(z))


def log_odds(risk: Floats) -> Floats:
    """The logit of probabilities, short of certainty at either end."""
    return np.asarray(np.log(np.clip(risk, _SUREST, 1.0)) - np.log(np.clip(1.0 - risk, _SUREST, 1.0)))


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


def platt(logits: Sequence[Floats], lefts: Sequence[NDArray[np.bool_]]) -> tuple[float, float]:
    """Slope and intercept that calibrate a model, from what its fits said of later windows and who left in them.

    Each window has a slope of its own. What they agree on is corrected, and nothing where they spread as widely as
    they stray from 1 (James and Stein's positive part); with fewer than three windows nobody could say. The line turns
    about the mean logit of the newest window, and stays rising, so that a riskier customer remains the riskier one.

    Parameters
    ----------
    logits, lefts
        By rising window, each of shape (customers of the window,).
    """
    told = [(logit, left) for logit, left in zip(logits, lefts, strict=True) if left.any() and not left.all()]
    if len(told) < _FEWEST:
        return 1.0, 0.0
    slopes = np.array([_slope(logit, left) for logit, left in told])
    strays = float(slopes.mean()) - 1.0
    chance = float(slopes.var(ddof=1)) / slopes.size
    if strays**2 <= chance:
        return 1.0, 0.0
    slope = max(1.0 + strays * (1.0 - chance / strays**2), _LEAST_SLOPE)
    return slope, float(told[-1][0].mean()) * (1.0 - slope)


def _slope(logit: Floats, left: NDArray[np.bool_]) -> float:
    """Of one window, about its own level."""
    order = np.lexsort((left, logit))
    design = np.column_stack([logit[order] - logit.mean(), np.ones(logit.size)])
    held = np.array([_HELD, 1e-3])
    slope, _ = newton(design, left[order].astype(np.float64), np.array([1.0, 0.0]), held, np.ones(logit.size))
    return float(slope)
