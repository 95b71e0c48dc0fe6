"""The queue: the cards of one tab in view order, grouped by when they are due, within the daily budget.

The budget holds the cards of highest expected value plus every critical one; it is drawn from the whole queue before
any filter, so that a filter narrows what is shown and never changes what today's queue is. What stands behind the
budget is counted, and shown when it is asked for.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from models.values.alerts import (
    AlertKind,
    AlertRow,
    AlertState,
    QueueFilter,
    QueueGroup,
    QueuePage,
    QueueTab,
    Severity,
)
from services.insight import words
from services.insight.reader import Reader, marks

TAB_STATES: dict[QueueTab, tuple[str, ...]] = {
    "todo": ("open", "seen", "in_work"),
    "waiting": ("waiting",),
    "snoozed": ("snoozed",),
    "done": ("resolved", "not_useful"),
}
GROUPS = ("hour", "today", "week", "later", "waiting", "snoozed", "done")
_OUTCOMES = {
    "came_back": "Came back",
    "saved": "Saved",
    "lost": "Lost",
    "no_issue": "No issue",
}

#: A risk's money is the customer's present one, as the detail shows it; the card's own is what it was ranked by.
_COLUMNS = """
    a.id, a.customer_id, c.name, c.external_id, c.tier, a.severity, a.kind, a.state, a.rule, a.reason, a.due_at,
    a.until, a.until_condition, a.owner AS card_owner, c.owner AS customer_owner, a.outcome, a.closed_at,
    a.upside_minor, a.currency, s.sparkline,
    CASE WHEN a.kind = 'risk' THEN COALESCE(s.value_at_risk_minor, a.value_at_risk_minor)
         ELSE a.value_at_risk_minor END AS value_at_risk_minor,
    COALESCE(s.churn_risk, a.churn_risk) AS churn_risk
"""
_FROM = """
    FROM alerts a
    LEFT JOIN customers c ON c.id = a.customer_id
    LEFT JOIN customer_risk_scores s ON s.customer_id = a.customer_id
"""

#: The cards that are not closed; in the words of the index that holds one of them a customer.
OPEN_CARDS = "a.state NOT IN ('resolved', 'not_useful')"
_CLOSED_SINCE = "FROM alerts WHERE closed_at >= ? AND +state IN ('resolved', 'not_useful')"


@dataclass(frozen=True, slots=True)
class BulkInfo:
    """What the bulk bar says about the ticked cards.

    Attributes
    ----------
    count, value_at_risk_minor, upside_minor, currency
        Over all ticked cards that are still there.
    skipped
        Why some of them cannot be emailed, with how many: ("consent withdrawn", 2).
    """

    count: int
    value_at_risk_minor: int
    upside_minor: int
    currency: str
    skipped: tuple[tuple[str, int], ...]


def read_queue(
    reader: Reader, tab: QueueTab = "todo", wanted: QueueFilter | None = None, *, beyond_budget: bool = False
) -> QueuePage:
    """Return the queue of one tab.

    Parameters
    ----------
    wanted
        The filter; OR within a kind, AND between kinds.
    beyond_budget
        Show the cards behind the daily budget too.
    """
    wanted = wanted or QueueFilter()
    within, behind = _members(reader, tab, wanted)
    inside = frozenset(within)
    if wanted == QueueFilter(done_days=wanted.done_days):
        matching, hidden = (within + behind if beyond_budget else within), len(behind)
    else:
        found = _matching(reader, within + behind, wanted)
        hidden = sum(one not in inside for one in found)
        matching = found if beyond_budget else [one for one in found if one in inside]
    cards = sorted(_cards(reader, matching), key=_order(tab, within))
    return QueuePage(
        tab=tab,
        groups=_groups(reader, cards, wanted),
        rows=tuple(cards),
        counts=_counts(reader, len(within) if tab == "todo" else None),
        beyond_budget=hidden,
        currency=reader.currency,
        next_due_words=_next_due(reader, tab) if not cards else "",
    )


def read_order(reader: Reader, tab: QueueTab = "todo", wanted: QueueFilter | None = None) -> tuple[int, ...]:
    """Return the ids of a tab's cards in view order: an id's place in the queue."""
    return tuple(card.id for card in read_queue(reader, tab, wanted).rows)


def read_card(reader: Reader, alert_id: int) -> AlertRow | None:
    """Return one card as its row in the queue, whatever its state."""
    found = reader.row(f"SELECT {_COLUMNS} {_FROM} WHERE a.id = ?", (alert_id,))
    return _row(reader, found) if found is not None else None


def read_open_card(reader: Reader, customer_id: int) -> AlertRow | None:
    """Return the open card of a customer, or None."""
    found = reader.row(
        f"SELECT {_COLUMNS} {_FROM} WHERE a.customer_id = ? AND {OPEN_CARDS} LIMIT 1",
        (customer_id,),
    )
    return _row(reader, found) if found is not None else None


def read_bulk(reader: Reader, alert_ids: Sequence[int]) -> BulkInfo:
    """Return what the bulk bar says about the cards ``alert_ids``."""
    ids = tuple(dict.fromkeys(alert_ids))
    found = reader.rows(
        f"SELECT {_COLUMNS}, c.email_consent, c.suppressed_until, c.email {_FROM} WHERE a.id IN ({marks(ids)})", ids
    )
    why: dict[str, int] = {}
    for row in found:
        reason = _unmailable(reader, row)
        if reason:
            why[reason] = why.get(reason, 0) + 1
    return BulkInfo(
        count=len(found),
        value_at_risk_minor=sum(row["value_at_risk_minor"] for row in found if row["kind"] == "risk"),
        upside_minor=sum(row["upside_minor"] for row in found if row["kind"] == "opportunity"),
        currency=reader.currency,
        skipped=tuple(sorted(why.items())),
    )


def due_today(reader: Reader, cards: Sequence[AlertRow]) -> list[AlertRow]:
    """Return the cards that need action today: what the tile counts and its filter lists."""
    return [card for card in cards if card.group in ("hour", "today")]


def start_of_today(reader: Reader, days: int = 1) -> str:
    """Return the moment at which the last ``days`` calendar days began on this computer."""
    first = reader.today - timedelta(days=days - 1)
    return words.stored(datetime.combine(first, time(0), reader.zone))


def _members(reader: Reader, tab: QueueTab, wanted: QueueFilter) -> tuple[list[int], list[int]]:
    """Return the ids of the tab's cards within the budget, and those behind it."""
    states = TAB_STATES[tab]
    if tab == "done":
        since = start_of_today(reader, wanted.done_days)
        found = reader.rows(f"SELECT id {_CLOSED_SINCE} ORDER BY closed_at DESC, id DESC", (since,))
        return [row["id"] for row in found], []
    found = reader.rows(
        f"SELECT id, severity, expected_value_minor FROM alerts WHERE state IN ({marks(states)})", states
    )
    if tab != "todo":
        return [row["id"] for row in found], []
    ranked = sorted(found, key=lambda row: (-row["expected_value_minor"], row["id"]))
    budget = reader.policy.card_budget
    kept = [row["id"] for at, row in enumerate(ranked) if at < budget or row["severity"] == Severity.CRITICAL]
    inside = set(kept)
    return kept, [row["id"] for row in ranked if row["id"] not in inside]


def _among(ids: Sequence[int]) -> tuple[str, list[Any]]:
    """Return the clause and parameters that pick these cards; a long list goes in as one value."""
    if len(ids) <= 500:
        return f"a.id IN ({marks(ids)})", list(ids)
    return "a.id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))]


def _matching(reader: Reader, ids: Sequence[int], wanted: QueueFilter) -> list[int]:
    """Return those of the cards that the filter lets through, in the same order; narrow rows, as there are many."""
    if not ids:
        return []
    clause, parameters = _among(ids)
    for column, chosen in (("a.severity", wanted.severities), ("c.tier", wanted.tiers), ("a.kind", wanted.kinds)):
        if chosen:
            clause += f" AND {column} IN ({marks(list(chosen))})"
            parameters += sorted(chosen)
    if wanted.resolved_only:
        clause += " AND a.state <> 'not_useful'"
    asked = wanted.text.casefold().split()
    midnight = datetime.combine(reader.today + timedelta(days=1), time(0), reader.zone)
    tonight = words.stored(max(midnight, reader.now + timedelta(hours=1, seconds=1)))
    found = set()
    for row in reader.driver.execute(
        "SELECT a.id, c.name, a.reason, c.tier, COALESCE(a.owner, c.owner, ''), a.due_at FROM alerts a "
        f"LEFT JOIN customers c ON c.id = a.customer_id WHERE {clause}",
        parameters,
    ):
        if wanted.owners and row[4] not in wanted.owners:
            continue
        if wanted.need_today and (row[5] is None or row[5] >= tonight):
            continue
        said = f"{row[1] or ''} {row[2]} {row[3] or ''} {row[4]}".casefold() if asked else ""
        if all(part in said for part in asked):
            found.add(row[0])
    return [one for one in ids if one in found]


def _cards(reader: Reader, ids: Sequence[int]) -> list[AlertRow]:
    if not ids:
        return []
    clause, parameters = _among(ids)
    return [_row(reader, row) for row in reader.rows(f"SELECT {_COLUMNS} {_FROM} WHERE {clause}", parameters)]


def _row(reader: Reader, row: sqlite3.Row) -> AlertRow:
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
        reason=row["reason"],
        due_at=row["due_at"],
        due_words=_due_words(reader, row, due),
        due_within_hour=remains is not None and remains <= timedelta(hours=1),
        breached=remains is not None and remains < timedelta(0),
        value_at_risk_minor=row["value_at_risk_minor"],
        upside_minor=row["upside_minor"],
        currency=row["currency"] or reader.currency,
        churn_risk=row["churn_risk"],
        tier=row["tier"],
        owner=row["card_owner"] or row["customer_owner"],
        sparkline=_sparkline(row["sparkline"]),
        until=row["until"],
        group=_group(reader, state, due),
    )


def _sparkline(text: str | None) -> tuple[int, ...]:
    return tuple(int(value) for value in json.loads(text)) if text else ()


def _due_words(reader: Reader, row: sqlite3.Row, due: datetime | None) -> str:
    state = row["state"]
    if state in ("waiting", "snoozed"):
        condition = {"next_order": "they order", "reply": "they reply", "worse": "it gets worse"}
        until = words.moment_of(row["until"])
        day = words.soon(reader.local_day(until), reader.today) if until is not None else ""
        if day == "today" and until is not None:
            day = words.clock(until, reader.zone)
        what = condition.get(row["until_condition"] or "")
        return f"until {' or '.join(part for part in (what, day) if part)}" if what or day else state
    if state in TAB_STATES["done"]:
        return _OUTCOMES.get(row["outcome"] or "", "Not useful" if state == "not_useful" else "Resolved")
    return words.left(due, reader.now, reader.zone) if due is not None else ""


def _group(reader: Reader, state: str, due: datetime | None) -> str:
    if state in ("waiting", "snoozed"):
        return state
    if state in TAB_STATES["done"]:
        return "done"
    if due is None:
        return "later"
    if due - reader.now <= timedelta(hours=1):
        return "hour"
    days = (reader.local_day(due) - reader.today).days
    # Due after midnight and yet within the hour is the group above: both need action today.
    if days <= 0:
        return "today"
    return "week" if days <= 7 else "later"


def _order(tab: QueueTab, members: Sequence[int]) -> Callable[[AlertRow], tuple[Any, ...]]:
    if tab == "done":
        places = {alert_id: place for place, alert_id in enumerate(members)}
        return lambda card: (places[card.id],)
    never = "9999"
    if tab == "todo":
        return lambda card: (GROUPS.index(card.group), card.due_at or never, -_worth(card), card.id)
    return lambda card: (card.until or never, -_worth(card), card.id)


def _worth(card: AlertRow) -> int:
    return card.upside_minor if card.kind == "opportunity" else card.value_at_risk_minor


def _groups(reader: Reader, cards: Sequence[AlertRow], wanted: QueueFilter) -> tuple[QueueGroup, ...]:
    groups = []
    for key in GROUPS:
        inside = [card for card in cards if card.group == key]
        if inside:
            groups.append(
                QueueGroup(
                    key=key,
                    title=_title(reader, key, inside, wanted.done_days),
                    count=len(inside),
                    value_at_risk_minor=sum(card.value_at_risk_minor for card in inside if card.kind == "risk"),
                    upside_minor=sum(card.upside_minor for card in inside if card.kind == "opportunity"),
                )
            )
    return tuple(groups)


def _title(reader: Reader, key: str, cards: Sequence[AlertRow], done_days: int) -> str:
    if key != "week":
        return {
            "hour": "Due within the hour",
            "today": "Due today",
            "later": "Later",
            "waiting": "Waiting",
            "snoozed": "Snoozed",
            "done": "Done today" if done_days == 1 else f"Done in {done_days} days",
        }[key]
    moments = [moment for card in cards if (moment := words.moment_of(card.due_at)) is not None]
    weeks = {reader.local_day(moment).isocalendar()[:2] for moment in moments}
    this_week = reader.today.isocalendar()[:2]
    if weeks == {this_week}:
        return "This week"
    return "Next week" if this_week not in weeks else "Next 7 days"


def _counts(reader: Reader, todo: int | None) -> dict[str, int]:
    """Return how many cards each tab shows; one that lies behind the budget is not among those to do."""
    found = reader.rows(
        "SELECT state, COUNT(*) AS n FROM alerts "
        f"WHERE state IN ({marks(TAB_STATES['todo'])}, 'waiting', 'snoozed') GROUP BY state",
        TAB_STATES["todo"],
    )
    by_state = {row["state"]: row["n"] for row in found}
    if todo is None:
        todo = sum(by_state.get(state, 0) for state in TAB_STATES["todo"])
        if todo > reader.policy.card_budget:
            todo = len(_members(reader, "todo", QueueFilter())[0])
    done = reader.value(f"SELECT COUNT(*) {_CLOSED_SINCE}", (start_of_today(reader),))
    return {"todo": todo, "waiting": by_state.get("waiting", 0), "snoozed": by_state.get("snoozed", 0), "done": done}


def _next_due(reader: Reader, tab: QueueTab) -> str:
    """Return what comes next where a tab is empty: the snoozed or waiting card that wakes first."""
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


def _unmailable(reader: Reader, row: sqlite3.Row) -> str:
    if row["customer_id"] is None:
        return "no customer"
    if row["email_consent"] == "withdrawn":
        return "consent withdrawn"
    if (row["suppressed_until"] or "")[:10] >= reader.today.isoformat():
        return "suppressed"
    return "" if row["email"] else "no email address"


def wakes_on(reader: Reader, card: AlertRow) -> date | None:
    """Return the local day on which a snoozed or waiting card comes back at the latest."""
    moment = words.moment_of(card.until)
    return reader.local_day(moment) if moment is not None else words.day_of(card.until)
