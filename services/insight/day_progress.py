"""How far the day's work has come: alerts that a person dealt with today, of these and what is still due today."""

from __future__ import annotations

from models.values.alerts import DayProgress, QueueFilter
from services.insight.queue_marks import AT_RISK, read_line, start_of_today
from services.insight.reader import Reader

_BY_PEOPLE = "(a.state IN ('snoozed', 'waiting') OR a.closed_by = 'person')"
#: Closed, or put away by a person with what "it gets worse" is judged against, which is dated.
_HANDLED = f"""
SELECT count(*) FILTER (WHERE {_BY_PEOPLE}),
       coalesce(sum({AT_RISK}) FILTER (WHERE a.kind = 'risk' AND {_BY_PEOPLE}), 0),
       count(*) FILTER (WHERE NOT {_BY_PEOPLE})
  FROM alerts a LEFT JOIN customer_risk_scores s ON s.customer_id = a.customer_id
 WHERE a.closed_at >= :since
    OR (a.state IN ('snoozed', 'waiting') AND a.condition_baseline ->> 'at' >= :since)"""


def read_progress(reader: Reader) -> DayProgress:
    """Return how many alerts were handled today, of how many, the value at risk with those, and how many ended."""
    handled, minor, ended = reader.driver.execute(_HANDLED, {"since": start_of_today(reader)}).fetchone()
    line = read_line(reader, "todo", QueueFilter()).shown
    left = sum(mark.group in ("hour", "today") for mark in line)
    return DayProgress(handled, handled + left, minor, reader.currency, ended)
