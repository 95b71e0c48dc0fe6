"""At most so many critical alerts by silence or by the model alone a day and owner; the rest wait in order.

An alert that has no room today is raised as high, and becomes critical on a day that has room for it, the ones with the
most value at risk first. Customers in distress have no such limit.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from models.queries.kept_values import keep_value, kept_value
from models.store import UnitOfWork
from models.values.alerts import CRITICAL_ALERTS
from services.alerting.evaluate_rule import Fired, Subject
from services.alerting.merge import OpenAlert, Rulebook, Silence, is_silent
from services.alerting.rules import SEVERITIES, Rule

#: Groups of rules that speak of what a customer does not do, or of what a model foresees.
_GROUPS: Final = frozenset({"silence", "leaving"})


def within_budget(
    work: UnitOfWork,
    fired: Sequence[Fired],
    open_alerts: Mapping[Subject, OpenAlert],
    silences: Mapping[tuple[str, int | None], Silence],
    book: Rulebook,
    budget: int,
    scope: frozenset[int] | None = None,
    *,
    anew: bool = False,
) -> list[Fired]:
    """Return the signals with those beyond the day's budget made high; keep how many were raised and who waits.

    `scope`: the customers of the run, None for all; who waits and is not among them goes on waiting. `anew`: what was
    raised today was raised by another past of the book, and does not count.
    """
    today = book.now.date().isoformat()
    wanting = _wanting(fired, open_alerts, silences, book)
    kept = json.loads(kept_value(work.connection, CRITICAL_ALERTS) or "{}")
    if kept.get("day") != today or anew:
        kept = {}
    raised = Counter(kept.get("raised", {}))
    waiting: dict[str, list[int]] = {}
    if scope is not None:
        others = ((owner, [one for one in ids if one not in scope]) for owner, ids in kept.get("waiting", {}).items())
        waiting = {owner: ids for owner, ids in others if ids}
    put_off = set()
    for customer, (_, owner) in sorted(wanting.items(), key=lambda one: (-one[1][0], one[0] or 0)):
        if raised[owner] < budget:
            raised[owner] += 1
        else:
            waiting.setdefault(owner, []).append(customer or 0)
            put_off.add(customer)
    text = json.dumps({"day": today, "raised": raised, "waiting": waiting}, sort_keys=True)
    keep_value(work, CRITICAL_ALERTS, text)
    if not put_off:
        return list(fired)
    high = SEVERITIES["high"]
    return [
        one._replace(severity=min(one.severity, high))
        if one.customer_id in put_off and is_budgeted(book.rules[one.rule])
        else one
        for one in fired
    ]


def is_budgeted(rule: Rule) -> bool:
    """Whether critical alerts of a rule are limited to so many a day."""
    return rule.group in _GROUPS and not rule.distress


def _wanting(
    fired: Sequence[Fired],
    open_alerts: Mapping[Subject, OpenAlert],
    silences: Mapping[tuple[str, int | None], Silence],
    book: Rulebook,
) -> dict[int | None, tuple[int, str]]:
    """Value at risk and owner of the customers with a signal that would become critical by this run."""
    found = {}
    for one in fired:
        if one.severity < SEVERITIES["critical"] or not is_budgeted(book.rules[one.rule]):
            continue
        alert = open_alerts.get(one.customer_id)
        known = any(signal.rule == one.rule for signal in alert.signals) if alert is not None else False
        if alert is not None and alert.severity >= SEVERITIES["critical"]:
            continue  # it is already, for whatever reason
        if known or not is_silent(one, silences.get((one.rule, one.customer_id)), book):
            found[one.customer_id] = (one.value_at_risk_minor, one.owner or "")
    return found
