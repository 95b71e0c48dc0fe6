"""Query module: open alerts with their signals, what keeps a rule silent, what answered an alert, and the writing."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from models.journal import clear_automatic_drafts
from models.queries.conversion import FOLLOWS
from models.queries.purchases import PURCHASES
from models.store import UnitOfWork
from models.tables import UNTOUCHED_DRAFT
from models.values.alerts import RECORDED_LOSS
from services.alerting.driver import tuples
from services.alerting.evaluate_rule import Fired, Subject, subject_of
from services.alerting.merge import OpenAlert, Plan, Signal, Silence

CLOSED: Final = ("resolved", "not_useful")
_OPEN: Final = "a.state NOT IN ('resolved', 'not_useful')"
_RESTING: Final = "a.state IN ('snoozed', 'waiting')"
_SIGNAL: Final = (
    "g.alert_id, g.id, g.rule, g.severity, g.reason, g.measure, g.raised_as_of, g.raised_at, g.due_at,"
    " g.evidence ->> 'sign', iif(json_valid(g.reason), g.reason -> 'overridden', NULL) IS NOT NULL,"
    " g.evidence ->> 'loss'"
)
#: In the order of the fields of `Signal` (after its alert's id) and of `OpenAlert`.
_ALERT: Final = (
    "a.id, a.customer_id, a.state, a.kind, a.rule, a.severity, a.reason, a.due_at, a.upside_minor, a.owner,"
    " a.until, a.until_condition, a.condition_baseline, a.clock_stopped_at, a.touched"
)
_NO_BASELINE: Final[Mapping[str, Any]] = MappingProxyType({})
_IN_SCOPE: Final = "(a.customer_id IS NULL OR a.customer_id IN (SELECT customer_id FROM temp.run_scope))"


def moment_of(text: str) -> datetime:
    """A stored moment as an aware one; a bare day begins at midnight UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def open_alerts(connection: Connection, *, scoped: bool) -> dict[Subject, OpenAlert]:
    """Open alerts by whose they are; with `scoped`, of customers only those of ``temp.run_scope``."""
    return _open_alerts(connection, f"{_OPEN} AND {_IN_SCOPE}" if scoped else _OPEN)


def due_alerts(connection: Connection, now: str) -> dict[Subject, OpenAlert]:
    """Snoozed and waiting alerts of the whole book whose date has come, by customer."""
    return _open_alerts(connection, f"{_RESTING} AND a.until <= ?", (now,))


def first_wake(connection: Connection) -> str | None:
    """The earliest date of a snoozed or waiting alert, as the store has it."""
    found = tuples(connection, f"SELECT min(a.until) FROM alerts a WHERE {_RESTING}").fetchone()
    return str(found[0]) if found[0] is not None else None


def _open_alerts(connection: Connection, where: str, parameters: Sequence[Any] = ()) -> dict[Subject, OpenAlert]:
    signals: dict[int, list[Signal]] = {}
    for row in tuples(
        connection,
        f"SELECT {_SIGNAL} FROM alerts a JOIN alert_signals g ON g.alert_id = a.id"
        f" WHERE {where} AND g.cleared_at IS NULL ORDER BY g.id",
        parameters,
    ):
        signals.setdefault(row[0], []).append(Signal._make(row[1:]))
    rows = tuples(connection, f"SELECT {_ALERT} FROM alerts a WHERE {where}", parameters)
    return {subject_of(row[4], row[1]): _alert(row, signals) for row in rows}


def alerts_by_id(connection: Connection, alert_ids: Sequence[int]) -> list[OpenAlert]:
    """Alerts in whatever state, in the order of their ids as asked; ids that do not exist are left out."""
    ids = json.dumps(list(dict.fromkeys(alert_ids)))
    signals: dict[int, list[Signal]] = {}
    for row in tuples(
        connection,
        f"SELECT {_SIGNAL} FROM alert_signals g WHERE g.alert_id IN (SELECT value FROM json_each(?))"
        " AND g.cleared_at IS NULL ORDER BY g.id",
        (ids,),
    ):
        signals.setdefault(row[0], []).append(Signal(*row[1:]))
    rows = tuples(
        connection, f"SELECT {_ALERT} FROM json_each(?) j JOIN alerts a ON a.id = j.value ORDER BY j.key", (ids,)
    )
    return [_alert(row, signals) for row in rows]


def _alert(row: Sequence[Any], signals: Mapping[int, list[Signal]]) -> OpenAlert:
    baseline = json.loads(row[12]) if row[12] else _NO_BASELINE
    own, touched = tuple(signals.get(row[0], ())), row[14] != 0
    by_hand = row[5] if touched and row[5] > max((signal.severity for signal in own), default=0) else 0
    return OpenAlert._make((*row[:12], baseline, row[13], touched, own, by_hand))


def closed_signals(
    connection: Connection, since: str, *, scoped: bool, by_people: bool = False
) -> dict[tuple[str, int | None], Silence]:
    """The newest signal of each (rule, customer) on alerts that were closed after `since`; only those `by_people`."""
    where = f" AND {_IN_SCOPE}" if scoped else ""
    where += " AND coalesce(a.closed_by, '') <> 'rule'" if by_people else ""
    found: dict[tuple[str, int | None], Silence] = {}
    for rule, customer, closed_at, raised_as_of, measure in tuples(
        connection,
        "SELECT g.rule, a.customer_id, a.closed_at, g.raised_as_of, g.measure"
        f" FROM alerts a JOIN alert_signals g ON g.alert_id = a.id WHERE a.closed_at >= ?{where}"
        " ORDER BY a.closed_at, g.id",
        (since,),
    ):
        found[(rule, customer)] = Silence(moment_of(closed_at), raised_as_of, measure)
    return found


def ordered_since(connection: Connection, as_of: str, watch_days: int, *, scoped: bool) -> dict[int, str]:
    """Signals that an order followed within the watch time: signal id to the day of the first such order."""
    where = f" AND {_IN_SCOPE}" if scoped else ""
    rows = tuples(
        connection,
        f"SELECT g.id, (SELECT min(o.ordered_on) FROM {PURCHASES} o WHERE o.customer_id = a.customer_id"
        "   AND o.kind = 'purchase' AND o.ordered_on > g.raised_as_of AND o.ordered_on <= :as_of"
        "   AND o.ordered_on <= date(g.raised_as_of, :watch) AND o.amount_minor > 0) AS ordered_on"
        f" FROM alerts a JOIN alert_signals g ON g.alert_id = a.id WHERE {_OPEN} AND a.customer_id IS NOT NULL"
        f" AND g.cleared_at IS NULL{where}",
        {"as_of": as_of, "watch": f"+{watch_days} days"},
    )
    # Asked for in SQL as well, SQLite would look for the order twice.
    return {row[0]: row[1] for row in rows if row[1] is not None}


def came_back_after_email(connection: Connection, as_of: str, watch_days: int, *, scoped: bool) -> frozenset[int]:
    """Open alerts whose customer was emailed for them and bought afterwards within the watch time."""
    where = f" AND {_IN_SCOPE}" if scoped else ""
    rows = tuples(
        connection,
        "SELECT DISTINCT a.id FROM messages m JOIN alerts a ON a.id = m.alert_id"
        f" JOIN {PURCHASES} o ON {FOLLOWS} WHERE m.state = 'sent' AND {_OPEN} AND o.amount_minor > 0"
        f" AND o.ordered_on <= :as_of{where}",
        {"as_of": as_of, "watch": f"+{watch_days} days"},
    )
    return frozenset(row[0] for row in rows)


def replied_since(connection: Connection, customer: int, moment: str) -> bool:
    """Whether a customer answered (an email, a conversation) after a moment."""
    found = tuples(
        connection,
        "SELECT EXISTS (SELECT 1 FROM email_events WHERE customer_id = :customer AND kind = 'replied'"
        "   AND coalesce(happened_at, happened_on) > :moment)"
        " OR EXISTS (SELECT 1 FROM conversations WHERE customer_id = :customer AND direction = 'from_customer'"
        "   AND coalesce(happened_at, happened_on) > :moment)",
        {"customer": customer, "moment": moment},
    )
    return bool(found.fetchone()[0])


def bought_since(connection: Connection, customer: int, day: str) -> bool:
    """Whether a customer bought after the end of a day."""
    found = tuples(
        connection,
        f"SELECT EXISTS (SELECT 1 FROM {PURCHASES} WHERE customer_id = ? AND ordered_on > ?)",
        (customer, day),
    )
    return bool(found.fetchone()[0])


def came_back_without_order(connection: Connection, *, scoped: bool) -> list[int]:
    """Alerts that a rule closed for an order that is no longer in the book (its import was undone)."""
    where = f" AND {_IN_SCOPE}" if scoped else ""
    rows = tuples(
        connection,
        "SELECT a.id FROM alerts a WHERE a.state = 'resolved' AND a.closed_by = 'rule' AND a.outcome = 'came_back'"
        f" AND a.customer_id IS NOT NULL{where}"
        f" AND NOT EXISTS (SELECT 1 FROM {PURCHASES} o WHERE o.customer_id = a.customer_id AND o.kind = 'purchase'"
        "   AND o.ordered_on > a.opened_as_of AND o.amount_minor > 0)"
        " AND NOT EXISTS (SELECT 1 FROM alerts b WHERE b.customer_id = a.customer_id"
        "   AND b.state NOT IN ('resolved', 'not_useful'))",
    )
    return [row[0] for row in rows]


def worked_on(connection: Connection, alert_ids: Collection[int]) -> frozenset[int]:
    """Alerts that a task, a note, or an email which a person touched belongs to, whatever became of it."""
    rows = tuples(
        connection,
        "SELECT j.value FROM json_each(?) j WHERE EXISTS (SELECT 1 FROM tasks t WHERE t.alert_id = j.value)"
        " OR EXISTS (SELECT 1 FROM notes n WHERE n.alert_id = j.value)"
        f" OR EXISTS (SELECT 1 FROM messages o WHERE o.alert_id = j.value AND NOT {UNTOUCHED_DRAFT})",
        (json.dumps(list(alert_ids)),),
    )
    return frozenset(row[0] for row in rows)


def delete_alerts(work: UnitOfWork, alert_ids: Sequence[int]) -> None:
    """Withdraw alerts that no person touched, with their signals and with what was drafted for them by itself."""
    rows = [(alert,) for alert in alert_ids]
    if rows:
        clear_automatic_drafts(work.connection, alert_ids)
        work.sql("DELETE FROM alert_signals WHERE alert_id = ?", rows)
        work.sql("DELETE FROM alerts WHERE id = ?", rows)


def write_plan(
    work: UnitOfWork,
    plan: Plan,
    *,
    as_of: str,
    due: Callable[[int, str | None], str],
    recommendations: Sequence[str | None],
) -> list[int]:
    """Write what `merge` decided and return the ids of the alerts that were opened.

    Parameters
    ----------
    work
        The run's unit of work.
    plan
        What to write.
    as_of
        The book's day.
    due
        Due time by severity and owner.
    recommendations
        JSON for each opened alert, in their order.
    """
    first: int = work.sql("SELECT coalesce(max(id), 0) + 1 FROM alerts").scalar() or 1
    open_alerts, signals = [], []
    for number, (lead, reason, ones) in enumerate(plan.opened):
        dues = [due(one.severity, one.owner) for one in ones]
        open_alerts.append(
            _alert_row(first + number, lead, reason, ones, (work.at, as_of, min(dues)), recommendations[number])
        )
        signals += [_signal_row(first + number, one, work.at, as_of, at) for one, at in zip(ones, dues, strict=True)]
    signals += [_signal_row(alert, one, work.at, as_of, due(one.severity, one.owner)) for alert, one in plan.joined]
    _insert(work, open_alerts, signals)
    if plan.refreshed:
        rows = [(one.reason, one.measure, one.severity, _evidence(one), old.id) for old, one in plan.refreshed]
        work.sql("UPDATE alert_signals SET reason = ?, measure = ?, severity = ?, evidence = ? WHERE id = ?", rows)
    _update_alerts(work, plan)
    return [row[0] for row in open_alerts]


def _insert(work: UnitOfWork, open_alerts: list[tuple[Any, ...]], signals: list[tuple[Any, ...]]) -> None:
    """Insert new alerts and signals; the rows are those of `_alert_row` and `_signal_row`."""
    if open_alerts:
        work.sql(
            "INSERT INTO alerts (id, customer_id, kind, rule, severity, reason, value_at_risk_minor, upside_minor,"
            " expected_value_minor, currency, churn_risk, opened_at, opened_as_of, due_at, owner, recommendation,"
            " state, touched) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', 0)",
            open_alerts,
        )
    signals.sort(key=itemgetter(2, 0))  # in the order of the larger index: pages are filled once
    if signals:
        work.sql(
            "INSERT INTO alert_signals (alert_id, customer_id, rule, severity, reason, measure, raised_at,"
            " raised_as_of, due_at, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            signals,
        )


def _update_alerts(work: UnitOfWork, plan: Plan) -> None:
    """Update the open alerts, those that change the same columns in one statement."""
    alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for alert, values in plan.updates.items():
        if values:
            alike.setdefault(tuple(values), []).append((*values.values(), alert))
    for names, rows in alike.items():
        columns = ", ".join(f"{name} = ?" for name in names)
        work.sql(f"UPDATE alerts SET {columns} WHERE id = ?", rows)


def refresh_values(work: UnitOfWork) -> int:
    """Bring the money and the risk of open alerts up to the run's scores and return how many of them changed."""
    lost = f"max(coalesce(f.value_at_risk, 0), {RECORDED_LOSS.format(alert='alerts')})"
    expected = f"max(iif(alerts.kind = 'risk', {lost}, 0), alerts.upside_minor)"
    written = work.sql(
        "UPDATE alerts SET value_at_risk_minor = coalesce(f.value_at_risk, 0), churn_risk = f.churn_risk,"
        f" expected_value_minor = {expected}"
        " FROM temp.run_facts f WHERE f.customer_id = alerts.customer_id"
        " AND alerts.state NOT IN ('resolved', 'not_useful')"
        " AND (alerts.value_at_risk_minor IS NOT coalesce(f.value_at_risk, 0) OR alerts.churn_risk IS NOT f.churn_risk"
        f" OR alerts.expected_value_minor IS NOT {expected})"
    )
    return int(written.rowcount)


def give_reasons(work: UnitOfWork, alert: OpenAlert, changed: Mapping[int, tuple[str, int]]) -> OpenAlert:
    """Give signals other reasons, and the alert that has one of theirs; return the alert as it is now.

    Parameters
    ----------
    changed
        By signal its reason, and whether a person's figure overrides it.
    """
    rows = [(reason, signal) for signal, (reason, _) in changed.items()]
    work.sql("UPDATE alert_signals SET reason = ? WHERE id = ?", rows)
    signals = []
    for one in alert.signals:
        reason, overridden = changed.get(one.id, (one.reason, one.overridden))
        signals.append(one._replace(reason=reason, overridden=overridden))
    now = {before.reason: after.reason for before, after in zip(alert.signals, signals, strict=True)}
    reason = now.get(alert.reason, alert.reason)
    if reason != alert.reason:
        work.sql("UPDATE alerts SET reason = ? WHERE id = ?", (reason, alert.id))
    return alert._replace(signals=tuple(signals), reason=reason)


def clear_signals(work: UnitOfWork, signal_ids: Iterable[int]) -> None:
    """Mark signals as answered."""
    rows = [(work.at, signal) for signal in signal_ids]
    if rows:
        work.sql("UPDATE alert_signals SET cleared_at = ? WHERE id = ?", rows)


def _alert_row(
    alert: int,
    lead: Fired,
    reason: str,
    ones: Sequence[Fired],
    opened: tuple[str, str, str],
    recommendation: str | None,
) -> tuple[Any, ...]:
    """A row of `_insert`; `opened`: the moment, the book's day, and when it is due."""
    risk, upside = _worth(ones)
    return (
        *(alert, lead.customer_id, lead.kind, lead.rule, lead.severity, reason, lead.value_at_risk_minor, upside),
        *(max(risk, upside), lead.currency, lead.churn_risk, *opened, lead.owner, recommendation),
    )


def _signal_row(alert: int, one: Fired, at: str, as_of: str, due: str) -> tuple[Any, ...]:
    return (alert, one.customer_id, one.rule, one.severity, one.reason, one.measure, at, as_of, due, _evidence(one))


def _evidence(one: Fired) -> str | None:
    known = {"sign": one.sign, "deal": one.deal_id, "loss": one.loss_minor}
    kept = {name: value for name, value in known.items() if value is not None}
    return json.dumps(kept) if kept else None


def _worth(ones: Sequence[Fired]) -> tuple[int, int]:
    if len(ones) == 1:
        return ones[0].stake_minor if ones[0].kind == "risk" else 0, ones[0].upside_minor
    risk = max([one.stake_minor for one in ones if one.kind == "risk"], default=0)
    return risk, max([one.upside_minor for one in ones])
