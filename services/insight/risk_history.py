"""How one customer's churn risk went over the last half year, week by week, as the model saw it then."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from models.values import words
from services.insight.reader import Reader

WEEKS: Final = 26


def read_risk_history(reader: Reader, customer_id: int, as_of: str, now: float | None) -> tuple[tuple[str, float], ...]:
    """Return (ISO day, risk) of the last 26 weeks, the oldest first.

    Parameters
    ----------
    now
        The model's risk as of ``as_of``, which the weekly history may not hold yet, or as a fit before had it; None
        where there is none.
    """
    day = words.day_of(as_of)
    if day is None:
        return ()
    since = (day - timedelta(weeks=WEEKS)).isoformat()
    found = reader.driver.execute(
        "SELECT as_of, churn_risk FROM score_history WHERE customer_id = ? AND as_of BETWEEN ? AND ? "
        "AND churn_risk IS NOT NULL ORDER BY as_of",
        (customer_id, since, as_of),
    ).fetchall()
    told = {row[0]: float(row[1]) for row in found}
    if now is not None:
        told[as_of] = now
    return tuple(told.items())
