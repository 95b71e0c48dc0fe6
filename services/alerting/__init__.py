"""Alerting: the rules that raise cards, the cards' life, and what a person does with them.

After scoring, ``evaluate`` fires the rules, merges their signals into one open card per customer, resolves what an
order answered and wakes what was put away. The other functions are what people do in the queue; each is one journal
entry that "undo" takes back, for one card or for many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.alerting.cut_off import was_cut_off
from services.alerting.follow_up import add_note, add_task, complete_task, suppress, take_up
from services.alerting.precision import RuleRecord, rule_records
from services.alerting.rulebook import switch_rule
from services.alerting.triage import assign, escalate, mark_seen, not_useful, reopen, resolve, snooze, wait, wait_within
from services.alerting.trial import Trial, TrialWeek, try_rule

if TYPE_CHECKING:
    from models.values.changes import Changes
    from services.alerting.run import Evaluation
    from services.workspace import Workspace

__all__ = [
    "RuleRecord",
    "Trial",
    "TrialWeek",
    "add_note",
    "add_task",
    "assign",
    "complete_task",
    "escalate",
    "evaluate",
    "mark_seen",
    "next_wake",
    "not_useful",
    "playbook_goals",
    "reopen",
    "resolve",
    "rule_records",
    "snooze",
    "suppress",
    "switch_rule",
    "take_up",
    "try_rule",
    "wait",
    "wait_within",
    "was_cut_off",
]


def evaluate(workspace: Workspace, changed: Changes | None = None) -> Evaluation:
    """Evaluate the rules for the customers that changed, or for everyone where the book's day or a rule moved.

    Cards whose date has come wake whoever changed, and the age of the book's data is looked at: ``Changes()`` is a
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
        What changed, and the ids of the cards that were opened, closed and woken.
    """
    from services.alerting.run import run_rules  # numpy: not on the way to the first page

    return run_rules(workspace, changed)


def next_wake(workspace: Workspace) -> str | None:
    """The next moment at which a snoozed or waiting card is due, None without one.

    Returns
    -------
    str or None
        UTC, as the store writes moments; it lies in the past where a card should have been woken already.
    """
    from services.alerting.cards import first_wake, moment_of, stored

    with workspace.store.read() as connection:
        until = first_wake(connection)
    return stored(moment_of(until)) if until is not None else None


def playbook_goals() -> dict[str, str]:
    """Return the composer's goal that each entry of the playbook means, by its code; '' for calls."""
    from services.alerting.recommend import read_playbook

    return {entry.code: entry.goal_code for entry in read_playbook()}
