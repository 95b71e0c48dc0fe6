"""Query module: how often each rule was right, counted from the alerts that were closed in the last year.

Right: the customer was saved, was lost, or came back after someone had worked on the alert. Wrong: no issue, not
useful, or came back while nobody had done anything, which is a false alarm however pleasant. What somebody knew already
is neither and is not counted.

A rule that speaks of a risk also promised a share: of the alerts that it raised at 70 %, seven in ten should have left
by the end of the risk's horizon. The predicted and the actual share are shown together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection

from models.queries.kept_values import kept_value
from models.queries.purchases import PURCHASES
from models.values.alerts import NO_VERDICT, RIGHT
from models.values.rule_records import RULE_RECORDS, MonthRecord, PastRecord, RuleYear, correct_words, records_of
from models.values.scores import LOOKED_BACK
from models.values.words import count, percent, stored
from services.alerting.late_deals import judges_age, read_late
from services.alerting.rulebook import stored_rules, with_policy
from services.alerting.rules import Parameter, Rule
from services.workspace import Workspace

#: After so many days it is known whether who was named has left.
JUDGED_AFTER_DAYS: Final = 90
#: In the reason of a rule that promises a share.
_RISK = "{churn_risk:"


class Promise(NamedTuple):
    """Alerts of a rule whose horizon is over: the mean risk when they were raised, and how many left within it."""

    open_alerts: int
    told: float  # its name in the program's JSON
    left: int
    horizon_days: int

    @property
    def words(self) -> str:
        """The predicted share and the actual one."""
        share = percent(self.left / self.open_alerts)
        past = f"{count(self.open_alerts, 'alert')} after {self.horizon_days} days"
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
    condition
        When it raises an alert, in words; '' for a rule that only an older program had.
    severities
        The lowest and the highest severity that its alerts can have.
    year
        What it named in the past 12 months.
    owner
        Who answers for it, '' for nobody.
    sentences
        What it does with its figures as ``{name}``.
    more_by
        By the name of a figure what a higher one does: 1 more alerts, -1 fewer, 0 neither surely.
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
    promise: Promise | None
    past: PastRecord | None
    held: str
    condition: str
    severities: tuple[int, int]
    year: RuleYear
    owner: str = ""
    sentences: tuple[str, ...] = ()
    more_by: Mapping[str, int] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The record as people read it."""
        said = correct_words(self.right, self.closed)
        said = f"{said}; {self.promise.words}" if self.promise is not None else said
        said = f"{said}; replayed over the past: {self.past.words}" if self.past is not None else said
        return f"{said}. {self.held}" if self.held else said


def counts(connection: Connection, since: str) -> dict[str, tuple[int, int, int]]:
    """(right, closed, open) of each rule's alerts; closed ones after `since`."""
    rows = connection.exec_driver_sql(
        f"SELECT rule, sum({RIGHT}), sum(closed), sum(NOT closed)"
        " FROM (SELECT rule, outcome, touched, state, closed_at, closed_by,"
        "  state IN ('resolved', 'not_useful') AS closed FROM alerts)"
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


def years(connection: Connection, past: Mapping[str, PastRecord], since: str, today: date) -> dict[str, RuleYear]:
    """What each rule named by month: on the days that were replayed, and in the book since; 12 months or more.

    Alerts of the last 90 days are too early to judge. Not useful: alerts that were closed so after `since`.
    """
    text = kept_value(connection, RULE_RECORDS)
    replayed = json.loads(text).get("days") if text else None
    fresh = max([(today - timedelta(days=JUDGED_AFTER_DAYS)).isoformat(), *(replayed or [])[-1:]])
    raised: dict[str, dict[str, int]] = {}
    for rule, month, number in connection.exec_driver_sql(
        "SELECT rule, substr(raised_as_of, 1, 7), count(DISTINCT coalesce(customer_id, -alert_id))"
        " FROM alert_signals WHERE raised_as_of > ? GROUP BY 1, 2",
        (fresh,),
    ):
        raised.setdefault(rule, {})[month] = number
    refused = {
        row[0]: row[1]
        for row in connection.exec_driver_sql(
            "SELECT rule, count(*) FROM alerts WHERE state = 'not_useful' AND closed_at >= ?"
            f" AND NOT {NO_VERDICT} GROUP BY rule",
            (since,),
        )
    }
    last = today.year * 12 + today.month - 1
    # From the first month of the records on, so that both count the same alerts.
    recorded = [one.month for record in past.values() for one in record.months]
    begun = min((int(month[:4]) * 12 + int(month[5:]) - 1 for month in recorded), default=last)
    shown = [f"{number // 12}-{number % 12 + 1:02}" for number in range(min(begun, last - 11), last + 1)]
    found = {}
    for rule in {*past, *raised, *refused}:
        record = past.get(rule)
        known = {one.month: one for one in record.months} if record is not None else {}
        months = []
        for month in shown:
            one = known.get(month, MonthRecord(month))
            months.append(one._replace(too_early=one.too_early + raised.get(rule, {}).get(month, 0)))
        found[rule] = RuleYear(tuple(months), record.early_by if record is not None else None, refused.get(rule, 0))
    return found


def rule_records(workspace: Workspace) -> tuple[RuleRecord, ...]:
    """Every rule of the book with its figures in force and its record over the last 365 days."""
    since = stored(workspace.clock.now() - timedelta(days=365))
    with workspace.store.read() as connection:
        found = counts(connection, since)
        rules = stored_rules(connection)
        past = records_of(kept_value(connection, RULE_RECORDS))
        held = read_late(connection).words
        horizon = workspace.policy.churn_horizon_days
        as_of = connection.exec_driver_sql("SELECT max(as_of) FROM customer_risk_scores").scalar()
        today = date.fromisoformat(as_of) if as_of else workspace.clock.now().date()
        year = years(connection, past, since, today)
        promised = promises(connection, [rule for rule, _ in rules], since[:10], horizon)
    owners = {one.rule: one.owner for one in workspace.policy.rule_owners}
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
                condition=rule.condition,
                severities=rule.severities,
                year=year.get(rule.code, RuleYear(())),
                owner=owners.get(rule.code, ""),
                sentences=rule.sentences,
                more_by={name: rule.more_by(name) for name in rule.parameters},
            )
        )
    return tuple(records)
