"""The minimum of a smooth function of a few variables, of which a cheaper likeness may be known.

Of a likelihood over a million rows, that over a few thousand of them has its minimum close by and nearly the same
curvature there. From that point on, Newton's steps with that curvature take off a digit or two each, so that the whole
is asked six times instead of twenty. Where they do not come to rest, the usual search (L-BFGS-B) is made.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Value and gradient at a point.
Objective = Callable[[Floats], tuple[float, Floats]]

_STEPS = 12
_AT_REST = 1e-8
_NEARLY_AT_REST = 1e-4
_DIFFERENCE = 1e-4


def minimum(
    objective: Objective, start: Floats, bounds: tuple[float, float], likeness: Objective | None = None
) -> tuple[Floats, bool]:
    """Return the point of the minimum, and whether the search came to rest there.

    Parameters
    ----------
    objective
        Of the size of one row, so that a gradient of 1e-8 is rest.
    start
        Shape (variables,).
    bounds
        Least and greatest value of every variable.
    likeness
        Nearly the same function, much quicker.
    """
    if likeness is not None:
        start, _ = _searched(likeness, start, bounds)
        polished = _polished(objective, start, _curvature(likeness, start), bounds)
        if polished is not None:
            return polished, True
    return _searched(objective, start, bounds)


def _curvature(objective: Objective, at: Floats) -> Floats:
    """Second derivatives by differences of the gradient, shape (variables, variables)."""
    steps = _DIFFERENCE * np.eye(at.size)
    rows = np.array([(objective(at + step)[1] - objective(at - step)[1]) / (2.0 * _DIFFERENCE) for step in steps])
    return np.asarray((rows + rows.T) / 2.0)


def _polished(objective: Objective, start: Floats, curvature: Floats, bounds: tuple[float, float]) -> Floats | None:
    """Newton's steps with a curvature that learns; None where they do not come to rest inside the bounds.

    Each step tells how the gradient changed along it, and the inverse of the curvature is corrected by that (BFGS).
    """
    if not np.isfinite(curvature).all() or np.linalg.eigvalsh(curvature)[0] <= 0.0:
        return None
    inverse, at = np.linalg.inv(curvature), start
    _, gradient = objective(at)
    for _ in range(_STEPS):
        if np.abs(gradient).max() <= _AT_REST:
            return at
        step = -inverse @ gradient
        if not np.all((at + step > bounds[0]) & (at + step < bounds[1])):
            return None
        before, at = gradient, at + step
        _, gradient = objective(at)
        change = gradient - before
        along = float(change @ step)
        if along <= 0.0:
            return None
        turn = np.eye(at.size) - np.outer(step, change) / along
        inverse = turn @ inverse @ turn.T + np.outer(step, step) / along
    return None


def _searched(objective: Objective, start: Floats, bounds: tuple[float, float]) -> tuple[Floats, bool]:
    from scipy.optimize import minimize

    found = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[bounds] * start.size,
        options={"gtol": 1e-8, "ftol": 1e-14, "maxiter": 500},
    )
    at_rest = bool(found.success) or bool(np.abs(found.jac).max() < _NEARLY_AT_REST)
    return np.asarray(found.x), at_rest
