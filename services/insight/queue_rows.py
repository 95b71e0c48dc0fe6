"""The queue as the pages show it: rows in words, groups with their sums, the counts of every tab."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from models import sqlite
from models.values import words
from models.values.alerts import (
    CRITICAL_ALERTS,
    RECORDED_LOSS,
    RULE_OFF,
    AlertKind,
    AlertRow,
    AlertState,
    QueueFilter,
    QueueOrder,
    QueuePage,
    QueueTab,
    Severity,
)
from models.values.said_leaving import said_words
from services.book.sources import silence_held
from services.distress.matters import ABOUT_WORDS
from services.insight.lines import Line, read_lines
from services.insight.overridden import marks_of
from services.insight.purchase_facts import says_little
from services.insight.queue_marks import (
    AT_RISK,
    CHURN,
    SAID_LEAVING,
    TAB_STATES,
    Bounds,
    among,
    bounds_of,
    groups_of,
    read_counts,
    read_line,
    read_rules,
)
from services.insight.reader import Reader

#: Rows that a page holds; a queue of more has been left alone for weeks. Groups and counts are of all.
MOST_ROWS = 1_000
#: The alerts that are not closed; in the words of the index that holds one of them a customer.
OPEN_ALERTS = "a.state NOT IN ('resolved', 'not_useful')"
_OUTCOMES = {
    "came_back": "Came back",
    "solved": "Solved",
    "saved": "Saved",
    "lost": "Lost",
    "no_issue": "No issue",
    "known": "Known already",
    RULE_OFF: "Rule is off",
}
_CONDITIONS = {"next_order": "they order", "reply": "they reply", "worse": "it gets worse"}
_COLUMNS = f"""
    a.id, a.customer_id, c.name, c.external_id, c.tier, a.severity, a.kind, a.state, a.rule, a.reason, a.due_at,
    a.until, a.until_condition, a.owner AS alert_owner, c.owner AS customer_owner, a.outcome, a.upside_minor,
    a.currency, s.sparkline, {AT_RISK} AS value_at_risk_minor, {CHURN} AS churn_risk,
    {RECORDED_LOSS.format(alert="a")} AS loss_minor, s.spend_12m_minor,
    {SAID_LEAVING} AS said_leaving, s.overridden, s.said_leaving AS words
"""
_FROM = """
    FROM alerts a
    LEFT JOIN customers c ON c.id = a.customer_id
    LEFT JOIN customer_risk_scores s ON s.customer_id = a.customer_id
"""


def read_queue(
    reader: Reader,
    tab: QueueTab = "todo",
    wanted: QueueFilter | None = None,
    *,
    beyond_budget: bool = False,
    order: QueueOrder = "due",
) -> QueuePage:
    """Return the queue of one tab.

    Parameters
    ----------
    wanted
        The filter; OR within a kind, AND between kinds.
    beyond_budget
        Show the alerts beyond today's limit too; a search shows them anyway.
    order
        By due time they stand in groups by day, else in none.
    """
    wanted = wanted or QueueFilter()
    line = read_line(reader, tab, wanted, beyond_budget=beyond_budget, order=order)
    whole = tab == "todo" and wanted == QueueFilter() and not beyond_budget
    return QueuePage(
        tab=tab,
        groups=groups_of(reader, line.shown, wanted.done_days) if order == "due" else (),
        rows=rows_of(reader, [mark.id for mark in line.shown[:MOST_ROWS]]),
        counts=read_counts(reader, len(line.shown) if whole else None),
        beyond_budget=line.beyond,
        currency=reader.currency,
        next_due_words="" if line.shown else _next_due(reader, tab),
        more=max(0, len(line.shown) - MOST_ROWS),
        lacks="" if line.shown else reader.lacks,
        held="" if line.shown else silence_held(reader.driver, reader.present, reader.today, reader.policy),
        criticals_waiting=waiting_words(reader, read_waiting(reader, wanted.owners)),
        churn_bars=(reader.policy.churn_warning, reader.policy.churn_critical),
        rules=read_rules(reader, tab, wanted),
        newest=reader.value("SELECT coalesce(max(id), 0) FROM alerts"),
    )


def read_waiting(reader: Reader, owners: frozenset[str] = frozenset()) -> int:
    """Return how many critical alerts of these owners (none named: of all) wait for a day that has room for them."""
    kept = json.loads(reader.value("SELECT value FROM book WHERE key = ?", (CRITICAL_ALERTS,)) or "{}")
    if kept.get("day") != reader.now.date().isoformat():
        return 0
    return sum(len(waiting) for owner, waiting in kept["waiting"].items() if not owners or owner in owners)


def waiting_words(reader: Reader, waiting: int) -> str:
    """Return ``3 more critical alerts wait for tomorrow: at most 5 a day``, '' where none waits."""
    if not waiting:
        return ""
    wait = "waits" if waiting == 1 else "wait"
    most = reader.policy.critical_budget
    return f"{words.count(waiting, 'more critical alert')} {wait} for tomorrow: at most {most} a day"


def read_order(reader: Reader, tab: QueueTab = "todo", wanted: QueueFilter | None = None) -> tuple[int, ...]:
    """Return the ids of a tab's alerts in view order: an id's place in the queue."""
    return tuple(mark.id for mark in read_line(reader, tab, wanted or QueueFilter()).shown)


def read_alert(reader: Reader, alert_id: int) -> AlertRow | None:
    """Return one alert as its row in the queue, whatever its state."""
    found = reader.row(f"SELECT {_COLUMNS} {_FROM} WHERE a.id = ?", (alert_id,))
    return _rows(reader, [found])[0] if found is not None else None


def read_open_alert(reader: Reader, customer_id: int) -> AlertRow | None:
    """Return the open alert of a customer, or None."""
    found = reader.row(
        f"SELECT {_COLUMNS} {_FROM} WHERE a.customer_id = ? AND {OPEN_ALERTS} LIMIT 1",
        (customer_id,),
    )
    return _rows(reader, [found])[0] if found is not None else None


def rows_of(reader: Reader, ids: Sequence[int]) -> tuple[AlertRow, ...]:
    """Return the rows of these alerts in the given order."""
    if not ids:
        return ()
    clause, parameters = among(ids)
    found = reader.rows(f"SELECT {_COLUMNS} {_FROM} WHERE {clause}", parameters)
    by_id = {row.id: row for row in _rows(reader, found)}
    return tuple(by_id[one] for one in ids)


def _rows(reader: Reader, found: Sequence[sqlite.Row]) -> list[AlertRow]:
    bounds, lines = bounds_of(reader), read_lines(reader, found)
    return [_row(reader, bounds, row, lines[row["id"]]) for row in found]


def _row(reader: Reader, bounds: Bounds, row: sqlite.Row, line: Line) -> AlertRow:
    due = words.moment_of(row["due_at"])
    state = cast(AlertState, row["state"])
    ended = state in TAB_STATES["done"]
    remains = due - reader.now if due is not None and not ended else None
    return AlertRow(
        id=row["id"],
        customer_id=row["customer_id"],
        customer="The book" if row["customer_id"] is None else words.name_of(row["name"], row["external_id"]),
        severity=Severity(row["severity"]),
        kind=cast(AlertKind, row["kind"]),
        state=state,
        rule=row["rule"],
        reason=line.words,
        parts=line.parts,
        names=line.rows,
        due_at=row["due_at"],
        due_words=_due_words(reader, row, due),
        due_aloud=_due_words(reader, row, due, aloud=True),
        due_within_hour=remains is not None and remains <= timedelta(hours=1),
        breached=remains is not None and remains < timedelta(0),
        value_at_risk_minor=row["value_at_risk_minor"],
        upside_minor=row["upside_minor"],
        currency=row["currency"] or reader.currency,
        churn_risk=row["churn_risk"],
        tier=row["tier"],
        owner=row["alert_owner"] or row["customer_owner"],
        sparkline=_sparkline(row["sparkline"]),
        until=row["until"],
        group=bounds.group(state, row["due_at"]),
        overridden=marks_of(reader, row["overridden"], row["currency"] or reader.currency),
        said_leaving=bool(row["said_leaving"]),
        loss_minor=row["loss_minor"],
        record=line.record,
        spent_minor=_spent(row),
        said=said_words(row["words"]),
    )


def _spent(row: sqlite.Row) -> int:
    """What was spent in 12 months, of an alert about words whose value at risk says little of what is at stake."""
    spent = row["spend_12m_minor"] or 0
    return spent if row["rule"] in ABOUT_WORDS and says_little(row["value_at_risk_minor"], spent) else 0


def _sparkline(text: str | None) -> tuple[int, ...]:
    return tuple(int(value) for value in json.loads(text)) if text else ()


def _due_words(reader: Reader, row: sqlite.Row, due: datetime | None, *, aloud: bool = False) -> str:
    state = row["state"]
    if state in ("waiting", "snoozed"):
        until = words.moment_of(row["until"])
        day = words.soon(reader.local_day(until), reader.today) if until is not None else ""
        if day == "today" and until is not None:
            day = words.clock(until, reader.zone)
        what = _CONDITIONS.get(row["until_condition"] or "")
        return f"until {' or '.join(part for part in (what, day) if part)}" if what or day else state
    if state in TAB_STATES["done"]:
        return _OUTCOMES.get(row["outcome"] or "", "Not useful" if state == "not_useful" else "Resolved")
    return words.left(due, reader.now, reader.zone, aloud=aloud) if due is not None else ""


def _next_due(reader: Reader, tab: QueueTab) -> str:
    """Return what comes next where a tab is empty: the snoozed or waiting alert that wakes first."""
    if tab == "done":
        return ""
    found = reader.row(
        "SELECT a.customer_id, c.name, c.external_id, a.until "
        "FROM alerts a LEFT JOIN customers c ON c.id = a.customer_id "
        "WHERE a.state IN ('waiting', 'snoozed') AND a.until IS NOT NULL ORDER BY a.until, a.id LIMIT 1"
    )
    if found is None:
        return ""
    until = words.moment_of(found["until"])
    local = reader.local_day(until) if until is not None else words.day_of(found["until"])
    if local is None:
        return ""
    day = (
        words.WEEKDAYS_LONG[local.weekday()] if 1 < (local - reader.today).days < 7 else words.soon(local, reader.today)
    )
    who = "The book" if found["customer_id"] is None else words.name_of(found["name"], found["external_id"])
    return f"{who}, {day}"
