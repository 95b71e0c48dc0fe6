"""Words of open alerts that name the horizon of the churn risk: they follow it where the policy sets another one.

An alert stays until it is dealt with, also where its rule holds no longer, and keeps the words with which it was
raised. Next to the figures of another horizon these would speak of a risk that is shown nowhere else any more: where a
rule does not hold by the new horizon, its words are filled with the figures of now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from models.store import UnitOfWork
from services.alerting.evaluate_rule import Fired, Subject
from services.alerting.merge import OpenAlert
from services.alerting.open_alerts import give_reasons
from services.alerting.rules import Rule

_NAMED: Final = "{churn_horizon:"


def names_horizon(rule: Rule) -> bool:
    """Whether the words of a rule about customers name the horizon."""
    return rule.subject == "customer" and any(_NAMED in text for text in rule.texts)


def customers_told(rule: Rule) -> str:
    """SQL of the customers of whose open alerts the rule has a signal; set figures have words of their own."""
    return (
        "SELECT a.customer_id FROM alerts a JOIN alert_signals g ON g.alert_id = a.id"
        f" WHERE g.rule = '{rule.code.replace(chr(39), chr(39) * 2)}' AND g.cleared_at IS NULL"
        " AND a.state NOT IN ('resolved', 'not_useful') AND a.customer_id NOT IN"
        " (SELECT customer_id FROM customer_risk_scores WHERE overridden IS NOT NULL)"
    )


def follow_horizon(
    work: UnitOfWork,
    open_alerts: Mapping[Subject, OpenAlert],
    said: Iterable[Fired],
    holding: frozenset[tuple[str, int | None]],
) -> dict[Subject, OpenAlert]:
    """Renew the words of signals that stand without holding, and of alerts that they lead; return all of them.

    Parameters
    ----------
    said
        What rules that name the horizon say of the alerts' customers now, whether or not they hold.
    holding
        (rule, customer) that fired in this run: their words are renewed by merging.
    """
    now = {key: one.reason for one in said if (key := (one.rule, one.customer_id)) not in holding}
    left = dict(open_alerts)
    for customer in {key[1] for key in now} & open_alerts.keys():
        alert = open_alerts[customer]
        changed = {
            signal.id: (now[signal.rule, customer], 0)
            for signal in alert.signals
            if now.get((signal.rule, customer), signal.reason) != signal.reason
        }
        if changed:
            left[customer] = give_reasons(work, alert, changed)
    return left
