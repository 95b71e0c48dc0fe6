"""Alerting: the rules that raise alerts, their life, and what a person does with them.

After scoring, ``evaluate`` fires the rules, merges their signals into one open alert per customer, resolves what an
order answered and wakes what was put away. The other functions are what people do in the queue; each is one journal
entry that "undo" takes back, for one alert or for many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.alerting.calls import log_call
from services.alerting.follow_up import add_note, add_task, complete_task, suppress, take_up
from services.alerting.meetings import add_meeting, write_invitation
from services.alerting.precision import RuleRecord, rule_records
from services.alerting.rulebook import name_owner, record_due, switch_rule, with_figures, with_owner
from services.alerting.triage import assign, escalate, mark_seen, not_useful, reopen, resolve, snooze, wait, wait_within
from services.alerting.trial import is_kept, place_of_trials, try_rule
from services.alerting.watches import list_watches, preview, remove_watch, set_watch, watch_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.values.changes import Changes
    from models.values.imports import Progress
    from services.alerting.run import Evaluation
    from services.workspace import Workspace

__all__ = [
    "RuleRecord",
    "add_meeting",
    "add_note",
    "add_task",
    "assign",
    "complete_task",
    "escalate",
    "evaluate",
    "is_kept",
    "list_watches",
    "log_call",
    "mark_seen",
    "name_owner",
    "next_wake",
    "not_useful",
    "place_of_trials",
    "preview",
    "record_due",
    "remove_watch",
    "renew_first_record",
    "renew_record",
    "reopen",
    "resolve",
    "rule_records",
    "set_watch",
    "snooze",
    "suppress",
    "switch_rule",
    "take_up",
    "try_rule",
    "wait",
    "wait_within",
    "watch_rows",
    "win_back_without_alert",
    "with_figures",
    "with_owner",
    "write_invitation",
]


def evaluate(workspace: Workspace, changed: Changes | None = None) -> Evaluation:
    """Evaluate the rules for the customers that changed, or for everyone where the book's day or a rule moved.

    Alerts whose date has come wake whoever changed, and the age of the book's data is looked at: ``Changes()`` is a
    round in which nothing changed.

    Parameters
    ----------
    workspace
        Store, policy and clock.
    changed
        What changed since the last run; None: everyone.

    Returns
    -------
    Evaluation
        What changed, and the ids of the alerts that were opened, closed and woken.
    """
    from services.alerting.run import run_rules  # numpy: not on the way to the first page

    return run_rules(workspace, changed)


def win_back_without_alert(workspace: Workspace) -> int:
    """Count who is to be won back, silent for too long, and has no open alert: contacted lately, or it was closed."""
    from services.alerting.rulebook import in_force

    with workspace.store.read() as connection:
        rule = next((one for one in in_force(connection, workspace.policy) if one.code == "gap_beyond_usual"), None)
        if rule is None:
            return 0
        number = connection.exec_driver_sql(
            "SELECT count(*) FROM customer_risk_scores WHERE standing = 'win_back'"
            " AND (silence_p <= :improbable OR silence_p <= :silent_chance"
            " AND days_since_last_order > :silent_days AND days_since_last_order > :silent_gaps * usual_gap_days)"
            " AND customer_id NOT IN (SELECT customer_id FROM alerts WHERE state NOT IN ('resolved', 'not_useful')"
            " AND customer_id IS NOT NULL)",
            {name: one.value for name, one in rule.parameters.items()},
        ).scalar()
    return int(number or 0)


def renew_record(
    workspace: Workspace,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Changes:
    """Replay the rules over the book's past, keep each one's record, and evaluate the rules by it."""
    from services.alerting.replay import renew_record as renew

    return renew(workspace, progress, cancelled)


def renew_first_record(workspace: Workspace, progress: Callable[[Progress], None]) -> str:
    """Replay the past where no rule has a record yet; where that takes long, return what to do instead."""
    from services.alerting.replay import renew_first_record as renew

    return renew(workspace, progress)


def next_wake(workspace: Workspace) -> str | None:
    """The next moment at which a snoozed or waiting alert is due, None without one.

    Returns
    -------
    str or None
        UTC, as the store writes moments; it lies in the past where an alert should have been woken already.
    """
    from models.values.words import stored
    from services.alerting.open_alerts import first_wake, moment_of

    with workspace.store.read() as connection:
        until = first_wake(connection)
    return stored(moment_of(until)) if until is not None else None
