"""What a run of the rules does to the queue, decided without the store: open, join, refresh, keep silent, wake.

One open alert per customer: further signals join it, the highest severity and the earliest due time hold. An order
lowers a signal that its rule would now raise at a lower severity, and one that it answers counts no more: the alert is
then as grave as what is left, and due accordingly. A rule whose alert was closed stays silent for that customer for its
cool-down, unless its measure got worse by a step since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.alerting.evaluate_rule import Fired, Subject
from services.alerting.rules import Rule


class Signal(NamedTuple):
    """One rule's signal on an alert, as the store holds it; `overridden`: whether a person's figure overrides it.

    `loss`: what is to be lost by the rule's record, in minor units.
    """

    id: int
    rule: str
    severity: int
    reason: str
    measure: float | None
    raised_as_of: str
    raised_at: str
    due_at: str | None
    sign: str | None = None
    overridden: int = 0
    loss: int | None = None


class OpenAlert(NamedTuple):
    """An open alert with its signals that were not cleared; `by_hand`: the severity that a person gave it, else 0."""

    id: int
    customer_id: int | None
    state: str
    kind: str
    rule: str
    severity: int
    reason: str
    due_at: str | None
    upside_minor: int
    owner: str | None
    until: str | None
    until_condition: str | None
    baseline: Mapping[str, Any]
    clock_stopped_at: str | None
    touched: bool
    signals: tuple[Signal, ...] = ()
    by_hand: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """A rule's newest signal of a customer on an alert that is closed."""

    closed_at: datetime
    raised_as_of: str
    measure: float | None


@dataclass(slots=True)
class Plan:
    """What to write.

    Attributes
    ----------
    opened
        The leading signal of each new alert, the alert's reason, and all its signals.
    joined
        Signals to add, with their alert's id.
    updates
        Fields of alerts that lead differently now.
    """

    opened: list[tuple[Fired, str, list[Fired]]] = field(default_factory=list)
    joined: list[tuple[int, Fired]] = field(default_factory=list)
    refreshed: list[tuple[Signal, Fired]] = field(default_factory=list)
    updates: dict[int, dict[str, Any]] = field(default_factory=dict)
    woken: list[OpenAlert] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What merging needs to know of the rules, of the time, and of the signals (by id) that an order followed."""

    rules: Mapping[str, Rule]
    now: datetime
    as_of: str
    due: Callable[[int, str | None], str]
    ordered: frozenset[int] = frozenset()


def merge(
    fired: Sequence[Fired],
    open_alerts: Mapping[Subject, OpenAlert],
    silences: Mapping[tuple[str, int | None], Silence],
    book: Rulebook,
) -> Plan:
    """Decide what the signals of a run do.

    Parameters
    ----------
    fired
        Every rule that holds now, for the customers of the run.
    open_alerts
        Open alert of each of these customers, of the book, and of each watch.
    silences
        Newest closed signal of each (rule, customer).
    book
        Rules, moment, as-of day and due times.
    """
    plan = Plan()
    by_subject: dict[Subject, list[Fired]] = {}
    for one in fired:
        by_subject.setdefault(one.subject, []).append(one)
    for subject, signals in by_subject.items():
        alert = open_alerts.get(subject)
        known = {signal.rule: signal for signal in alert.signals} if alert is not None else {}
        fresh = [
            one
            for one in signals
            if one.rule not in known and not is_silent(one, silences.get((one.rule, one.customer_id)), book)
        ]
        if alert is None:
            if fresh:
                lead = leading(fresh, book.rules)
                plan.opened.append((lead, _plainest(book.rules[lead.rule], fresh) or lead.reason, fresh))
            continue
        _join(plan, alert, known, signals, fresh, book)
    plan.opened.sort(key=lambda one: one[0].customer_id or 0)
    for subject, alert in open_alerts.items():
        if subject not in by_subject and _leads_no_more(alert, book):
            known = {signal.rule: signal for signal in alert.signals}
            plan.updates[alert.id] = _lead(alert, known, [], [], book)
    return plan


def _leads_no_more(alert: OpenAlert, book: Rulebook) -> bool:
    """Whether an alert's own rule leads it no more, or not as gravely: it was answered, overridden, or is gone."""
    standing = [signal for signal in alert.signals if signal.rule in book.rules]
    if not standing:
        return False
    if alert.severity > max(alert.by_hand, *(signal.severity for signal in standing)):
        return True
    return alert.rule != max(standing, key=lambda one: _rank(one.rule, one.severity, one.overridden, book)).rule


def _rank(rule: str, severity: int, overridden: int, book: Rulebook) -> tuple[bool, int, int]:
    """What a person overrode comes last, whatever its severity; then the gravest, then the rule that stands first."""
    return not overridden, severity, -book.rules[rule].position


def leading(signals: Sequence[Fired], rules: Mapping[str, Rule]) -> Fired:
    """The signal that an alert is named after: the gravest, then the one whose rule stands first."""
    if len(signals) == 1:
        return signals[0]
    return max(signals, key=lambda one: (one.severity, -rules[one.rule].position))


def is_silent(one: Fired, silence: Silence | None, book: Rulebook) -> bool:
    """Whether a rule must not speak of this customer again yet."""
    if silence is None:
        return False
    rule = book.rules[one.rule]
    if worse_by_a_step(one.measure, silence.measure, rule):
        return False
    if book.now < silence.closed_at + timedelta(days=rule.cooldown_days):
        return True
    if one.since_days is None:
        return False
    event = datetime.fromisoformat(book.as_of) - timedelta(days=one.since_days)
    return silence.raised_as_of >= event.date().isoformat()


def worse_by_a_step(now: float | None, before: float | None, rule: Rule) -> bool:
    """Whether a measure got worse by the rule's step; never where the rule has none."""
    if now is None or before is None or rule.worse_by == 0:
        return False
    return now >= before + abs(rule.worse_by) - 1e-9


def _join(
    plan: Plan, alert: OpenAlert, known: Mapping[str, Signal], signals: list[Fired], fresh: list[Fired], book: Rulebook
) -> None:
    signals = [_after_order(one, known.get(one.rule), book) for one in signals]
    for one in signals:
        signal = known.get(one.rule)
        if signal is not None and (signal.severity, signal.reason, signal.measure, signal.sign, signal.loss) != (
            *(one.severity, one.reason, one.measure, one.sign, one.loss_minor),
        ):
            plan.refreshed.append((signal, one))
    if fresh:
        plan.joined += [(alert.id, one) for one in fresh]
    if _got_worse(alert, signals, fresh, book):
        plan.woken.append(alert)
    changed = _lead(alert, known, signals, fresh, book)
    if changed:
        plan.updates[alert.id] = changed


def _after_order(one: Fired, known: Signal | None, book: Rulebook) -> Fired:
    """A signal as severe as it was raised, or as it is now where an order came since."""
    if known is None or known.severity <= one.severity or known.id in book.ordered:
        return one
    return one._replace(severity=known.severity)


def _got_worse(alert: OpenAlert, signals: Sequence[Fired], fresh: Sequence[Fired], book: Rulebook) -> bool:
    if alert.state not in ("snoozed", "waiting"):
        return False
    measures = alert.baseline.get("measures", {})
    for one in signals:
        rule = book.rules[one.rule]
        if rule.distress and (one in fresh or worse_by_a_step(one.measure, measures.get(one.rule), rule)):
            return True  # they wrote again since it was put away
    gravest = max((one.severity for one in signals), default=0)
    if gravest > alert.severity and gravest == 4:
        return True  # nothing hides an alert that became critical
    if alert.until_condition != "worse":
        return False
    return bool(fresh) or any(
        worse_by_a_step(one.measure, measures.get(one.rule), book.rules[one.rule]) for one in signals
    )


def _lead(
    alert: OpenAlert, known: Mapping[str, Signal], signals: Sequence[Fired], fresh: Sequence[Fired], book: Rulebook
) -> dict[str, Any]:
    """Fields of the alert that change: the gravest signal that counts leads, the earliest due time holds.

    Of an alert that an order made less grave the due time is that of its severity from now.
    """
    standing = {rule: (one.severity, one.overridden, one.reason) for rule, one in known.items() if rule in book.rules}
    upside, due_at = alert.upside_minor, alert.due_at
    for one in signals:
        upside = max(upside, one.upside_minor)
        severity = known[one.rule].severity if one.rule in known else 0
        if severity:
            standing[one.rule] = (one.severity, 0, one.reason)
            if one.severity > severity:
                due_at = _earlier(due_at, book.due(one.severity, alert.owner))
    for one in fresh:
        standing[one.rule] = (one.severity, 0, one.reason)
        due_at = _earlier(due_at, book.due(one.severity, alert.owner))
    if not standing:
        return {}
    rule = max(standing, key=lambda code: _rank(code, *standing[code][:2], book))
    reason = _plainest(book.rules[rule], signals) or standing[rule][2]
    severity = max(alert.by_hand, *(one for one, _, _ in standing.values()))
    if severity < alert.severity:
        due_at = book.due(severity, alert.owner)
    values = {
        "severity": severity,
        "rule": rule,
        "kind": book.rules[rule].kind,
        "reason": reason,
        "due_at": due_at,
        "upside_minor": upside,
    }
    return {name: value for name, value in values.items() if value != getattr(alert, name)}


def _plainest(rule: Rule, signals: Sequence[Fired]) -> str | None:
    """The reason of the first signal that says in plainer words what the rule says, if one holds."""
    if not rule.words_from or len(signals) < 2:
        return None
    said = {one.rule: one.reason for one in signals}
    return next((said[code] for code in rule.words_from if code in said), None)


def _earlier(one: str | None, other: str) -> str:
    return other if one is None else min(one, other)
