"""Which alerts a tab of the queue holds, in which order and group: decided on narrow marks, as there may be thousands.

Unless a person asks for another order, alerts stand in groups by due time, and within a group by severity, then by what
is to be lost or won: the kind of event decides neither. Of equal stakes who said that they leave comes first, then
whose urgent ticket is critical, then what is due first.

Today's limit holds every critical alert and everybody who said that they leave, then the others by severity, who waits
for an answer first, and expected value, of the whole book or of the owners whose queue is shown: what somebody might
buy more of hides nobody who may leave. What was handled today counts towards the limit: done is done, and the rest is
offered. A search (text, severity, tier, kind, rule) looks through all open alerts, also those beyond the limit, and
counts these.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from models.values import words
from models.values.alerts import RECORDED_LOSS, QueueFilter, QueueGroup, QueueOrder, QueueTab, Severity
from services.book.alert_phrasing import reason_words
from services.insight.reader import Reader, marks
from services.insight.timeline_formatting import rule_title

TAB_STATES: dict[QueueTab, tuple[str, ...]] = {
    "todo": ("open", "seen", "in_work"),
    "waiting": ("waiting",),
    "snoozed": ("snoozed",),
    "done": ("resolved", "not_useful"),
}
GROUPS = ("hour", "today", "week", "later", "waiting", "snoozed", "done")
#: Whether they said that they leave: what the alert's rule saw last.
SAID_LEAVING = """(a.rule = 'distress' AND a.kind = 'risk' AND 'leaving' = (
    SELECT g.evidence ->> 'sign' FROM alert_signals g WHERE g.alert_id = a.id AND g.rule = a.rule
     ORDER BY g.id DESC LIMIT 1))"""
#: A risk's money is the customer's present one, as the detail shows it; the alert's own is what it was ranked by.
AT_RISK = """CASE WHEN a.kind = 'risk' AND s.customer_id IS NOT NULL THEN s.value_at_risk_minor
                  WHEN a.customer_id IS NULL THEN NULL ELSE a.value_at_risk_minor END"""
CHURN = "CASE WHEN s.customer_id IS NOT NULL THEN s.churn_risk ELSE a.churn_risk END"
_CLOSED_SINCE = "FROM alerts WHERE closed_at >= ? AND +state IN ('resolved', 'not_useful')"
_TODO = "state IN ('open', 'seen', 'in_work')"
#: SQL of who comes first of equal stakes: 2 who says that they leave, 1 of whom an urgent ticket is critical, else 0: a
#: bad rating is as urgent as it is due.
_FIRST = f"""(
    SELECT coalesce(max(CASE g.evidence ->> 'sign' WHEN 'leaving' THEN 2 WHEN 'rated' THEN 0
                             ELSE g.severity = {int(Severity.CRITICAL)} END), 0)
      FROM alert_signals g JOIN rules r ON r.code = g.rule
     WHERE g.alert_id = a.id AND g.cleared_at IS NULL AND json_extract(r.definition, '$.distress'))"""
#: SQL of whether a customer waits for an answer: to an urgent ticket, or to what they said or rated in distress.
_WAITS = """EXISTS (SELECT 1 FROM alert_signals g WHERE g.alert_id = a.id AND g.cleared_at IS NULL
    AND g.rule IN ('urgent_ticket', 'distress'))"""
#: SQL of what stands for the signs of one who waits: of each a quarter of what they are worth, as about one customer in
#: four leaves anyway. What they write and rate says more of it than a model that knows nothing of it.
_OF_SIGNS = """CAST(coalesce(0.25 * max(coalesce(s.clv_if_stays_minor, 0), coalesce(s.spend_12m_minor, 0))
    * (SELECT max(coalesce(g.measure, 1), 1) FROM alert_signals g WHERE g.alert_id = a.id AND g.cleared_at IS NULL
          AND g.rule IN ('urgent_ticket', 'distress') ORDER BY g.measure DESC LIMIT 1), 0) AS INTEGER)"""
_OWNER = "COALESCE(a.owner, (SELECT owner FROM customers WHERE id = a.customer_id), '')"
_NEVER = "9999"


class Mark(NamedTuple):
    """What order, groups and sums need of an alert."""

    id: int
    severity: int
    kind: str
    due_at: str | None
    until: str | None
    at_risk_minor: int | None
    upside_minor: int
    group: str
    first: int
    loss_minor: int  # by the record of its rules
    customer: str
    of_signs_minor: int = 0  # where they wait for an answer

    @property
    def stake_minor(self) -> int | None:
        """What is to be lost; None: not known."""
        return max(self.at_risk_minor or 0, self.loss_minor) if self.loss_minor else self.at_risk_minor

    @property
    def worth_minor(self) -> int:
        """The money that the alert is about."""
        return max(0 if self.kind == "opportunity" else self.stake_minor or 0, self.upside_minor)

    @property
    def weight_minor(self) -> int:
        """What it weighs beside alerts as severe: the money, or what their signs of distress stand for."""
        return max(self.worth_minor, self.of_signs_minor)


@dataclass(frozen=True, slots=True)
class Line:
    """A tab's alerts in view order.

    Attributes
    ----------
    shown
        Within today's limit and let through by the filter; all that it lets through where they were searched or asked
        for.
    beyond
        How many that the filter lets through are beyond today's limit, shown or not.
    """

    shown: tuple[Mark, ...]
    beyond: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """The moments, as the store writes them, at which an alert passes from one group to the next."""

    now: str
    hour: str
    midnight: str
    week: str

    def group(self, state: str, due_at: str | None) -> str:
        """Return the group of an alert."""
        if state in ("waiting", "snoozed"):
            return state
        if state in TAB_STATES["done"]:
            return "done"
        if due_at is None:
            return "later"
        if due_at <= self.hour:
            return "hour"
        if due_at < self.midnight:
            return "today"
        return "week" if due_at < self.week else "later"


def bounds_of(reader: Reader) -> Bounds:
    """Return the groups' bounds as of the reader's moment, days being those of this computer."""
    return Bounds(
        now=reader.at,
        hour=words.stored(reader.now + timedelta(hours=1)),
        midnight=_start_of(reader, reader.today + timedelta(days=1)),
        week=_start_of(reader, reader.today + timedelta(days=8)),
    )


def start_of_today(reader: Reader, days: int = 1) -> str:
    """Return the moment at which the last ``days`` calendar days began on this computer."""
    return _start_of(reader, reader.today - timedelta(days=days - 1))


def _start_of(reader: Reader, day: date) -> str:
    return words.stored(datetime.combine(day, time(0), reader.zone))


def read_line(
    reader: Reader, tab: QueueTab, wanted: QueueFilter, *, beyond_budget: bool = False, order: QueueOrder = "due"
) -> Line:
    """Return the alerts of a tab in view order: by group, severity, and weight.

    By "due", what is put away is in the order in which it comes back, and what is done the newest first.
    """
    within = _within(reader, tab, wanted)
    if tab == "todo" and wanted == QueueFilter() and not beyond_budget:
        return Line(_ordered(reader, tab, within, order), _number_to_do(reader) - len(within))
    everyone = _to_do(reader) if tab == "todo" else within
    found = _matching(reader, everyone, wanted)
    inside = set(within)
    kept = [one for one in found if one in inside]
    everything = beyond_budget or wanted.is_search
    return Line(_ordered(reader, tab, found if everything else kept, order), len(found) - len(kept))


def read_rules(reader: Reader, tab: QueueTab, wanted: QueueFilter) -> tuple[tuple[str, str, int], ...]:
    """Return the rules that raised the alerts of a tab, of the owners whose queue is shown: code, title, how many."""
    ids = _to_do(reader) if tab == "todo" else _within(reader, tab, wanted)
    clause, parameters = among(_matching(reader, ids, QueueFilter(owners=wanted.owners)))
    found = reader.driver.execute(
        f"SELECT a.rule, r.definition, COUNT(*) FROM alerts a LEFT JOIN rules r ON r.code = a.rule WHERE {clause}"
        " GROUP BY a.rule",
        parameters,
    )
    told = [(code, rule_title(code, definition), count) for code, definition, count in found]
    return tuple(sorted(told, key=lambda one: (-one[2], one[1])))


def read_beyond(reader: Reader) -> frozenset[int]:
    """Return the alerts to do that are beyond today's limit."""
    return frozenset(_to_do(reader)) - frozenset(_within(reader, "todo", QueueFilter()))


def read_counts(reader: Reader, todo: int | None = None) -> dict[str, int]:
    """Return how many alerts each tab shows; those beyond today's limit are not among those to do.

    Parameters
    ----------
    todo
        The number of the first tab, where it is known already.
    """
    resting = dict(
        reader.driver.execute(
            "SELECT state, COUNT(*) FROM alerts WHERE state IN ('waiting', 'snoozed') GROUP BY state"
        ).fetchall()
    )
    return {
        "todo": read_to_do(reader) if todo is None else todo,
        "waiting": resting.get("waiting", 0),
        "snoozed": resting.get("snoozed", 0),
        "done": reader.value(f"SELECT COUNT(*) {_CLOSED_SINCE}", (start_of_today(reader),)),
    }


def groups_of(reader: Reader, line: Sequence[Mark], done_days: int) -> tuple[QueueGroup, ...]:
    """Return the headers over the alerts: how many, and the money at risk and to win."""
    groups = []
    for key in GROUPS:
        inside = [mark for mark in line if mark.group == key]
        if inside:
            groups.append(
                QueueGroup(
                    key=key,
                    title=_title(reader, key, inside, done_days),
                    count=len(inside),
                    at_stake_minor=_known_sum([mark.stake_minor for mark in inside if mark.kind == "risk"]),
                    upside_minor=sum(mark.upside_minor for mark in inside if mark.kind == "opportunity"),
                )
            )
    return tuple(groups)


def _known_sum(amounts: Sequence[int | None]) -> int | None:
    """The sum of what is known; None where there are some and none is known, which is not nothing."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known or not amounts else None


def among(ids: Sequence[int]) -> tuple[str, list[Any]]:
    """Return the clause and parameters that pick these alerts; a long list goes in as one value."""
    if len(ids) <= 500:
        return f"a.id IN ({marks(ids)})", list(ids)
    return "a.id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))]


def _within(reader: Reader, tab: QueueTab, wanted: QueueFilter) -> list[int]:
    """Return the ids of the tab's alerts, of those to do the ones within today's limit."""
    if tab == "done":
        since = start_of_today(reader, wanted.done_days)
        found = reader.driver.execute(f"SELECT id {_CLOSED_SINCE} ORDER BY closed_at DESC, id DESC", (since,))
    elif tab == "todo":
        found = reader.driver.execute(*_within_limit(reader, wanted))
    else:
        found = reader.driver.execute("SELECT id FROM alerts WHERE state = ?", TAB_STATES[tab])
    return [row[0] for row in found]


def read_to_do(reader: Reader) -> int:
    """Return how many alerts are to do within today's limit."""
    query, parameters = _within_limit(reader, QueueFilter())
    return int(reader.value(f"SELECT COUNT(*) FROM ({query})", parameters))


def _within_limit(reader: Reader, wanted: QueueFilter) -> tuple[str, tuple[Any, ...]]:
    """Return the query, and its parameters, of the alerts to do that today's limit holds."""
    of_owners, owners = _of_owners(wanted)
    query = f"""SELECT a.id FROM alerts a WHERE {_TODO} AND (severity = ? OR {SAID_LEAVING}) {of_owners}
                UNION
                SELECT id FROM (SELECT a.id FROM alerts a LEFT JOIN customer_risk_scores s USING (customer_id)
                                WHERE {_TODO} {of_owners}
                                ORDER BY severity DESC, {_WAITS} DESC,
                                         max(expected_value_minor, {_OF_SIGNS}) DESC, a.id LIMIT ?)"""
    return query, (int(Severity.CRITICAL), *owners, *owners, _left_today(reader, wanted))


def _of_owners(wanted: QueueFilter) -> tuple[str, list[str]]:
    """Return the condition, and its parameters, that an alert ``a`` belongs to the owners whose queue is shown."""
    if not wanted.owners:
        return "", []
    owners = sorted(wanted.owners)
    return f"AND {_OWNER} IN ({marks(owners)})", owners


def _left_today(reader: Reader, wanted: QueueFilter) -> int:
    """Return how many alerts today's limit still holds: what a person finished or put away today counts towards it."""
    of_owners, owners = _of_owners(wanted)
    since = start_of_today(reader)
    handled: int = reader.value(
        f"""SELECT (SELECT COUNT(*) FROM alerts a WHERE closed_at >= ? AND closed_by = 'person' {of_owners})
                 + (SELECT COUNT(*) FROM alerts a WHERE state IN ('waiting', 'snoozed')
                       AND json_extract(condition_baseline, '$.at') >= ? {of_owners})""",
        (since, *owners, since, *owners),
    )
    return max(0, reader.policy.card_budget - handled)


def _to_do(reader: Reader) -> list[int]:
    return [row[0] for row in reader.driver.execute(f"SELECT id FROM alerts WHERE {_TODO}")]


def _number_to_do(reader: Reader) -> int:
    number: int = reader.value(f"SELECT COUNT(*) FROM alerts WHERE {_TODO}")
    return number


def _matching(reader: Reader, ids: Sequence[int], wanted: QueueFilter) -> list[int]:
    """Return those of the alerts that the filter lets through, in the same order."""
    if not ids or wanted == QueueFilter(done_days=wanted.done_days):
        return list(ids)
    clause, parameters = among(ids)
    for column, chosen in (
        ("a.severity", wanted.severities), ("c.tier", wanted.tiers), ("a.kind", wanted.kinds), ("a.rule", wanted.rules)
    ):  # fmt: skip
        if chosen:
            clause += f" AND {column} IN ({marks(list(chosen))})"
            parameters += sorted(chosen)
    of_owners, owners = _of_owners(wanted)
    clause += f" {of_owners}"
    parameters += owners
    if wanted.resolved_only:
        clause += " AND a.state <> 'not_useful'"
    if wanted.need_today:
        bounds = bounds_of(reader)
        clause += " AND (a.due_at <= ? OR a.due_at < ?)"
        parameters += [bounds.hour, bounds.midnight]
    asked = wanted.text.casefold().split()
    found = set()
    for row in reader.driver.execute(
        f"SELECT a.id, c.name, a.reason, c.tier, {_OWNER} FROM alerts a "
        f"LEFT JOIN customers c ON c.id = a.customer_id WHERE {clause}",
        parameters,
    ):
        reason = reason_words(row[2], reader.today) if asked else ""
        said = " ".join(part or "" for part in (row[1], reason, *row[3:])).casefold()
        if all(part in said for part in asked):
            found.add(row[0])
    return [one for one in ids if one in found]


def _ordered(reader: Reader, tab: QueueTab, ids: Sequence[int], order: QueueOrder) -> tuple[Mark, ...]:
    if not ids:
        return ()
    clause, parameters = among(ids)
    bounds = bounds_of(reader)
    found = [
        Mark(one, severity, kind, due_at, until, at_risk, upside, bounds.group(state, due_at), *rest)
        for one, severity, kind, due_at, until, at_risk, upside, state, *rest in reader.driver.execute(
            f"""SELECT a.id, a.severity, a.kind, a.due_at, a.until, {AT_RISK}, a.upside_minor, a.state, {_FIRST},
                       {RECORDED_LOSS.format(alert="a")}, coalesce(nullif(c.name, ''), c.external_id, ''), {_OF_SIGNS}
                  FROM alerts a
                  LEFT JOIN customers c ON c.id = a.customer_id
                  LEFT JOIN customer_risk_scores s ON s.customer_id = a.customer_id WHERE {clause}""",
            parameters,
        )
    ]
    if order != "due":
        found.sort(key=lambda mark: (*_place(mark, order), mark.due_at or _NEVER, mark.id))
    elif tab == "done":
        places = {one: place for place, one in enumerate(ids)}
        found.sort(key=lambda mark: places[mark.id])
    elif tab == "todo":
        found.sort(
            key=lambda mark: (GROUPS.index(mark.group), *_place(mark, "severity"), mark.due_at or _NEVER, mark.id)
        )
    else:
        found.sort(key=lambda mark: (mark.until or _NEVER, -mark.worth_minor, mark.id))
    return tuple(found)


def _place(mark: Mark, order: QueueOrder) -> tuple[Any, ...]:
    """Where an alert stands in an order that a person asked for."""
    if order == "severity":
        return (-mark.severity, -mark.weight_minor, -mark.first)
    if order == "value":
        return (-mark.worth_minor, -mark.severity, -mark.first)
    return (not mark.customer, mark.customer.casefold())


def _title(reader: Reader, key: str, inside: Sequence[Mark], done_days: int) -> str:
    if key != "week":
        return {
            "hour": "Due within the hour",
            "today": "Due today",
            "later": "Later",
            "waiting": "Waiting",
            "snoozed": "Snoozed",
            "done": "Done today" if done_days == 1 else f"Done in {done_days} days",
        }[key]
    next_monday = _start_of(reader, reader.today + timedelta(days=7 - reader.today.weekday()))
    this_week = [mark for mark in inside if mark.due_at is not None and mark.due_at < next_monday]
    if len(this_week) == len(inside):
        return "This week"
    return "Next 7 days" if this_week else "Next week"
