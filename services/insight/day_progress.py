"""How far the day's work has come: alerts that a person dealt with today, of these and what is still due today."""

from __future__ import annotations

from models.values.alerts import RECORDED_LOSS, DayProgress, QueueFilter
from models.values.outbox import OWN_SOURCE
from services.insight.queue_marks import AT_RISK, read_line, start_of_today
from services.insight.reader import Reader

#: What was at risk when a person closed the alert: the scores after it know that a complaint is solved.
_THEN_AT_RISK = f"iif(a.closed_at IS NULL OR a.customer_id IS NULL, {AT_RISK}, a.value_at_risk_minor)"
#: What was closed or put away since a moment: ended by itself, snoozed, or handled. Whoever called, and reached nobody,
#: did what there was to do; who only snoozed it moved the work. What it is judged by later has the moment.
_TOUCHED = f"""
SELECT a.id,
       iif(a.kind = 'risk', max(coalesce({_THEN_AT_RISK}, 0), {RECORDED_LOSS.format(alert="a")}), 0),
       CASE WHEN a.closed_at IS NOT NULL THEN iif(a.closed_by = 'person', 'handled', 'ended')
            WHEN a.state = 'snoozed' AND NOT EXISTS (
                SELECT 1 FROM conversations k WHERE k.customer_id = a.customer_id AND k.source = '{OWN_SOURCE}'
                   AND k.happened_at = a.condition_baseline ->> 'at') THEN 'snoozed'
            ELSE 'handled' END
  FROM alerts a LEFT JOIN customer_risk_scores s ON s.customer_id = a.customer_id
 WHERE a.closed_at >= :since
    OR (a.state IN ('snoozed', 'waiting') AND a.condition_baseline ->> 'at' >= :since)"""


def read_progress(reader: Reader) -> DayProgress:
    """Return which alerts were handled or snoozed today, how many are still due, and how many ended by themselves."""
    touched = reader.driver.execute(_TOUCHED, {"since": start_of_today(reader)}).fetchall()
    line = read_line(reader, "todo", QueueFilter()).shown
    return DayProgress(
        done={number: at_stake for number, at_stake, how in touched if how == "handled"},
        left=sum(mark.group in ("hour", "today") for mark in line),
        currency=reader.currency,
        snoozed=frozenset(number for number, _, how in touched if how == "snoozed"),
        ended=sum(how == "ended" for _, _, how in touched),
    )
