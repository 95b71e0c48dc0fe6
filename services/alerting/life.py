"""What happens to open alerts by itself: orders and closed deals answer them, dates wake them, undo withdraws them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.store import UnitOfWork
from models.tables import alerts
from models.values.alerts import RULE_OFF
from models.values.words import stored
from services.alerting import open_alerts as queries
from services.alerting.criticals import is_budgeted
from services.alerting.evaluate_rule import Fired, Subject
from services.alerting.merge import OpenAlert, Signal
from services.alerting.rules import SEVERITIES, Rule
from services.alerting.sla import DueTimes, due_when_resumed, remaining
from services.book.alert_phrasing import with_part


@dataclass(frozen=True, slots=True)
class Answered:
    """Alerts that an order or the end of a deal resolved, and single signals so answered on alerts that stay open.

    `ordered`: every signal that an order followed, also one whose rule still holds.
    """

    resolved: tuple[int, ...]
    signals: frozenset[int]
    ordered: frozenset[int]


def answer(
    work: UnitOfWork,
    open_alerts: Mapping[Subject, OpenAlert],
    rules: Mapping[str, Rule],
    holding: frozenset[tuple[str, int | None]],
    ended: Mapping[int, str],
    *,
    as_of: str,
    watch_days: int,
    scoped: bool,
) -> Answered:
    """Resolve alerts whose every signal was followed by an order within the watch time ("came back"), or is over.

    An order answers silence at once. It answers a complaint, a falling spend or a deal only when that rule holds no
    longer: buying again does not solve a ticket. A customer who was emailed for the alert and bought afterwards came
    back, whatever raised it. A deal that was closed or moved on solves what was said of it.

    Parameters
    ----------
    work
        The run's unit of work.
    open_alerts
        Open alerts.
    rules
        Rules in force by their code.
    holding
        (rule, customer) that fired in this run.
    ended
        Signals whose deal is over, with its stage.
    as_of, watch_days
        The book's day, and how long an order counts.
    scoped
        Only the customers of the run's scope are looked at.
    """
    ordered = queries.ordered_since(work.connection, as_of, watch_days, scoped=scoped)
    emailed = queries.came_back_after_email(work.connection, as_of, watch_days, scoped=scoped)
    resolved: list[int] = []
    cleared: set[int] = set()
    for alert in open_alerts.values():
        bought = {signal.id for signal in alert.signals if _is_over(signal, alert.customer_id, rules, holding, ordered)}
        over = bought | {signal.id for signal in alert.signals if signal.id in ended}
        if alert.id in emailed or (over and len(over) == len(alert.signals)):
            came_back = alert.customer_id is not None and (alert.id in emailed or bought)
            off = alert.customer_id is None and not any(signal.rule in rules for signal in alert.signals)
            outcome = "came_back" if came_back else RULE_OFF if off else "solved"
            work.update(alerts, alert.id, closing_values(alert, work.at, outcome=outcome, by="rule"))
            if outcome == "solved":
                _say_ended(work, alert, ended)
            resolved.append(alert.id)
        else:
            cleared.update(over)
    queries.clear_signals(work, cleared)
    return Answered(tuple(resolved), frozenset(cleared), frozenset(ordered))


def _say_ended(work: UnitOfWork, alert: OpenAlert, ended: Mapping[int, str]) -> None:
    """Say on an alert what became of the deal that it was about, if it was about one."""
    changed = {
        signal.id: (with_part(signal.reason, ended=ended[signal.id]), signal.overridden)
        for signal in alert.signals
        if signal.id in ended
    }
    if changed:
        queries.give_reasons(work, alert, changed)


def _is_over(
    signal: Signal,
    customer: int | None,
    rules: Mapping[str, Rule],
    holding: frozenset[tuple[str, int | None]],
    ordered: Mapping[int, str],
) -> bool:
    """Whether an order, or of the book fresh data, answers a signal."""
    if customer is None:
        return (signal.rule, None) not in holding  # fresh data is what answers a stale source
    if signal.id not in ordered:
        return False
    rule = rules.get(signal.rule)
    return rule is None or rule.order_resolves or (signal.rule, customer) not in holding


def closing_values(alert: OpenAlert, at: str, *, outcome: str, by: str, state: str = "resolved") -> dict[str, Any]:
    """Fields of an alert that is closed now; the clock of its limit stops."""
    in_time = alert.due_at is None or alert.clock_stopped_at is not None or at <= alert.due_at
    return {
        "state": state,
        "outcome": outcome,
        "closed_at": at,
        "closed_by": by,
        "in_time": None if outcome == RULE_OFF else int(in_time),
        "clock_stopped_at": alert.clock_stopped_at or at,
        "until": None,
        "until_condition": None,
    }


def open_values(alert: OpenAlert, state: str, due: DueTimes, now: datetime) -> dict[str, Any]:
    """Fields of an alert that is to be done again; a clock that stood runs on with what was left."""
    values: dict[str, Any] = {"state": state, "until": None, "until_condition": None, "condition_baseline": None}
    if alert.clock_stopped_at is not None:
        values["clock_stopped_at"] = None
        if alert.due_at is not None:
            calendar = due.calendar(alert.owner)
            at = queries.moment_of(alert.due_at)
            left = remaining(queries.moment_of(alert.clock_stopped_at), at, calendar)
            values["due_at"] = stored(due_when_resumed(now, at, left, calendar))
    return values


def wake(
    work: UnitOfWork, open_alerts: Mapping[Subject, OpenAlert], worse: Iterable[OpenAlert], due: DueTimes, now: datetime
) -> list[int]:
    """Bring back snoozed and waiting alerts whose date or condition came, and those that got worse."""
    worse_ids = {alert.id for alert in worse}
    woken = []
    for alert in open_alerts.values():
        if alert.state not in ("snoozed", "waiting"):
            continue
        if alert.id in worse_ids or _is_due(work, alert, now):
            # A signal that joined in this run may have brought the due time forward already.
            due_at = work.sql("SELECT due_at FROM alerts WHERE id = ?", (alert.id,)).scalar()
            work.update(alerts, alert.id, open_values(alert._replace(due_at=due_at), "open", due, now))
            woken.append(alert.id)
    return woken


def _is_due(work: UnitOfWork, alert: OpenAlert, now: datetime) -> bool:
    if alert.until is not None and queries.moment_of(alert.until) <= now:
        return True
    if alert.customer_id is None:
        return False
    if alert.until_condition == "next_order":
        return queries.bought_since(work.connection, alert.customer_id, alert.baseline.get("as_of", ""))
    if alert.until_condition == "reply":
        return queries.replied_since(work.connection, alert.customer_id, alert.baseline.get("at", ""))
    return False


def reopen_unanswered(work: UnitOfWork, on_again: Sequence[int], *, scoped: bool) -> list[int]:
    """Open again what a rule resolved for an order that an undo took out of the book, or a deal that it opened."""
    reopened = [*queries.came_back_without_order(work.connection, scoped=scoped), *dict.fromkeys(on_again)]
    for alert in reopened:
        touched = work.sql("SELECT touched FROM alerts WHERE id = ?", (alert,)).scalar()
        values = {
            "state": "seen" if touched else "open",
            "outcome": None,
            "closed_at": None,
            "closed_by": None,
            "in_time": None,
            "clock_stopped_at": None,
        }
        work.update(alerts, alert, values)
    return reopened


def withdraw(
    work: UnitOfWork, open_alerts: Mapping[Subject, OpenAlert], fired: Sequence[Fired], since: str
) -> tuple[dict[Subject, OpenAlert], list[int]]:
    """After the undo of an import: take back the alerts that its data had raised and that no person touched.

    Parameters
    ----------
    work
        The run's unit of work.
    open_alerts
        Open alerts.
    fired
        What holds without the import.
    since
        When the import was written; older signals stay.

    Returns
    -------
    tuple
        The alerts that are left, and the ids of those that are gone.
    """
    holding = {(one.rule, one.customer_id) for one in fired}
    worked_on = queries.worked_on(work.connection, [alert.id for alert in open_alerts.values() if not alert.touched])
    left: dict[Subject, OpenAlert] = {}
    gone: list[int] = []
    for subject, alert in open_alerts.items():
        standing = tuple(
            signal
            for signal in alert.signals
            if (signal.rule, alert.customer_id) in holding or signal.raised_at < since
        )
        if alert.touched or alert.id in worked_on or len(standing) == len(alert.signals):
            left[subject] = alert
        elif standing:
            work.sql(
                "DELETE FROM alert_signals WHERE id = ?",
                [(signal.id,) for signal in alert.signals if signal not in standing],
            )
            left[subject] = _settled(work, alert, standing)
        else:
            gone.append(alert.id)
    queries.delete_alerts(work, gone)
    return left, gone


def raise_anew(
    work: UnitOfWork, open_alerts: Mapping[Subject, OpenAlert], fired: Sequence[Fired], rules: Mapping[str, Rule]
) -> tuple[dict[Subject, OpenAlert], list[int]]:
    """After the book's past was completed: alerts that no person touched say what holds now, as if raised only now.

    Returns
    -------
    tuple
        The alerts that are left, and the ids of those that are gone.
    """
    severities = {(one.rule, one.customer_id): one.severity for one in fired}
    worked_on = queries.worked_on(work.connection, [alert.id for alert in open_alerts.values() if not alert.touched])
    left: dict[Subject, OpenAlert] = {}
    gone: list[int] = []
    for subject, alert in open_alerts.items():
        if alert.touched or alert.id in worked_on:
            left[subject] = alert
            continue
        standing = []
        for signal in alert.signals:
            severity = severities.get((signal.rule, alert.customer_id))
            if severity is None:
                work.sql("DELETE FROM alert_signals WHERE id = ?", (signal.id,))
                continue
            if is_budgeted(rules[signal.rule]):
                severity = min(severity, SEVERITIES["high"])  # the day's budget decides again
            standing.append(signal._replace(severity=severity))
            work.sql("UPDATE alert_signals SET severity = ? WHERE id = ?", (severity, signal.id))
        if standing:
            work.sql("UPDATE alerts SET upside_minor = 0 WHERE id = ?", (alert.id,))
            left[subject] = _settled(work, alert._replace(upside_minor=0), tuple(standing))
        else:
            gone.append(alert.id)
    queries.delete_alerts(work, gone)
    return left, gone


def _settled(work: UnitOfWork, alert: OpenAlert, standing: tuple[Signal, ...]) -> OpenAlert:
    lead = max(standing, key=lambda signal: (signal.severity, -signal.id))
    due_at = min((signal.due_at for signal in standing if signal.due_at), default=alert.due_at)
    work.sql(
        "UPDATE alerts SET severity = ?, rule = ?, reason = ?, due_at = ? WHERE id = ?",
        (lead.severity, lead.rule, lead.reason, due_at, alert.id),
    )
    return alert._replace(signals=standing, severity=lead.severity, rule=lead.rule, reason=lead.reason, due_at=due_at)
