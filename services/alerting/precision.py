"""Query module: how often each rule was right, counted from the cards that were closed in the last year.

Right: the customer was saved, was lost, or came back after someone had worked on the card. Wrong: no issue, not useful,
or came back while nobody had done anything, which is a false alarm however pleasant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from services.alerting.cards import stored
from services.alerting.rulebook import stored_rules, with_policy
from services.alerting.rules import Parameter
from services.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule with what became of its cards.

    Attributes
    ----------
    right, closed
        Cards of the last 365 days that it led and that were right, of all that were closed.
    open
        Cards that it leads now.
    """

    code: str
    title: str
    kind: str
    severity: int
    enabled: bool
    cooldown_days: int
    parameters: tuple[Parameter, ...]
    right: int
    closed: int
    open: int

    @property
    def words(self) -> str:
        """The record as people read it."""
        if not self.closed:
            return "no card closed yet"
        times = "time" if self.right == 1 else "times"
        return f"right {self.right} {times} in {self.closed} this year"


def counts(connection: Connection, since: str) -> dict[str, tuple[int, int, int]]:
    """(right, closed, open) of each rule's cards; closed ones after `since`."""
    rows = connection.exec_driver_sql(
        "SELECT rule, sum(closed AND (outcome IN ('saved', 'lost') OR (outcome = 'came_back' AND touched))"
        "  AND state = 'resolved'), sum(closed), sum(NOT closed)"
        " FROM (SELECT rule, outcome, touched, state, closed_at, state IN ('resolved', 'not_useful') AS closed"
        "  FROM alerts)"
        " WHERE NOT closed OR closed_at >= ? GROUP BY rule",
        (since,),
    )
    return {row[0]: (row[1] or 0, row[2] or 0, row[3] or 0) for row in rows}


def rule_records(workspace: Workspace) -> tuple[RuleRecord, ...]:
    """Every rule of the book with its figures in force and its record over the last 365 days."""
    since = stored(workspace.clock.now() - timedelta(days=365))
    with workspace.store.read() as connection:
        found = counts(connection, since)
        rules = stored_rules(connection)
    records = []
    for rule, enabled in rules:
        right, closed, still_open = found.get(rule.code, (0, 0, 0))
        records.append(
            RuleRecord(
                code=rule.code,
                title=rule.title,
                kind=rule.kind,
                severity=rule.severity,
                enabled=enabled,
                cooldown_days=rule.cooldown_days,
                parameters=tuple(with_policy(rule, workspace.policy).parameters.values()),
                right=right,
                closed=closed,
                open=still_open,
            )
        )
    return tuple(records)
