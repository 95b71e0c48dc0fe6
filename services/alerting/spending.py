"""Query module: how likely it is by chance that a customer's last three days with orders are as small as they are.

As in the scores, several orders of a day are one purchase. Amounts are judged as logarithms: the mean of the last three
days against that of all days before, by the spread of the customer's own days, of which few say little, so that it is
drawn towards a usual spread (Student's t). The mean before is itself uncertain, as it may have been high by luck: who
falls from there is only back at the usual.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from math import log, sqrt
from statistics import fmean, variance
from typing import Any, Final

from sqlalchemy import Connection

from models.queries.purchases import PURCHASES
from services.alerting.driver import tuples

COLUMNS: Final = "chance REAL, first TEXT, last TEXT"
_RECENT, _FEWEST_BEFORE = 3, 6
#: The usual spread of one customer's purchases (standard deviation of logarithms), and how many days it counts for.
_SPREAD, _WEIGHT = 0.5, 4
_ORDERS: Final = f"""
SELECT p.customer_id, p.ordered_on, sum(p.amount_minor)
FROM temp.run_facts f CROSS JOIN {PURCHASES} p ON p.customer_id = f.customer_id
WHERE f.mean_before > 0 AND f.mean_last <= (1.0 - :fall) * f.mean_before AND p.amount_minor > 0
  AND p.ordered_on <= :as_of
GROUP BY p.customer_id, p.ordered_on ORDER BY p.customer_id, p.ordered_on"""


def falls(connection: Connection, bindings: Mapping[str, Any], fall: float) -> list[tuple[int, float, str, str]]:
    """Customers whose mean fell by `fall` or more, with the chance of it, and the first and last of three days."""
    rows = tuples(connection, _ORDERS, {"as_of": bindings["as_of"], "fall": fall})
    found = []
    for customer, own in groupby(rows, key=lambda row: int(row[0])):
        days, amounts = zip(*((day, float(amount)) for _, day, amount in own), strict=True)
        chance = chance_of(list(amounts))
        if chance is not None:
            found.append((customer, chance, days[-_RECENT], days[-1]))
    return found


def chance_of(amounts: list[float]) -> float | None:
    """P(the mean of the last three days is this low | those before); None with fewer than six before."""
    from scipy.special import stdtr

    logs = [log(amount) for amount in amounts]
    before, last = logs[:-_RECENT], logs[-_RECENT:]
    if len(before) < _FEWEST_BEFORE:
        return None
    freedom = len(before) - 1 + _WEIGHT
    spread = sqrt(((len(before) - 1) * variance(before) + _WEIGHT * _SPREAD**2) / freedom)
    return float(stdtr(freedom, (fmean(last) - fmean(before)) / (spread * sqrt(1 / _RECENT + 1 / len(before)))))
