"""Query module: customers whose activity in a channel fell further than their own history makes likely.

Counts of the last four weeks are held against each customer's own weekly rate of up to 48 weeks before, channel by
channel (portal logins, web visits …). The rate has a Gamma prior fitted to the channel by moments, so the count to come
is negative binomial (Poisson-Gamma); the chance of so few or fewer is the tail, and false discoveries are held at 5 %
over the book (Benjamini and Hochberg 1995). Rates below .75 a week are left out: four weeks of silence are chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from services.alerting.driver import tuples

RECENT_WEEKS: Final = 4
FALSE_DISCOVERIES: Final = 0.05
CHANNELS: Final = {
    "login": "Portal logins",
    "web_session": "Web visits",
    "store_visit": "Store visits",
    "document_view": "Document views",
    "feature_use": "Use of features",
    "fit_scan": "Fit scans",
}

# The plus signs keep SQLite on the index by customer, in whose order it can group without sorting.
_COUNTS: Final = """
SELECT kind, customer_id, sum(happened_on > :day_28) AS recent, sum(happened_on <= :day_28) AS before,
       min(48.0, (julianday(:day_28) - julianday(min(happened_on)) + 1) / 7) AS weeks
FROM activities
WHERE customer_id IS NOT NULL AND +happened_on <= :as_of AND +happened_on > :day_364 {scope}
GROUP BY customer_id, kind HAVING before >= 6 AND weeks >= 8 AND before >= 0.75 * weeks
"""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a run over the whole book learns: the prior of each channel, and the largest chance that is a discovery."""

    priors: Mapping[str, tuple[float, float]]
    cutoff: float


def drops(
    connection: Connection, bindings: Mapping[str, Any], *, learned: Learned | None
) -> tuple[list[tuple[int, float, int, str]], Learned]:
    """Customers whose activity dropped, each with the channel in which it is least likely to be chance.

    Parameters
    ----------
    connection
        The run's connection.
    bindings
        The as-of day and the days before it.
    learned
        Of the last run over the whole book: then only the customers of ``temp.run_scope`` are looked at. None: learn.

    Returns
    -------
    tuple
        Rows of (customer, fall from 0 to 1, weeks that it is measured over, channel in words), and what was learned.
    """
    scope = "" if learned is None else "AND customer_id IN (SELECT customer_id FROM temp.run_scope)"
    rows = tuples(connection, _COUNTS.format(scope=scope), bindings).fetchall()
    if not rows:
        return [], learned or Learned({}, 0.0)
    kinds = np.array([row[0] for row in rows])
    table = np.array([row[1:] for row in rows], dtype=float)
    priors = dict(learned.priors) if learned is not None else {}
    chance, fall = np.ones(len(rows)), np.zeros(len(rows))
    for kind in np.unique(kinds):
        counts = table[kinds == kind, 1:]
        if learned is None:
            priors[str(kind)] = prior(counts[:, 1], counts[:, 2])
        if str(kind) in priors:
            chance[kinds == kind], fall[kinds == kind] = tails(
                counts[:, 0], counts[:, 1], counts[:, 2], priors[str(kind)]
            )
    if learned is None:
        found = discoveries(chance, FALSE_DISCOVERIES)
        learned = Learned(priors, float(chance[found].max(initial=0.0)))
    return _strongest(kinds, table[:, 0], chance, fall, chance <= learned.cutoff), learned


def _strongest(
    kinds: NDArray[Any], customers: NDArray[Any], chance: NDArray[Any], fall: NDArray[Any], found: NDArray[np.bool_]
) -> list[tuple[int, float, int, str]]:
    """One row a customer: the channel of the smallest chance."""
    rows: dict[int, tuple[int, float, int, str]] = {}
    discovered = np.flatnonzero(found)
    for at in discovered[np.argsort(chance[discovered], kind="stable")]:
        customer, kind = int(customers[at]), str(kinds[at])
        words = CHANNELS.get(kind, kind.replace("_", " ").capitalize())
        rows.setdefault(customer, (customer, float(fall[at]), RECENT_WEEKS, words))
    return list(rows.values())


def prior(before: NDArray[np.float64], weeks: NDArray[np.float64]) -> tuple[float, float]:
    """Mean weekly rate of a channel, and how many weeks of data that knowledge is worth, by moments.

    Parameters
    ----------
    before, weeks
        Events of each customer's history and its length in weeks, shape (n,).
    """
    rate = before / weeks
    mean = float(np.mean(rate))
    noise = float(np.mean(rate / weeks))  # what Poisson counting alone adds to the spread of the rates
    spread = max(float(np.var(rate)) - noise, 1e-6)
    return mean, min(mean / spread, 8.0) if mean > 0 else 1.0


def tails(
    recent: NDArray[np.float64],
    before: NDArray[np.float64],
    weeks: NDArray[np.float64],
    of_channel: tuple[float, float],
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
    of_channel
        The channel's `prior`.

    Returns
    -------
    tuple of ndarray
        Both of shape (n,): the lower tail probability, and 1 − recent / expected.
    """
    from scipy.special import betainc  # 60 ms, only where there is activity

    mean, worth_weeks = of_channel
    shape = before + mean * worth_weeks
    length = weeks + worth_weeks
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
