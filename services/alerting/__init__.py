"""Alerting: the rules that raise alerts, their life, and what a person does with them.

After scoring, ``evaluate`` fires the rules, merges their signals into one open alert per customer, resolves what an
order answered and wakes what was put away. The other functions are what people do in the queue; each is one journal
entry that "undo" takes back, for one alert or for many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.lazy import offering

if TYPE_CHECKING:
    from services.alerting.calls import log_call
    from services.alerting.follow_up import add_note, add_task, complete_task, suppress, take_up
    from services.alerting.meetings import add_meeting, write_invitation
    from services.alerting.precision import RuleRecord, rule_records
    from services.alerting.replay import renew_first_record, renew_record
    from services.alerting.rulebook import name_owner, record_due, switch_rule, with_figures, with_owner
    from services.alerting.run import run_rules as evaluate
    from services.alerting.triage import (
        assign,
        escalate,
        mark_seen,
        not_useful,
        reopen,
        resolve,
        snooze,
        wait,
        wait_within,
    )
    from services.alerting.trial import is_kept, place_of_trials, try_rule
    from services.alerting.watches import list_watches, preview, remove_watch, set_watch, watch_rows
    from services.workspace import Workspace
else:
    __getattr__ = offering(
        __name__,
        {
            "services.alerting.calls": "log_call",
            "services.alerting.follow_up": "add_note add_task complete_task suppress take_up",
            "services.alerting.meetings": "add_meeting write_invitation",
            "services.alerting.precision": "RuleRecord rule_records",
            "services.alerting.replay": "renew_first_record renew_record",
            "services.alerting.rulebook": "name_owner record_due switch_rule with_figures with_owner",
            "services.alerting.run": "run_rules:evaluate",
            "services.alerting.triage": "assign escalate mark_seen not_useful reopen resolve snooze wait wait_within",
            "services.alerting.trial": "is_kept place_of_trials try_rule",
            "services.alerting.watches": "list_watches preview remove_watch set_watch watch_rows",
        },
    )


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
