"""The queue as documents for other programs: what ``alerts --json`` prints and ``export alerts`` writes."""

from __future__ import annotations

import json
from typing import Any

from models.values.alerts import AlertRow, QueueTab
from services.insight.queue import read_queue
from services.insight.reader import Reader, marks
from services.insight.words import major

TABS: tuple[QueueTab, ...] = ("todo", "waiting", "snoozed", "done")


def read_alert_documents(reader: Reader, *, everything: bool = False) -> list[dict[str, Any]]:
    """Return the queue in its own order, one dictionary a card with DATA.md's keys; money in major units.

    Parameters
    ----------
    everything
        The cards behind the daily budget too, those that wait or are snoozed, and those done today.
    """
    tabs = TABS if everything else TABS[:1]
    cards = [card for tab in tabs for card in read_queue(reader, tab, beyond_budget=everything).rows]
    recommended = _recommendations(reader, [card.id for card in cards])
    return [_document(card, recommended.get(card.id)) for card in cards]


def _recommendations(reader: Reader, ids: list[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        for row in reader.rows(f"SELECT id, recommendation FROM alerts WHERE id IN ({marks(part)})", part):
            found[row["id"]] = json.loads(row["recommendation"]) if row["recommendation"] else None
    return found


def _document(card: AlertRow, recommendation: Any) -> dict[str, Any]:
    return {
        "id": card.id,
        "customer_id": card.customer_id,
        "customer": card.customer,
        "severity": card.severity.name.lower(),
        "kind": card.kind,
        "rule": card.rule,
        "reason": card.reason,
        "value_at_risk": float(major(card.value_at_risk_minor, card.currency)),
        "upside": float(major(card.upside_minor, card.currency)),
        "currency": card.currency,
        "churn_risk": card.churn_risk,
        "due_at": card.due_at,
        "state": card.state,
        "owner": card.owner,
        "recommendation": recommendation,
    }
