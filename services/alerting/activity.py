"""Query module: customers whose activity fell further than their own history makes likely.

Counts of the last four weeks are held against each customer's own weekly rate of up to 48 weeks before. The rate has a
Gamma prior fitted to the book by moments, so the count to come is negative binomial (Poisson-Gamma); the chance of so
few or fewer is the tail, and false discoveries are held at 5 % over the book (Benjamini and Hochberg 1995).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from services.alerting.driver import tuples

RECENT_WEEKS: Final = 4
HISTORY_WEEKS: Final = 48
LEAST_WEEKS: Final = 8
FALSE_DISCOVERIES: Final = 0.05

_COUNTS: Final = """
SELECT customer_id, sum(happened_on > date(:as_of, '-28 days')) AS recent,
       sum(happened_on <= date(:as_of, '-28 days')) AS before,
       min(48.0, (julianday(:as_of) - 28 - julianday(min(happened_on)) + 1) / 7) AS weeks
FROM activities
WHERE customer_id IS NOT NULL AND happened_on <= :as_of AND happened_on > date(:as_of, '-364 days')
GROUP BY customer_id HAVING weeks >= 8
"""


def drops(connection: Connection, as_of: str, scope: Iterable[int] | None) -> list[tuple[int, float, int]]:
    """Customers whose activity dropped.

    The whole book is read even for a few customers: the prior and the false discoveries are the book's.

    Parameters
    ----------
    connection
        The run's connection.
    as_of
        The book's day.
    scope
        Customers that are asked for, or None for all.

    Returns
    -------
    list of tuple
        (customer, fall from 0 to 1, weeks that it is measured over).
    """
    rows = tuples(connection, _COUNTS, {"as_of": as_of}).fetchall()
    if not rows:
        return []
    table = np.array(rows, dtype=float)
    chance, fall = tails(table[:, 1], table[:, 2], table[:, 3])
    wanted = None if scope is None else frozenset(scope)
    return [
        (int(table[at, 0]), float(fall[at]), RECENT_WEEKS)
        for at in np.flatnonzero(discoveries(chance, FALSE_DISCOVERIES))
        if wanted is None or int(table[at, 0]) in wanted
    ]


def tails(
    recent: NDArray[np.float64], before: NDArray[np.float64], weeks: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Chance of so few events in the recent weeks, and the fall below what was expected.

    Parameters
    ----------
    recent
        Events in the last `RECENT_WEEKS` weeks, shape (n,).
    before
        Events in the `weeks` before, shape (n,).
    weeks
        Length of each customer's history in weeks, shape (n,).

    Returns
    -------
    tuple of ndarray
        Both of shape (n,): the lower tail probability, and 1 − recent / expected.
    """
    from scipy.special import betainc  # 60 ms, only where there is activity

    rate = before / weeks
    mean, spread = float(np.mean(rate)), float(np.var(rate))
    noise = float(np.mean(rate / weeks))  # what Poisson counting alone adds to the spread of the rates
    prior_weeks = min(mean / max(spread - noise, 1e-6), 8.0) if mean > 0 else 1.0
    shape = before + mean * prior_weeks
    length = weeks + prior_weeks
    expected = RECENT_WEEKS * shape / length
    chance = betainc(np.maximum(shape, 1e-9), recent + 1, length / (length + RECENT_WEEKS))
    fall = 1 - recent / np.maximum(expected, 1e-9)
    return np.asarray(chance, dtype=float), np.clip(fall, 0.0, 1.0)


def discoveries(chance: NDArray[Any], rate: float) -> NDArray[np.bool_]:
    """Which of the tests are discoveries at a false discovery rate (Benjamini and Hochberg 1995, the step-up rule)."""
    if chance.size == 0:
        return np.zeros(0, dtype=bool)
    order = np.argsort(chance, kind="stable")
    passing = chance[order] <= rate * np.arange(1, chance.size + 1) / chance.size
    found = np.zeros(chance.size, dtype=bool)
    if passing.any():
        found[order[: int(np.flatnonzero(passing)[-1]) + 1]] = True
    return found
