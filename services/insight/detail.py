"""Everything that the Alerts page shows for one alert, read in one go: a click must be answered at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from models import sqlite
from models.values import words
from models.values.alerts import (
    NO_VERDICT,
    RIGHT,
    AlertDetail,
    AlertRow,
    QueueFilter,
    QueueTab,
    Recommendation,
    ScoreFigures,
    Severity,
)
from models.values.rule_records import RULE_RECORDS, correct_words, records_of
from services.book.alert_phrasing import watched_figure
from services.book.known import since_and_first_order
from services.distress.matters import ABOUT_WORDS, read_waiting
from services.insight import story
from services.insight.advice import read_advice
from services.insight.approach import read_approach, read_business
from services.insight.figures import read_figures
from services.insight.open_work import read_open_work
from services.insight.permission import read_permission
from services.insight.person import read_person, read_spend
from services.insight.queue_marks import TAB_STATES
from services.insight.queue_rows import read_alert, read_order
from services.insight.reach import read_phone
from services.insight.reader import Reader
from services.insight.rhythm import read_rhythm
from services.insight.timeline_formatting import rule_title, rules_of_alerts
from services.outcomes import contact_of_alert

_RECORD_DAYS = 365
#: Who orders so soon after signing up became a customer by it.
_SIGNED_UP_DAYS = 60


def read_detail(
    reader: Reader, alert_id: int, *, order: Sequence[int] | None = None, wanted: QueueFilter | None = None
) -> AlertDetail | None:
    """Return an alert's detail, None for an alert that is not there (an undo may have taken it out).

    Parameters
    ----------
    order
        The ids of the queue in view order, where the caller knows it; else the alert's own tab is read.
    wanted
        The filter of that tab.
    """
    alert = read_alert(reader, alert_id)
    row = reader.row(
        "SELECT a.*, r.definition FROM alerts a LEFT JOIN rules r ON r.code = a.rule WHERE a.id = ?", (alert_id,)
    )
    if alert is None or row is None:
        return None
    places = order if order is not None else read_order(reader, tab_of(alert), wanted)
    place = places.index(alert_id) + 1 if alert_id in places else 0
    customer = reader.row("SELECT * FROM customers WHERE id = ?", (alert.customer_id,))
    about = _about_the_book(reader, row) if customer is None else _about_customer(reader, alert, row, customer)
    title = rule_title(row["rule"], row["definition"])
    return AlertDetail(
        alert=alert,
        place=place,
        of=len(places),
        tier=alert.tier,
        story_bold=" ".join(words.sentence(one) for one in alert.parts),
        signals=rules_of_alerts(reader, [alert_id]).get(alert_id, ()),
        rule_line=f"Rule “{title}”: {_record(reader, row['rule'])}",
        raised_line=_sooner(reader, alert, row)
        or _raised(reader, row, Severity.CRITICAL if alert.said_leaving else alert.severity),
        due_words=_due(reader, row),
        notes=_notes(reader, alert_id),
        contact=_contact(reader, alert_id),
        **about,
    )


def _about_customer(reader: Reader, alert: AlertRow, row: sqlite.Row, customer: sqlite.Row) -> dict[str, Any]:
    """Return what a detail says of the customer whom its alert is about."""
    number = customer["id"]
    figures, drivers = read_figures(reader, number) or (None, ())
    raw, footing = read_advice(reader, row["recommendation"], row["rule"], customer, row["due_at"])
    business = read_business(reader, number)
    advice = _recommendation(raw)
    return {
        "person": read_person(reader, customer, read_phone(reader, customer), business),
        "approach": read_approach(reader, customer, footing, business) if footing is not None else None,
        "spend": read_spend(reader, number, figures),
        "metadata_line": metadata_line(reader, customer, figures),
        "ids": read_ids(reader, customer),
        "story": story.read_story(reader, alert, row["reason"], figures),
        "figures": figures,
        "drivers": drivers,
        "rhythm": read_rhythm(reader, number, figures.usual_gap_days if figures and figures.own_rhythm else None),
        "permission": read_permission(reader, customer, advice.incentive_words if advice else ""),
        "recommendation": advice,
        "open_work": read_open_work(reader, number, business.deals),
    }


def _about_the_book(reader: Reader, row: sqlite.Row) -> dict[str, Any]:
    """Return the same of an alert that is about no customer."""
    return {
        **_watched(reader, row),
        "metadata_line": "Your book as a whole", "ids": (), "figures": None, "drivers": (),
        "rhythm": None, "permission": None, "open_work": (),
        "recommendation": _recommendation(read_advice(reader, row["recommendation"], row["rule"], None)[0]),
    }  # fmt: skip


def _watched(reader: Reader, row: sqlite.Row) -> dict[str, Any]:
    """Return of an alert of a watch what its metric counts, and how many rows are behind the figure."""
    figure = watched_figure(row["reason"])
    if figure is None:
        return {"story": ""}
    from services.metrics import the_catalogue  # read from its files only for such an alert

    metric = json.loads(row["definition"] or "{}").get("metric", "")
    known = the_catalogue().metrics.get(metric)
    through = words.full_day(date.fromisoformat(figure["day"]))
    counts = f"{known.counts} " if known is not None else ""
    return {"story": f"{counts}Data through {through}.", "watched_rows": figure["rows"] if row["definition"] else None}


def _contact(reader: Reader, alert_id: int) -> str:
    """Say what followed our email for this alert, '' where none was sent."""
    found = contact_of_alert(reader.driver, alert_id, reader.policy, today=reader.today, zone=reader.zone)
    return found.words if found is not None else ""


def tab_of(alert: AlertRow) -> QueueTab:
    """Return the tab of the queue in which an alert lies."""
    return next(tab for tab, states in TAB_STATES.items() if alert.state in states)


def _segment_before(reader: Reader, figures: ScoreFigures) -> str:
    """Return ``, was Champion until Nov``, '' where the segment is what it was."""
    changed = words.day_of(figures.segment_since)
    if changed is None or not figures.segment_before or figures.segment_before == figures.segment:
        return ""
    near = changed.year == reader.today.year or (reader.today - changed).days < 300
    month = words.MONTHS[changed.month - 1] if near else words.month(changed)
    return f", was {figures.segment_before} until {month}"


def metadata_line(reader: Reader, customer: sqlite.Row, figures: ScoreFigures | None) -> str:
    """Return segment, since when, where and whose, on one line."""
    parts = []
    if figures is not None and figures.segment:
        was = _segment_before(reader, figures)
        mark = figures.mark_of("segment")
        parts.append(figures.segment + (f", {mark.short} (model: {mark.model})" if mark is not None else was))
    parts += [words.left_words(figures.left_on)] if figures is not None and figures.left_on else []
    parts += _since(reader, customer["id"])
    place = ", ".join(part for part in (customer["city"], customer["region"]) if part) or customer["country"]
    parts += [place] if place else []
    parts.append(reader.owned(customer["owner"]))
    return words.capital(" · ".join(parts))


def _since(reader: Reader, customer_id: int) -> list[str]:
    """Since when a customer is one; who signed up long before they ordered is told by both days."""
    since, ordered = since_and_first_order(reader.driver, customer_id, reader.today)
    if since is None:
        return []
    if ordered is None or (ordered - since).days <= _SIGNED_UP_DAYS:
        return [f"customer since {words.long_month(since)}"]
    return [f"signed up {words.month(since)}, first order {words.month(ordered)}"]


def read_ids(reader: Reader, customer: sqlite.Row) -> tuple[tuple[str, str], ...]:
    """Return the ids by which other systems know the customer, as (system, id)."""
    found = [(customer["source"], customer["external_id"])]
    for row in reader.driver.execute(
        "SELECT source, value FROM identities WHERE customer_id = ? AND kind = 'external_id' ORDER BY id",
        (customer["id"],),
    ):
        if (row[0], row[1]) not in found:
            found.append((row[0], row[1]))
    return tuple(found)


def _recommendation(raw: dict[str, Any] | None) -> Recommendation | None:
    if raw is None:
        return None
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
        f"""SELECT COALESCE(SUM({RIGHT}), 0), COUNT(*)
             FROM alerts WHERE closed_at >= ? AND rule = ? AND state IN ('resolved', 'not_useful')
              AND NOT {NO_VERDICT}""",
        (since, rule),
    ).fetchone()
    said = correct_words(right, closed)
    past = records_of(reader.value("SELECT value FROM book WHERE key = ?", (RULE_RECORDS,))).get(rule)
    return f"{said}. Replayed over the past: {past.words}" if past is not None else said


def _raised(reader: Reader, row: sqlite.Row, severity: Severity) -> str:
    """Say when an alert was raised, and within how long alerts that are so urgent are answered."""
    raised = words.when(row["opened_at"], reader.today, reader.zone)
    hours = reader.policy.sla_hours.of(severity.name.lower())
    return f"Raised {raised} · answer within {_working(f'{hours:g}')}"


def _sooner(reader: Reader, alert: AlertRow, row: sqlite.Row) -> str:
    """Say why they are answered sooner than others: by the term, or the day, that they named; '' elsewhere."""
    opened, due = words.moment_of(row["opened_at"]), words.moment_of(row["due_at"])
    if alert.customer_id is None or opened is None or due is None or row["rule"] not in ABOUT_WORDS:
        return ""
    matters = read_waiting(reader.driver, alert.customer_id, reader.present, row["rule"])
    raised = words.when(row["opened_at"], reader.today, reader.zone)
    asked = [one.answer_by for one in matters if one.answer_by is not None]
    if reader.local_day(due) in asked and not alert.said_leaving:
        day = f"{words.WEEKDAYS[reader.local_day(due).weekday()]} {words.day(reader.local_day(due), reader.today)}"
        return f"Raised {raised} · they asked for an answer by {day}"
    if not alert.said_leaving:
        return ""
    found = [one.departure for one in matters if one.departure is not None and one.departure.until is not None]
    hours = (due - opened).total_seconds() / 3600
    if not found or not 0 < hours < reader.policy.sla_hours.of("critical"):
        return ""
    first = min(found, key=lambda one: one.until or date.max)
    assert first.until is not None
    verb = "planned" if first.until < reader.today else "plan"
    does = "decide" if first.decides else "leave"
    day = f"{words.WEEKDAYS[first.until.weekday()]} {words.day(first.until, reader.today)}"
    within = f"{hours:.1f}".removesuffix(".0")
    return f"Raised {raised} · answer within {_working(within)}: they {verb} to {does} by {day}"


def _working(hours: str) -> str:
    return f"{hours} working {'hour' if hours == '1' else 'hours'}"


def _due(reader: Reader, row: sqlite.Row) -> str:
    due = words.moment_of(row["due_at"])
    if row["state"] in TAB_STATES["done"]:
        closed = words.when(row["closed_at"] or "", reader.today, reader.zone)
        late = row["in_time"] == 0
        return f"closed {closed}{', late' if late else ''}" if closed else "closed"
    if due is None:
        return ""
    if row["clock_stopped_at"]:
        return "due time paused while waiting"
    local = reader.local_day(due)
    at = words.clock(due, reader.zone)
    if local != reader.today:
        near = abs((local - reader.today).days) < 7
        at = f"{words.WEEKDAYS[local.weekday()] if near else words.day(local, reader.today)} {at}"
    said = f"was due {at}" if due < reader.now else f"due {at}"
    return f"{said} · runs while snoozed" if row["state"] == "snoozed" else said


def _notes(reader: Reader, alert_id: int) -> tuple[str, ...]:
    return tuple(
        f"{'You' if reader.is_mine(row['author']) else row['author']}, "
        f"{words.when(row['written_at'], reader.today, reader.zone)}: {row['text']}"
        for row in reader.rows(
            "SELECT author, written_at, text FROM notes WHERE alert_id = ? ORDER BY written_at DESC, id DESC",
            (alert_id,),
        )
    )
