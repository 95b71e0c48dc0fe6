"""Query module: how often each rule was right, counted from the cards that were closed in the last year.

Right: the customer was saved, was lost, or came back after someone had worked on the card. Wrong: no issue, not useful,
or came back while nobody had done anything, which is a false alarm however pleasant.

A rule that speaks of a risk also promised a share: of the cards that it raised at 70 %, seven in ten should have left
by the end of the risk's horizon. What was promised and what came stand beside each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from models.values.scores import LOOKED_BACK
from models.values.words import count, percent
from services.alerting.cards import stored
from services.alerting.rulebook import stored_rules, with_policy
from services.alerting.rules import Parameter, Rule
from services.workspace import Workspace

#: In the reason of a rule that promises a share.
_RISK = "{churn_risk:"


class Promise(NamedTuple):
    """Cards of a rule whose horizon is over: the mean risk with which they were raised, and how many left within it."""

    cards: int
    told: float
    left: int
    horizon_days: int

    @property
    def words(self) -> str:
        """What was told and what came."""
        share = percent(self.left / self.cards)
        over = f"{count(self.cards, 'card')} whose {self.horizon_days} days are over"
        return f"of {over} {share} left, told were {percent(self.told)}"


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule with what became of its cards.

    Attributes
    ----------
    right, closed
        Cards of the last 365 days that it led and that were right, of all that were closed.
    open
        Cards that it leads now.
    promise
        What a rule about the churn risk promised with the cards of the last 365 days; None: nothing that is over.
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
    promise: Promise | None = None

    @property
    def words(self) -> str:
        """The record as people read it."""
        times = "time" if self.right == 1 else "times"
        said = f"right {self.right} {times} in {self.closed} this year" if self.closed else "no card closed yet"
        return f"{said}; {self.promise.words}" if self.promise is not None else said


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


def promises(connection: Connection, rules: Iterable[Rule], since: str, horizon_days: int) -> dict[str, Promise]:
    """What the rules about the churn risk promised with cards raised on `since` (a day) or later, and what came.

    The risk is what was told on the day on which a card was raised, not what a later model makes of that day. Who is
    under contract left where the contract ended; of the others, who ordered nothing.
    """
    codes = [rule.code for rule in rules if rule.reason.startswith(_RISK)]
    if not codes:
        return {}
    rows = connection.exec_driver_sql(
        "SELECT rule, count(*), avg(told), sum(CASE WHEN contract THEN churned ELSE silent END) FROM ("
        " SELECT g.rule, c.contract_starts_on IS NOT NULL AS contract,"
        "  coalesce(c.churned_on > g.raised_as_of AND c.churned_on <= date(g.raised_as_of, ?1), 0) AS churned,"
        "  NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = g.customer_id AND o.kind = 'purchase'"
        "   AND o.ordered_on > g.raised_as_of AND o.ordered_on <= date(g.raised_as_of, ?1)) AS silent,"
        "  (SELECT h.churn_risk FROM score_history h WHERE h.customer_id = g.customer_id"
        f"   AND h.model NOT {LOOKED_BACK} AND h.as_of <= g.raised_as_of ORDER BY h.as_of DESC LIMIT 1) AS told"
        " FROM alert_signals g JOIN customers c ON c.id = g.customer_id"
        " WHERE g.rule IN (SELECT value FROM json_each(?2)) AND g.raised_as_of >= ?3"
        "  AND date(g.raised_as_of, ?1) <= (SELECT as_of FROM customer_risk_scores LIMIT 1))"
        " WHERE told IS NOT NULL GROUP BY rule",
        (f"+{horizon_days} days", json.dumps(codes), since),
    )
    return {row[0]: Promise(row[1], row[2], row[3], horizon_days) for row in rows}


def rule_records(workspace: Workspace) -> tuple[RuleRecord, ...]:
    """Every rule of the book with its figures in force and its record over the last 365 days."""
    since = stored(workspace.clock.now() - timedelta(days=365))
    with workspace.store.read() as connection:
        found = counts(connection, since)
        rules = stored_rules(connection)
        horizon = workspace.policy.churn_horizon_days
        promised = promises(connection, [rule for rule, _ in rules], since[:10], horizon)
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
                promise=promised.get(rule.code),
            )
        )
    return tuple(records)
