"""Alerts and customers as the JSON documents of the command line: money in major units, moments in UTC."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from math import exp
from typing import Any

from models.values import words
from models.values.alerts import AlertRow, Permission, QueueFilter, QueueOrder, QueueTab
from models.values.errors import UserError
from models.values.nearest import nearest
from services.insight.advice import read_advice
from services.insight.anomalies import anomaly_words, read_anomalies
from services.insight.measurements import read_measurements
from services.insight.open_work import read_open_work
from services.insight.permission import read_permission
from services.insight.profile import read_profile
from services.insight.queue_marks import read_line
from services.insight.queue_rows import MOST_ROWS, rows_of
from services.insight.reader import Reader
from services.insight.timeline_rows import read_timeline
from services.scoring.phrasing import reasons_in_words

_TABS: tuple[QueueTab, ...] = ("todo", "waiting", "snoozed", "done")


def read_alert_ids(
    reader: Reader, *, everything: bool = False, rules: Collection[str] = (), order: QueueOrder = "due"
) -> list[int]:
    """Return the ids of the queue's alerts in view order.

    Parameters
    ----------
    everything
        With the alerts beyond today's limit, and those that wait, are snoozed or were done today.
    rules
        Codes of the rules whose alerts are wanted, also those beyond today's limit; none named: of all.

    Raises
    ------
    UserError
        A rule has no such code.
    """
    known = [code for (code,) in reader.driver.execute("SELECT code FROM rules ORDER BY code")]
    if unknown := [code for code in rules if code not in known]:
        raise UserError(f"No rule is called “{unknown[0]}”. {nearest(unknown[0], known)}")
    wanted = QueueFilter(rules=frozenset(rules))
    tabs = _TABS if everything else _TABS[:1]
    lines = (read_line(reader, tab, wanted, beyond_budget=everything, order=order) for tab in tabs)
    return [mark.id for line in lines for mark in line.shown]


def read_number_open(reader: Reader) -> int:
    """Return how many alerts are to do, those beyond today's limit with them."""
    line = read_line(reader, "todo", QueueFilter())
    return len(line.shown) + line.beyond


def read_alert_documents(reader: Reader, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Return these alerts one by one in the given order, however many there are."""
    for start in range(0, len(ids), MOST_ROWS):
        part = ids[start : start + MOST_ROWS]
        open_alerts = rows_of(reader, part)
        advice = _recommendations(reader, open_alerts)
        for open_alert in open_alerts:
            yield _alert(open_alert, advice.get(open_alert.id))


def read_customer_document(reader: Reader, customer_id: int, *, newest: int = 20) -> dict[str, Any] | None:
    """Return a customer's profile: identity, scores with drivers, newest events, consent, open work.

    None for a customer who is not there.
    """
    profile = read_profile(reader, customer_id)
    customer = reader.row("SELECT * FROM customers WHERE id = ?", (customer_id,))
    if profile is None or customer is None:
        return None
    score = reader.row("SELECT drivers FROM customer_risk_scores WHERE customer_id = ?", (customer_id,))
    timeline = read_timeline(reader, customer_id, limit=newest)
    return {
        "id": profile.id,
        "name": profile.name,
        "metadata": profile.metadata_line,
        "ids": [{"source": source, "external_id": external_id} for source, external_id in profile.ids],
        "identity": [asdict(field) for field in profile.identity],
        "figures": _figures(reader, profile.figures),
        **_drivers(score["drivers"] if score is not None else None),
        "anomalies": [
            {**asdict(one), "words": anomaly_words(reader, one)} for one in read_anomalies(reader, customer_id)
        ],
        "measurements": _measurements(reader, customer_id),
        "alert": _alert(profile.alert, _recommendations(reader, [profile.alert]).get(profile.alert.id))
        if profile.alert is not None
        else None,
        "consent": _consent(read_permission(reader, customer)),
        "open_work": [{"kind": item.kind, "title": item.title, "words": item.words} for item in
                      read_open_work(reader, customer_id)],
        "timeline": [
            {
                "at": row.at,
                "kind": row.kind,
                "when": row.when_words,
                "words": " · ".join(part for part in (row.bold, row.rest) if part),
                "reference": row.reference,
                "details": dict(row.details),
            }
            for row in timeline.rows
        ],
        "counts": timeline.counts,
    }  # fmt: skip


def _measurements(reader: Reader, customer_id: int) -> dict[str, Any] | None:
    known = read_measurements(reader.driver, customer_id)
    if known is None:
        return None
    measures = [{"name": name, "value": value, "unit": unit} for name, value, unit in known.measures]
    return {"on": known.day, "size": known.size, "measures": measures}


def _drivers(text: str | None) -> dict[str, Any]:
    """The reasons, and how they add up on the logit's scale; null where the closed form scores."""
    drivers = reasons_in_words(text)
    logit = None
    if drivers and "logit_base" in drivers[0]:
        base, rest = drivers[0].pop("logit_base"), drivers[0].pop("logit_rest")
        total = base + rest + sum(one.get("logit", 0.0) for one in drivers)
        logit = {"base": base, "rest": rest, "total": total, "risk": 1.0 / (1.0 + exp(-total))}
    return {"drivers": drivers, "logit": logit}


def _alert(open_alert: AlertRow, recommendation: Any) -> dict[str, Any]:
    return {
        "id": open_alert.id,
        "customer_id": open_alert.customer_id,
        "customer": open_alert.customer,
        "severity": open_alert.severity.name.lower(),
        "kind": open_alert.kind,
        "rule": open_alert.rule,
        "reason": open_alert.reason,
        "value_at_risk": None
        if open_alert.value_at_risk_minor is None
        else _major(open_alert.value_at_risk_minor, open_alert.currency),
        "at_stake": _major(open_alert.at_stake_minor or 0, open_alert.currency) if open_alert.kind == "risk" else None,
        "spent_12m": _major(open_alert.spent_minor, open_alert.currency) if open_alert.spent_minor else None,
        "upside": _major(open_alert.upside_minor, open_alert.currency),
        "currency": open_alert.currency,
        "churn_risk": open_alert.churn_risk,
        "left_before": open_alert.left_before,
        "said_leaving": open_alert.said,
        "due_at": open_alert.due_at,
        "due": open_alert.due_words,
        "state": open_alert.state,
        "recommendation": recommendation,
    }


def _recommendations(reader: Reader, open_alerts: Sequence[AlertRow]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for open_alert in open_alerts:
        text = reader.value("SELECT recommendation FROM alerts WHERE id = ?", (open_alert.id,))
        customer = reader.row("SELECT * FROM customers WHERE id = ?", (open_alert.customer_id,))
        found[open_alert.id], _ = read_advice(reader, text, open_alert.rule, customer, open_alert.due_at)
    return found


def _figures(reader: Reader, figures: Any) -> dict[str, Any]:
    if figures is None:
        return {}
    known = asdict(figures)
    currency = figures.currency or reader.currency
    shown: dict[str, Any] = {}
    for name, value in known.items():
        if name.endswith("_minor"):
            shown[name.removesuffix("_minor")] = None if value is None else _major(value, currency)
        else:
            shown[name] = round(value, 4) if isinstance(value, float) else value
    return {**shown, "overridden": [{**asdict(mark), "line": mark.line} for mark in figures.overridden]}


def _major(amount_minor: int, currency: str) -> float | int:
    value = words.major(amount_minor, currency)
    return int(value) if value == value.to_integral_value() else float(value)


def _consent(permission: Permission) -> dict[str, Any]:
    return {
        "may_email": permission.allowed,
        "verdict": permission.verdict,
        "reasons": [said for _, said in permission.lines],
    }
