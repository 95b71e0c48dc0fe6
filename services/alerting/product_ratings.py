"""Query module: products whose ratings fell in the last 30 days against the 30 before, beyond chance."""

from __future__ import annotations

from math import erfc, sqrt
from typing import Any, Final

from sqlalchemy import Connection

from services.alerting.driver import tuples

#: Columns of the run's table behind the product's id.
COLUMNS: Final = "name TEXT, recent REAL, before REAL, ratings INTEGER, chance REAL"
#: Ratings in either month below which the means are not compared.
_LEAST: Final = 4
_RATINGS: Final = """
SELECT r.product_id, p.name, sum(late), sum(late * r.rating), sum(NOT late), sum((NOT late) * r.rating),
       sum(r.rating * r.rating)
FROM (SELECT product_id, rating, reviewed_on > :day_30 AS late FROM reviews
      WHERE product_id IS NOT NULL AND rating IS NOT NULL AND reviewed_on > :day_60 AND reviewed_on <= :as_of) r
JOIN products p ON p.id = r.product_id GROUP BY r.product_id
"""


def fallen(connection: Connection, bindings: dict[str, Any]) -> list[tuple[int, str, float, float, int, float]]:
    """Products whose mean rating fell, each with how often so large a fall among so many products is chance.

    The difference of the two means is compared with the spread of ratings within all products over both months, as one
    product has too few ratings to show its own. The test is one-sided, its chance multiplied by the number of products
    (Bonferroni).

    Parameters
    ----------
    connection
        The run's connection.
    bindings
        With the as-of day and the days before it.

    Returns
    -------
    list of tuple
        The product's id, and the `COLUMNS`.
    """
    groups = []
    squares, spare = 0.0, 0
    for product, name, late, late_sum, early, early_sum, squared in tuples(connection, _RATINGS, bindings):
        squares += squared - sum(
            total * total / count for total, count in ((late_sum, late), (early_sum, early)) if count
        )
        spare += late + early - (late > 0) - (early > 0)
        if min(late, early) >= _LEAST:
            groups.append((product, name, late_sum / late, early_sum / early, late, 1 / late + 1 / early))
    if not groups or spare <= 0 or squares <= 0:
        return []
    spread = squares / spare
    return [
        (product, name, recent, before, ratings, min(1.0, len(groups) * erfc(z / sqrt(2)) / 2))
        for product, name, recent, before, ratings, share in groups
        if (z := (before - recent) / sqrt(spread * share)) > 0
    ]
