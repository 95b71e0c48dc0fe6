"""How one customer's churn risk went over the last half year, week by week, and when each figure was told.

A figure of a past week was either told on its own day, or worked out later by a model that had seen more of the book:
that one says so, as a look back at the same day with the model of that day gives another figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from models.values import words
from models.values.scores import scored_as_of
from services.insight.reader import Reader

WEEKS: Final = 26
# Rows of a program that did not say so yet: what lies before the first fit was worked out by it.
_ROWS: Final = """SELECT as_of, churn_risk, model, (SELECT min(as_of) FROM model_fits),
       (SELECT as_of FROM model_fits
         WHERE id = (SELECT json_extract(value, '$.fit') FROM book WHERE key = 'scored' AND json_valid(value)))
  FROM score_history WHERE customer_id = ? AND as_of BETWEEN ? AND ? AND churn_risk IS NOT NULL ORDER BY as_of"""


@dataclass(frozen=True, slots=True)
class RiskHistory:
    """The risk of past weeks.

    Attributes
    ----------
    points
        (ISO day, risk), the oldest first.
    worked_out_on
        Of each point the ISO day on which it was worked out afterwards; None: told on its own day.
    model_day
        The ISO day on which the model of today's scores was fitted; None where that is not known.
    """

    points: tuple[tuple[str, float], ...] = ()
    worked_out_on: tuple[str | None, ...] = ()
    model_day: str | None = None


def read_risk_history(reader: Reader, customer_id: int, as_of: str, now: float | None) -> RiskHistory:
    """Return the risk of the last 26 weeks.

    Parameters
    ----------
    now
        The model's risk as of ``as_of``, which the weekly history may not hold yet, or as a fit before had it; None
        where there is none.
    """
    day = words.day_of(as_of)
    if day is None:
        return RiskHistory()
    since = (day - timedelta(weeks=WEEKS)).isoformat()
    found = reader.driver.execute(_ROWS, (customer_id, since, as_of)).fetchall()
    told: dict[str, tuple[float, str | None]] = {}
    for on, risk, model, first_fit, _ in found:
        later = scored_as_of(model) or (first_fit if first_fit is not None and on < first_fit else None)
        told[on] = (float(risk), later)
    if now is not None:
        told[as_of] = (now, None)
    return RiskHistory(
        tuple((on, risk) for on, (risk, _) in told.items()),
        tuple(later for _, later in told.values()),
        found[0][4] if found else None,
    )
