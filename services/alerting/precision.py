"""Query module: how often each rule was right, counted from the alerts that were closed in the last year.

Right: the customer was saved, was lost, or came back after someone had worked on the alert. Wrong: no issue, not
useful, or came back while nobody had done anything, which is a false alarm however pleasant. What somebody knew already
is neither and is not counted.

A rule that speaks of a risk also promised a share: of the alerts that it raised at 70 %, seven in ten should have left
by the end of the risk's horizon. The predicted and the actual share are shown together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from models.queries.kept_values import kept_value
from models.queries.purchases import PURCHASES
from models.values.alerts import NO_VERDICT, RIGHT
from models.values.rule_records import RULE_RECORDS, PastRecord, correct_words, records_of
from models.values.scores import LOOKED_BACK
from models.values.words import count, percent, stored
from services.alerting.late_deals import judges_age, read_late
from services.alerting.rulebook import stored_rules, with_policy
from services.alerting.rules import Parameter, Rule
from services.workspace import Workspace

#: In the reason of a rule that promises a share.
_RISK = "{churn_risk:"


class Promise(NamedTuple):
    """Alerts of a rule whose horizon is over: the mean risk when they were raised, and how many left within it."""

    cards: int
    told: float  # its name in the program's JSON
    left: int
    horizon_days: int

    @property
    def words(self) -> str:
        """The predicted share and the actual one."""
        share = percent(self.left / self.cards)
        past = f"{count(self.cards, 'alert')} after {self.horizon_days} days"
        return f"{past}: predicted {percent(self.told)}, actual {share}"


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule with what became of its alerts.

    Attributes
    ----------
    right, closed
        Alerts of the last 365 days that it led and that were right, of all that were closed.
    open
        Alerts that it leads now.
    promise
        What a rule about the churn risk promised with the alerts of the last 365 days; None: nothing that is over.
    past
        What the rule would have named in the book's past; None: not replayed, or about no customer's leaving.
    held
        Why it raises nothing above low.
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
    past: PastRecord | None = None
    held: str = ""

    @property
    def words(self) -> str:
        """The record as people read it."""
        said = correct_words(self.right, self.closed)
        said = f"{said}; {self.promise.words}" if self.promise is not None else said
        said = f"{said}; replayed over the past: {self.past.words}" if self.past is not None else said
        return f"{said}. {self.held}" if self.held else said


def counts(connection: Connection, since: str) -> dict[str, tuple[int, int, int]]:
    """(right, closed, open) of each rule's cards; closed ones after `since`."""
    rows = connection.exec_driver_sql(
        f"SELECT rule, sum({RIGHT}), sum(closed), sum(NOT closed)"
        " FROM (SELECT rule, outcome, touched, state, closed_at, state IN ('resolved', 'not_useful') AS closed"
        "  FROM alerts)"
        f" WHERE NOT closed OR (closed_at >= ? AND NOT {NO_VERDICT}) GROUP BY rule",
        (since,),
    )
    return {row[0]: (row[1] or 0, row[2] or 0, row[3] or 0) for row in rows}


def promises(connection: Connection, rules: Iterable[Rule], since: str, horizon_days: int) -> dict[str, Promise]:
    """What the rules about the churn risk promised with alerts raised on `since` (a day) or later, and what came.

    The risk is that of the day on which an alert was raised, not what a later model makes of that day. Who is
    under contract left where the contract ended; of the others, who ordered nothing.
    """
    codes = [rule.code for rule in rules if rule.reason.startswith(_RISK)]
    if not codes:
        return {}
    rows = connection.exec_driver_sql(
        "SELECT rule, count(*), avg(predicted), sum(CASE WHEN contract THEN churned ELSE silent END) FROM ("
        " SELECT g.rule, EXISTS (SELECT 1 FROM contracts k WHERE k.customer_id = c.id AND k.starts_on IS NOT NULL)"
        "  AS contract,"
        "  EXISTS (SELECT 1 FROM contracts k WHERE k.customer_id = c.id AND k.status = 'ended'"
        "   AND k.ends_on > g.raised_as_of AND k.ends_on <= date(g.raised_as_of, ?1)) AS churned,"
        f"  NOT EXISTS (SELECT 1 FROM {PURCHASES} o WHERE o.customer_id = g.customer_id AND o.kind = 'purchase'"
        "   AND o.ordered_on > g.raised_as_of AND o.ordered_on <= date(g.raised_as_of, ?1)) AS silent,"
        "  (SELECT h.churn_risk FROM score_history h WHERE h.customer_id = g.customer_id"
        f"   AND h.model NOT {LOOKED_BACK} AND h.as_of <= g.raised_as_of ORDER BY h.as_of DESC LIMIT 1) AS predicted"
        " FROM alert_signals g JOIN customers c ON c.id = g.customer_id"
        " WHERE g.rule IN (SELECT value FROM json_each(?2)) AND g.raised_as_of >= ?3"
        "  AND date(g.raised_as_of, ?1) <= (SELECT as_of FROM customer_risk_scores LIMIT 1))"
        " WHERE predicted IS NOT NULL GROUP BY rule",
        (f"+{horizon_days} days", json.dumps(codes), since),
    )
    return {row[0]: Promise(row[1], row[2], row[3], horizon_days) for row in rows}


def rule_records(workspace: Workspace) -> tuple[RuleRecord, ...]:
    """Every rule of the book with its figures in force and its record over the last 365 days."""
    since = stored(workspace.clock.now() - timedelta(days=365))
    with workspace.store.read() as connection:
        found = counts(connection, since)
        rules = stored_rules(connection)
        past = records_of(kept_value(connection, RULE_RECORDS))
        held = read_late(connection).words
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
                past=past.get(rule.code),
                held=held if judges_age(rule) else "",
            )
        )
    return tuple(records)
