"""Everything that the Alerts page shows for one card, read in one go: a click must be answered at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta

from models.values import words
from models.values.alerts import (
    AlertDetail,
    AlertRow,
    QueueFilter,
    QueueTab,
    Recommendation,
    ScoreFigures,
    Severity,
    WorkItem,
)
from services.insight import story
from services.insight.figures import read_figures
from services.insight.permission import read_permission
from services.insight.queue_marks import TAB_STATES
from services.insight.queue_rows import read_card, read_order
from services.insight.reader import Reader
from services.insight.rhythm import read_rhythm
from services.insight.timeline_words import rule_title, rules_of_cards
from services.outcomes import contact_of_alert

_RECORD_DAYS = 365
_OPEN_DEAL = "stage NOT IN ('Won', 'Lost')"


def read_detail(
    reader: Reader, alert_id: int, *, order: Sequence[int] | None = None, wanted: QueueFilter | None = None
) -> AlertDetail | None:
    """Return a card's detail, None for a card that is not there (an undo may have taken it out).

    Parameters
    ----------
    order
        The ids of the queue in view order, where the caller knows it; else the card's own tab is read.
    wanted
        The filter of that tab.
    """
    alert = read_card(reader, alert_id)
    row = reader.row(
        "SELECT a.*, r.definition FROM alerts a LEFT JOIN rules r ON r.code = a.rule WHERE a.id = ?", (alert_id,)
    )
    if alert is None or row is None:
        return None
    places = order if order is not None else read_order(reader, tab_of(alert), wanted)
    place = places.index(alert_id) + 1 if alert_id in places else 0
    customer = reader.row("SELECT * FROM customers WHERE id = ?", (alert.customer_id,))
    scored = read_figures(reader, alert.customer_id) if alert.customer_id is not None else None
    figures, drivers = scored or (None, ())
    advice = _recommendation(row["recommendation"])
    title = rule_title(row["rule"], row["definition"])
    return AlertDetail(
        alert=alert,
        place=place,
        of=len(places),
        tier=alert.tier,
        metadata_line=metadata_line(reader, customer, figures) if customer is not None else "Your book as a whole",
        ids=read_ids(reader, customer) if customer is not None else (),
        story_bold=words.sentence(alert.reason),
        story=story.read_story(reader, alert, figures) if customer is not None else "",
        figures=figures,
        drivers=drivers,
        rhythm=read_rhythm(reader, customer["id"], figures.usual_gap_days if figures else None)
        if customer is not None
        else None,
        permission=read_permission(reader, customer, advice.incentive_words if advice else "")
        if customer is not None
        else None,
        recommendation=advice,
        open_work=read_open_work(reader, alert.customer_id) if alert.customer_id is not None else (),
        signals=rules_of_cards(reader, [alert_id]).get(alert_id, ()),
        rule_line=f"Rule “{title}”: {_record(reader, row['rule'])}",
        raised_line=_raised(reader, row),
        due_words=_due(reader, row),
        notes=_notes(reader, alert_id),
        contact=_contact(reader, alert_id),
    )


def _contact(reader: Reader, alert_id: int) -> str:
    """Say what followed our email for this card, '' where none was sent."""
    found = contact_of_alert(reader.driver, alert_id, reader.policy, today=reader.today, zone=reader.zone)
    return found.words if found is not None else ""


def tab_of(alert: AlertRow) -> QueueTab:
    """Return the tab of the queue in which a card lies."""
    return next(tab for tab, states in TAB_STATES.items() if alert.state in states)


def metadata_line(reader: Reader, customer: sqlite3.Row, figures: ScoreFigures | None) -> str:
    """Return segment, since when, where and whose, on one line."""
    parts = []
    if figures is not None and figures.segment:
        changed = words.day_of(
            reader.value("SELECT segment_since FROM customer_risk_scores WHERE customer_id = ?", (customer["id"],))
        )
        was = ""
        if figures.segment_before and figures.segment_before != figures.segment and changed is not None:
            near = changed.year == reader.today.year or (reader.today - changed).days < 300
            was = f", was {figures.segment_before} until " + (
                words.MONTHS[changed.month - 1] if near else words.month(changed)
            )
        mark = figures.mark_of("segment")
        parts.append(figures.segment + (f", {mark.short} (model: {mark.model})" if mark is not None else was))
    parts += [words.left_words(figures.left_on)] if figures is not None and figures.left_on else []
    since = words.day_of(customer["signed_up_on"]) or words.day_of(
        reader.value("SELECT first_order_on FROM customer_risk_scores WHERE customer_id = ?", (customer["id"],))
    )
    if since is not None:
        parts.append(f"customer since {words.long_month(since)}")
    place = ", ".join(part for part in (customer["city"], customer["region"]) if part) or customer["country"]
    parts += [place] if place else []
    parts.append(reader.owned(customer["owner"]))
    return words.capital(" · ".join(parts))


def read_ids(reader: Reader, customer: sqlite3.Row) -> tuple[tuple[str, str], ...]:
    """Return the ids by which other systems know the customer, as (system, id)."""
    found = [(customer["source"], customer["external_id"])]
    for row in reader.driver.execute(
        "SELECT source, value FROM identities WHERE customer_id = ? AND kind = 'external_id' ORDER BY id",
        (customer["id"],),
    ):
        if (row[0], row[1]) not in found:
            found.append((row[0], row[1]))
    return tuple(found)


def read_open_work(reader: Reader, customer_id: int) -> tuple[WorkItem, ...]:
    """Return the customer's open tasks, the soonest first, and then its open deals, the largest first."""
    items = []
    for row in reader.rows(
        "SELECT id, title, due_on, owner FROM tasks WHERE customer_id = ? AND done_at IS NULL "
        "ORDER BY COALESCE(due_on, '9999'), id",
        (customer_id,),
    ):
        due = words.day_of(row["due_on"])
        parts = [words.soon(due, reader.today)] if due is not None else []
        parts += [row["owner"]] if row["owner"] and not reader.is_mine(row["owner"]) else []
        items.append(WorkItem("task", row["id"], row["title"], " · ".join(parts), done=False))
    for row in reader.rows(
        f"SELECT id, name, stage, amount_minor, currency FROM opportunities WHERE customer_id = ? AND {_OPEN_DEAL} "
        "ORDER BY COALESCE(amount_minor, 0) DESC, id",
        (customer_id,),
    ):
        items.append(WorkItem("deal", row["id"], row["name"] or "Deal", deal_words(reader, row), done=False))
    return tuple(items)


def deal_words(reader: Reader, deal: sqlite3.Row) -> str:
    """Return a deal's amount, stage and time in it: "$450 · Proposal for 19 days"."""
    since = stage_since(reader, deal["id"])
    parts = []
    if deal["amount_minor"] is not None:
        parts.append(words.money(deal["amount_minor"], deal["currency"] or reader.currency))
    days = (reader.present - since).days if since is not None else 0
    parts.append(f"{deal['stage']} for {words.count(days, 'day')}" if days > 0 else deal["stage"])
    return " · ".join(parts)


def stage_since(reader: Reader, opportunity_id: int) -> date | None:
    """Return the day on which a deal came into its stage: its last change, else when it was opened."""
    return words.day_of(
        reader.value("SELECT MAX(changed_on) FROM stage_changes WHERE opportunity_id = ?", (opportunity_id,))
    ) or words.day_of(reader.value("SELECT opened_on FROM opportunities WHERE id = ?", (opportunity_id,)))


def _recommendation(text: str | None) -> Recommendation | None:
    if not text:
        return None
    raw = json.loads(text)
    return Recommendation(
        title=raw.get("title", ""),
        why=raw.get("why", ""),
        evidence=raw.get("evidence", ""),
        goal=raw.get("goal", ""),
        incentive_minor=raw.get("incentive_minor", 0),
        incentive_words=raw.get("incentive_words", ""),
        goal_code=raw.get("goal_code", ""),
    )


def _record(reader: Reader, rule: str) -> str:
    """Return how often the rule was right, by the definition of the rules' record: work that came to something."""
    since = words.stored(reader.now - timedelta(days=_RECORD_DAYS))
    right, closed = reader.driver.execute(
        """SELECT COALESCE(SUM(state = 'resolved' AND (outcome IN ('saved', 'lost')
                                 OR (outcome = 'came_back' AND touched))), 0), COUNT(*)
             FROM alerts WHERE closed_at >= ? AND rule = ? AND state IN ('resolved', 'not_useful')""",
        (since, rule),
    ).fetchone()
    if not closed:
        return "no card closed yet"
    return f"right {words.count(right, 'time')} in {closed:,} this year"


def _raised(reader: Reader, row: sqlite3.Row) -> str:
    raised = words.when(row["opened_at"], reader.today, reader.zone)
    hours = reader.policy.sla_hours.of(Severity(row["severity"]).name.lower())
    return f"Raised {raised} · answer within {hours:g} working {'hour' if hours == 1 else 'hours'}"


def _due(reader: Reader, row: sqlite3.Row) -> str:
    due = words.moment_of(row["due_at"])
    if row["state"] in TAB_STATES["done"]:
        closed = words.when(row["closed_at"] or "", reader.today, reader.zone)
        late = row["in_time"] == 0
        return f"closed {closed}{', late' if late else ''}" if closed else "closed"
    if due is None:
        return ""
    if row["clock_stopped_at"]:
        return "time limit stopped while waiting"
    local = reader.local_day(due)
    at = words.clock(due, reader.zone)
    if local != reader.today:
        near = abs((local - reader.today).days) < 7
        at = f"{words.WEEKDAYS[local.weekday()] if near else words.day(local, reader.today)} {at}"
    said = f"was due {at}" if due < reader.now else f"due {at}"
    return f"{said} · runs while snoozed" if row["state"] == "snoozed" else said


def _notes(reader: Reader, alert_id: int) -> tuple[str, ...]:
    return tuple(
        f"{'You' if row['author'] == reader.me else row['author']}, "
        f"{words.when(row['written_at'], reader.today, reader.zone)}: {row['text']}"
        for row in reader.rows(
            "SELECT author, written_at, text FROM notes WHERE alert_id = ? ORDER BY written_at DESC, id DESC",
            (alert_id,),
        )
    )
