"""Query module: customers whose activity in a channel fell further than their own history makes likely.

Counts of the last four weeks are held against each customer's own weekly rate of up to 48 weeks before, channel by
channel (portal logins, web visits …). The rate has a Gamma prior fitted to the channel by moments, so the count to come
is negative binomial (Poisson-Gamma); the chance of so few or fewer is the tail, and false discoveries are held at 5 %
over the book (Benjamini and Hochberg 1995). Rates below .75 a week are left out: four weeks of silence are chance.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from services.alerting.driver import tuples

RECENT_WEEKS: Final = 4
LEAST_WEEKLY_RATE: Final = 0.75
FALSE_DISCOVERIES: Final = 0.05
CHANNELS: Final = {
    "login": "Portal logins",
    "web_session": "Web visits",
    "store_visit": "Store visits",
    "document_view": "Document views",
    "feature_use": "Use of features",
    "fit_scan": "Fit scans",
}

_COUNTS: Final = """
SELECT kind, customer_id, sum(happened_on > date(:as_of, '-28 days')) AS recent,
       sum(happened_on <= date(:as_of, '-28 days')) AS before,
       min(48.0, (julianday(:as_of) - 28 - julianday(min(happened_on)) + 1) / 7) AS weeks
FROM activities
WHERE customer_id IS NOT NULL AND happened_on <= :as_of AND happened_on > date(:as_of, '-364 days')
GROUP BY customer_id, kind HAVING weeks >= 8 AND before >= 0.75 * weeks
"""


def drops(connection: Connection, as_of: str, scope: Iterable[int] | None) -> list[tuple[int, float, int, str]]:
    """Customers whose activity dropped, each with the channel in which it is least likely to be chance.

    The whole book is read even for a few customers: the priors and the false discoveries are the book's.

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
        (customer, fall from 0 to 1, weeks that it is measured over, channel in words).
    """
    rows = tuples(connection, _COUNTS, {"as_of": as_of}).fetchall()
    if not rows:
        return []
    kinds = np.array([row[0] for row in rows])
    table = np.array([row[1:] for row in rows], dtype=float)
    chance, fall = np.ones(len(rows)), np.zeros(len(rows))
    for kind in np.unique(kinds):
        of_kind = kinds == kind
        chance[of_kind], fall[of_kind] = tails(table[of_kind, 1], table[of_kind, 2], table[of_kind, 3])
    wanted = None if scope is None else frozenset(scope)
    found: dict[int, tuple[int, float, int, str]] = {}
    discovered = np.flatnonzero(discoveries(chance, FALSE_DISCOVERIES))
    for at in discovered[np.argsort(chance[discovered], kind="stable")]:
        customer = int(table[at, 0])
        if wanted is None or customer in wanted:
            words = CHANNELS.get(str(kinds[at]), str(kinds[at]).replace("_", " ").capitalize())
            found.setdefault(customer, (customer, float(fall[at]), RECENT_WEEKS, words))
    return list(found.values())


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
