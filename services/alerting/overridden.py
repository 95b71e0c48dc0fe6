"""Alerts whose rule spoke of a figure that a person has set since: they stay open and say so.

A signal is overridden while its rule holds no longer and reads a figure that was set by hand for the customer. Where
the rule holds again, merging renews its reason; where the figure is taken back, the reason is that of before. An alert
that such a signal led is led by one that nobody overrode, if it has one (`services.alerting.merge`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from models.store import UnitOfWork
from services.alerting.evaluate_rule import Subject
from services.alerting.merge import OpenAlert
from services.alerting.open_alerts import give_reasons
from services.alerting.rules import Rule
from services.book.alert_phrasing import with_part

#: What a person set for a customer: figure → (value, what the model says, currency).
_Set = Mapping[str, tuple[Any, Any, str]]
_NOTHING: Final[_Set] = {}
_READS_NOTHING: Final[frozenset[str]] = frozenset()
#: The measures that follow each figure that a person may set.
_MEASURES: Final[Mapping[str, frozenset[str]]] = {
    "churn_risk": frozenset({"churn_risk", "churn_above_threshold", "value_at_risk"}),
    "clv": frozenset({"lifetime_value", "value_at_risk"}),
    "health": frozenset({"health"}),
    "engagement": frozenset({"engagement", "engagement_margin", "engagement_fall"}),
    "segment": frozenset({"churn_threshold", "churn_above_threshold", "engagement_margin"}),
}


def mark_overridden(
    work: UnitOfWork,
    open_alerts: Mapping[Subject, OpenAlert],
    rules: Mapping[str, Rule],
    holding: frozenset[tuple[str, int | None]],
) -> dict[Subject, OpenAlert]:
    """Say on open alerts which signals a person's figure overrides; return the alerts as they are now.

    Parameters
    ----------
    rules
        Rules in force by their code.
    holding
        (rule, customer) that fired in this run.
    """
    by_hand = _set_by_hand(work)
    read = {code: rule.measures() for code, rule in rules.items()}
    left = dict(open_alerts)
    for customer, alert in open_alerts.items():
        set_here = by_hand.get(alert.customer_id, _NOTHING)
        changed = {}
        for signal in alert.signals:
            if not set_here and not signal.overridden:
                continue  # nobody set anything, and nothing says so: nearly all alerts of a book
            override = None
            if (signal.rule, customer) not in holding:
                override = _over(read.get(signal.rule, _READS_NOTHING), set_here)
            reason = with_part(signal.reason, overridden=override)
            if reason != signal.reason:
                changed[signal.id] = (reason, int(override is not None))
        if changed:
            left[customer] = give_reasons(work, alert, changed)
    return left


def _over(measures: frozenset[str], set_here: _Set) -> dict[str, Any] | None:
    """The first figure that a person set of those that these measures follow, or None."""
    for figure, (value, computed, currency) in set_here.items():
        if measures & _MEASURES.get(figure, _READS_NOTHING):
            return {"figure": figure, "value": value, "computed": computed, "currency": currency}
    return None


def _set_by_hand(work: UnitOfWork) -> dict[int | None, _Set]:
    """What a person set for each customer, in the order of `_MEASURES`."""
    rows: list[Any] = list(
        work.sql(
            "SELECT customer_id, overridden, currency FROM customer_risk_scores"
            " WHERE customer_id IN (SELECT customer_id FROM score_overrides) AND overridden IS NOT NULL"
        )
    )
    return {customer: _figures(json.loads(text), currency or "") for customer, text, currency in rows}


def _figures(laid: Mapping[str, Mapping[str, Any]], currency: str) -> _Set:
    return {
        figure: (laid[figure]["value"], laid[figure]["computed"], currency) for figure in _MEASURES if figure in laid
    }
