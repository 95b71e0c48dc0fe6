"""What a person does with alerts: every action is one journalled unit of work, for one or many, and can be undone.

States: open → seen → in work → waiting (the clock of the limit stops) or snoozed (it runs on) → resolved or not
useful. Alerts to which an action does not apply are left as they are and named in ``Changes.kept``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from models.store import UnitOfWork
from models.tables import alerts, customer_risk_scores
from models.values.alerts import Severity
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.journal import Actor
from models.values.said_leaving import without_words
from models.values.words import stored, when
from services.alerting.action import Action, is_open, on_alerts, within
from services.alerting.life import closing_values, open_values
from services.alerting.merge import OpenAlert
from services.alerting.open_alerts import CLOSED
from services.distress.said_leaving import ANSWERED
from services.sync.owners import owner_named
from services.workspace import Workspace

OUTCOMES: Final = {
    "came_back": "came back",
    "solved": "solved",
    "saved": "saved",
    "lost": "lost",
    "no_issue": "no issue",
    "known": "known already",
}
SNOOZE_CONDITIONS: Final = {"next_order": "the next order", "worse": "it gets worse"}
WAIT_CONDITIONS: Final = {"reply": "they reply", "next_order": "the next order"}
TO_DO: Final = frozenset({"open", "seen", "in_work"})


def mark_seen(workspace: Workspace, alert_ids: Sequence[int]) -> Changes:
    """Note that a person looked at open alerts.

    Looking is no action: the entry is the program's, so that "undo" still means what the person did before.
    """
    actor = Actor("system", workspace.person)
    with on_alerts(workspace, "see", alert_ids, lambda alert: alert.state == "open", "", actor=actor) as action:
        for alert in action.open_alerts:
            action.work.update(alerts, alert.id, {"state": "seen", "seen_at": workspace.at})
        return action.work.commit()


def snooze(
    workspace: Workspace,
    alert_ids: Sequence[int],
    *,
    until: date | datetime | None = None,
    condition: str | None = None,
) -> Changes:
    """Put alerts away until a date, or until something happens and until a date at the latest. The clock runs on.

    Parameters
    ----------
    workspace
        Store, policy, clock and person.
    alert_ids
        Alerts to snooze.
    until
        A day (its opening hour) or a moment; with a condition the latest one, by default the policy's.
    condition
        ``next_order`` or ``worse``, or None.

    Raises
    ------
    UserError
        For a date that is past, an unknown condition, or alerts that are all closed.
    """
    _known(condition, SNOOZE_CONDITIONS)
    with on_alerts(workspace, "snooze", alert_ids, is_open, "is closed; reopen it first") as action:
        for alert in action.open_alerts:
            moment = _until(workspace, action, alert, until, condition)
            resumed = open_values(alert, "snoozed", action.due, action.now)
            action.work.update(alerts, alert.id, {**resumed, **resting(action, alert, "snoozed", moment, condition)})
        action.work.say(f"Snoozed {action.who()} {_until_words(action, moment, condition, SNOOZE_CONDITIONS)}")
        return action.work.commit()


def wait(
    workspace: Workspace,
    alert_ids: Sequence[int],
    *,
    until: date | datetime | None = None,
    condition: str | None = "reply",
) -> Changes:
    """Wait for the customer, until something happens and until a date at the latest. The clock of the limit stops.

    Parameters
    ----------
    workspace
        Store, policy, clock and person.
    alert_ids
        Alerts that wait.
    until
        A day or a moment; by default the policy's latest date.
    condition
        ``reply`` or ``next_order``, or None.

    Raises
    ------
    UserError
        For a date that is past, an unknown condition, or alerts that are all closed.
    """
    _known(condition, WAIT_CONDITIONS)
    with on_alerts(workspace, "wait", alert_ids, is_open, "is closed; reopen it first") as action:
        for alert in action.open_alerts:
            moment = put_to_waiting(workspace, action, alert, until, condition)
        action.work.say(f"Waiting on {action.who()} {_until_words(action, moment, condition, WAIT_CONDITIONS)}")
        return action.work.commit()


def wait_within(
    workspace: Workspace,
    work: UnitOfWork,
    alert_id: int,
    *,
    until: date | datetime | None = None,
    condition: str | None = "next_order",
) -> bool:
    """Let an alert wait as a part of another unit of work, which says what it does and commits.

    Returns
    -------
    bool
        Whether the alert waits now; False where it is closed or gone, and nothing was changed.

    Raises
    ------
    UserError
        For a date that is past or an unknown condition.
    """
    _known(condition, WAIT_CONDITIONS)
    action = within(workspace, work, [alert_id], is_open)
    for alert in action.open_alerts:
        put_to_waiting(workspace, action, alert, until, condition)
    return bool(action.open_alerts)


def resolve(workspace: Workspace, alert_ids: Sequence[int], outcome: str) -> Changes:
    """Close alerts with an outcome, one of `OUTCOMES`; what was known already is no verdict on their rule.

    Raises
    ------
    UserError
        For an unknown outcome, or alerts that are all closed already.
    """
    if outcome not in OUTCOMES:
        raise UserError(f"“{outcome}” is not an outcome; choose one of: {', '.join(OUTCOMES.values())}.")
    with on_alerts(workspace, "resolve", alert_ids, is_open, "is already closed") as action:
        for alert in action.open_alerts:
            values = closing_values(alert, workspace.at, outcome=outcome, by="person")
            action.work.update(alerts, alert.id, {**values, "touched": 1})
            if outcome in ANSWERED:
                _take_words_back(action.work, alert)
        action.work.say(f"Resolved {action.who()}: {OUTCOMES[outcome]}")
        return action.work.commit()


def not_useful(workspace: Workspace, alert_ids: Sequence[int], reason: str) -> Changes:
    """Close alerts that were not useful, with the reason; it counts against their rule.

    Raises
    ------
    UserError
        Without a reason, or for alerts that are all closed already.
    """
    why = " ".join(reason.split())
    if not why:
        raise UserError("Give a short reason why the alert was not useful. It counts towards the rule’s track record.")
    with on_alerts(workspace, "not-useful", alert_ids, is_open, "is already closed") as action:
        for alert in action.open_alerts:
            values = closing_values(alert, workspace.at, outcome=why, by="person", state="not_useful")
            action.work.update(alerts, alert.id, {**values, "touched": 1})
            _take_words_back(action.work, alert)
        action.work.say(f"Marked {action.who()} as not useful: {why}")
        return action.work.commit()


def reopen(workspace: Workspace, alert_ids: Sequence[int]) -> Changes:
    """Bring alerts back to what is to be done, from closed, waiting or snoozed; a stopped clock runs on.

    Raises
    ------
    UserError
        Where none of the alerts is closed, waiting or snoozed.
    """
    with on_alerts(
        workspace, "reopen", alert_ids, lambda alert: alert.state not in TO_DO, "is already in the queue"
    ) as action:
        for alert in action.open_alerts:
            if alert.state in CLOSED and _has_open_alert(action.work, alert):
                action.work.keep(f"{action.names[alert.id]} already has another open alert; this one stays closed.")
                continue
            values = open_values(alert, "seen", action.due, action.now)
            closed = {"outcome": None, "closed_at": None, "closed_by": None, "in_time": None}
            action.work.update(alerts, alert.id, {**values, **(closed if alert.state in CLOSED else {}), "touched": 1})
            if alert.state in CLOSED and any(signal.sign == "leaving" for signal in alert.signals):
                action.work.touch(customers=[alert.customer_id or 0], tables=("said_leaving",))
        action.work.say(f"Reopened {action.who()}")
        return action.work.commit()


def assign(workspace: Workspace, alert_ids: Sequence[int], owner: str, *, new_owner: bool = False) -> Changes:
    """Hand alerts to another person, ``new_owner``: who may own nothing in the book yet; the due time stays.

    Raises
    ------
    UserError
        Without a name, where nobody is called that, or for alerts that are all closed.
    """
    name = owner_named(workspace, owner, new=new_owner)
    if not name:
        raise UserError("Enter who is taking over the alert.")
    with on_alerts(workspace, "assign", alert_ids, is_open, "is closed; reopen it first") as action:
        for alert in action.open_alerts:
            action.work.update(alerts, alert.id, {"owner": name, "touched": 1})
        action.work.say(f"Assigned {action.who()} to {name}")
        return action.work.commit()


def escalate(workspace: Workspace, alert_ids: Sequence[int]) -> Changes:
    """Raise alerts to critical; they are due within the limit of critical ones from now, or earlier as before.

    Raises
    ------
    UserError
        For alerts that are all closed or critical already.
    """
    with on_alerts(
        workspace,
        "escalate",
        alert_ids,
        lambda alert: is_open(alert) and alert.severity < Severity.CRITICAL,
        "is already closed or critical",
    ) as action:
        for alert in action.open_alerts:
            due = action.due.of(Severity.CRITICAL, alert.owner)
            values = {"severity": int(Severity.CRITICAL), "due_at": min(alert.due_at or due, due), "touched": 1}
            action.work.update(alerts, alert.id, values)
        action.work.say(f"Escalated {action.who()} to critical")
        return action.work.commit()


def _take_words_back(work: UnitOfWork, alert: OpenAlert) -> None:
    """Let the model's figures of a customer count again whose words of leaving were answered; undone with the rest."""
    if alert.customer_id is None or not any(signal.sign == "leaving" for signal in alert.signals):
        return
    query = "SELECT * FROM customer_risk_scores WHERE customer_id = ? AND said_leaving IS NOT NULL"
    row = work.sql(query, (alert.customer_id,)).mappings().first()
    if row is None:
        return
    if row["overridden"] is None:
        work.update(customer_risk_scores, alert.customer_id, without_words(dict(row)))
    else:
        work.touch(customers=(alert.customer_id,), tables=("said_leaving",))


def _has_open_alert(work: UnitOfWork, alert: OpenAlert) -> bool:
    found = work.sql(
        "SELECT 1 FROM alerts WHERE customer_id = ? AND id <> ? AND state NOT IN ('resolved', 'not_useful')",
        (alert.customer_id, alert.id),
    )
    return found.first() is not None


def put_to_waiting(
    workspace: Workspace, action: Action, alert: OpenAlert, until: date | datetime | None, condition: str | None
) -> datetime:
    moment = _until(workspace, action, alert, until, condition or "date")
    values = resting(action, alert, "waiting", moment, condition)
    values["clock_stopped_at"] = alert.clock_stopped_at or workspace.at
    action.work.update(alerts, alert.id, values)
    return moment


def resting(action: Action, alert: OpenAlert, state: str, until: datetime, condition: str | None) -> dict[str, Any]:
    """Return the fields of an alert that is put away until a moment, with what "it gets worse" is judged against."""
    as_of = max((signal.raised_as_of for signal in alert.signals), default="")
    book_day = action.work.sql("SELECT max(as_of) FROM customer_risk_scores").scalar() or ""
    baseline = {
        "at": action.work.at,
        "as_of": max(as_of, book_day),
        "measures": {signal.rule: signal.measure for signal in alert.signals if signal.measure is not None},
    }
    return {
        "state": state,
        "until": stored(until),
        "until_condition": condition,
        "condition_baseline": json.dumps(baseline, sort_keys=True),
        "touched": 1,
    }


def _until(
    workspace: Workspace, action: Action, alert: OpenAlert, until: date | datetime | None, condition: str | None
) -> datetime:
    if until is None:
        if condition is None:
            raise UserError("Choose when the snooze ends: a date or a condition.")
        until = action.today + timedelta(days=workspace.policy.snooze_latest_days)
    if isinstance(until, datetime):
        moment = until.astimezone(UTC)
    else:
        # The day that was chosen stays, a Saturday too: who chooses one works on it.
        calendar = action.due.calendar(alert.owner)
        moment = datetime.combine(until, calendar.opens, calendar.zone).astimezone(UTC)
    if moment <= action.now:
        raise UserError("That date is in the past. Choose a later one.")
    return moment


def _until_words(action: Action, moment: datetime, condition: str | None, known: dict[str, str]) -> str:
    zone = action.due.calendar(action.open_alerts[0].owner).zone
    latest = when(stored(moment), action.today, zone)
    return f"until {known[condition]}, {latest} at the latest" if condition else f"until {latest}"


def _known(condition: str | None, known: dict[str, str]) -> None:
    if condition is not None and condition not in known:
        raise UserError(f"“{condition}” is not a condition; choose one of: {', '.join(known.values())}.")
