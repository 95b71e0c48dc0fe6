"""Query module: who is overdue for an order, and what those without an alert have instead.

One meaning for the list of customers, its filter and what the queue says below: an active customer whose silence is
unlikely by their own gaps; of who has too few of these, one of two usual gaps.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from models import sqlite
from models.queries.purchases import PURCHASES
from models.values.words import count, stored
from services.settings import Policy

#: SQL of whether a row of ``customer_risk_scores`` is overdue.
OVERDUE: Final = (
    "(standing = 'active' AND coalesce(silence_p <= 0.2, purchase_days > 1"
    " AND days_since_last_order >= 2 * usual_gap_days))"
)
_RULE: Final = "gap_beyond_usual"
#: What the rule calls improbable, or long and unlikely.
_SILENT: Final = (
    "coalesce(silence_p <= :improbable OR silence_p <= :silent_chance AND days_since_last_order > :silent_days"
    " AND days_since_last_order > :silent_gaps * usual_gap_days, 0)"
)
#: Whether they were never silent for so long, of who has enough gaps for that to say something.
_LONGEST: Final = f"""(silence_p IS NOT NULL AND coalesce((SELECT max(gap) < s.days_since_last_order FROM (
    SELECT julianday(p.ordered_on) - lag(julianday(p.ordered_on)) OVER (ORDER BY p.ordered_on) AS gap
    FROM {PURCHASES} p WHERE p.customer_id = s.customer_id AND p.amount_minor > 0 AND p.ordered_on <= s.as_of
    GROUP BY p.ordered_on)), 0))"""
_COUNT: Final = f"""
SELECT count(*), coalesce(sum(named), 0), coalesce(sum(NOT named AND NOT silent AND NOT longest), 0),
       coalesce(sum(NOT named AND silent AND :enabled AND trusted), 0),
       coalesce(sum(NOT named AND silent AND :enabled AND NOT trusted AND closed), 0),
       coalesce(sum(NOT named AND silent AND NOT :enabled), 0), coalesce(sum(NOT named AND NOT silent AND longest), 0)
FROM (SELECT {_SILENT} AS silent, {_LONGEST} AS longest, coalesce(churn_risk < :risk, 0) AS trusted,
             customer_id IN (SELECT customer_id FROM alerts WHERE state NOT IN ('resolved', 'not_useful')
                             AND customer_id IS NOT NULL) AS named,
             customer_id IN (SELECT a.customer_id FROM alerts a JOIN alert_signals g ON g.alert_id = a.id
                             WHERE a.closed_at > :since AND g.rule = '{_RULE}' AND a.customer_id IS NOT NULL) AS closed
      FROM customer_risk_scores s WHERE {OVERDUE} <where>)"""
#: Of a book without the rule: nobody is silent for too long.
_NOTHING: Final = {"improbable": -1, "silent_chance": -1, "silent_days": 0, "silent_gaps": 0, "risk": 0}


class Overdue(NamedTuple):
    """How many customers are overdue, how many of them have an open alert, and what the others are.

    Attributes
    ----------
    early
        Later than usual, which for them is not rare.
    low
        Silent for too long, but of low churn risk.
    closed
        Silent for too long, with an alert closed so recently that the rule still rests.
    off
        Silent for too long, but the rule is switched off.
    longest
        Silent for longer than ever, which with gaps as uneven as theirs says little yet.
    """

    number: int
    named: int
    early: int
    low: int
    closed: int = 0
    off: int = 0
    longest: int = 0

    @property
    def parts(self) -> tuple[str, ...]:
        """Say how many have an alert, and why the others have none."""
        told = (
            (self.named, "with an open alert"),
            (self.early, "silent, but not unusually late for them"),
            (self.longest, "silent for longer than ever, but their gaps are uneven"),
            (self.low, "silent, but at low churn risk"),
            (self.closed, "silent, but with an alert closed recently"),
            (self.off, "silent, but the rule is off"),
            (self.number - sum(self[1:]), "silent, without an alert"),
        )
        return tuple(f"{number:,} {what}" for number, what in told if number)

    @property
    def words(self) -> str:
        """Say the same in a sentence, '' where nobody is overdue."""
        return f"{count(self.number, 'customer')} overdue for an order: {', '.join(self.parts)}" if self.number else ""


def count_overdue(
    driver: sqlite.Connection, policy: Policy, now: datetime, where: str = "", parameters: Sequence[Any] = ()
) -> Overdue:
    """Count who is overdue; ``where`` restricts the scores ``s``, with a leading AND and ``?`` for its parameters."""
    found = driver.execute("SELECT definition, enabled FROM rules WHERE code = ?", (_RULE,)).fetchone()
    rule, enabled = (json.loads(found[0]), found[1]) if found is not None else ({"parameters": {}}, 1)
    figures = {name: rule["parameters"].get(name, {}).get("value", value) for name, value in _NOTHING.items()}
    figures |= {one.name: one.value for one in policy.rule_parameters if one.rule == _RULE and one.name in figures}
    query = _COUNT.replace(":since", repr(stored(now - timedelta(days=rule.get("cooldown_days", 0)))))
    for name, value in {**figures, "enabled": enabled}.items():
        query = query.replace(f":{name}", repr(float(value)))
    return Overdue(*driver.execute(query.replace("<where>", where), parameters).fetchone())
