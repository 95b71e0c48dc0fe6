"""Values of the queue for tests that need no book."""

from __future__ import annotations

from typing import Any

from models.values.alerts import AlertRow, QueueGroup, QueuePage, Severity


def alert(number: int, **values: Any) -> AlertRow:
    """An alert; by default a high risk due today."""
    return AlertRow(
        **{
            "id": number,
            "customer_id": number,
            "customer": f"Customer {number}",
            "severity": Severity.HIGH,
            "kind": "risk",
            "state": "open",
            "rule": "gap",
            "reason": "No order for 74 days; the usual gap is 21",
            "due_at": "2026-11-19T12:00:00Z",
            "due_words": "3 h",
            "due_aloud": "due in 3 hours",
            "due_within_hour": False,
            "breached": False,
            "value_at_risk_minor": 524_000,
            "upside_minor": 0,
            "currency": "USD",
            "churn_risk": 0.72,
            "tier": "Gold",
            "owner": "Ada",
            "sparkline": (5, 4, 4, 3, 1),
            "until": None,
            "group": "today",
            **values,
        }
    )


def page(*groups: tuple[str, list[AlertRow]], **values: Any) -> QueuePage:
    """A page of the queue; each group is (key, alerts)."""
    titles = {"hour": "Due within the hour", "today": "Due today", "week": "Next week"}
    made = tuple(
        QueueGroup(key, titles.get(key, key), len(open_alerts), sum(c.value_at_risk_minor or 0 for c in open_alerts), 0)
        for key, open_alerts in groups
    )
    rows = tuple(one for _key, open_alerts in groups for one in open_alerts)
    return QueuePage(
        **{
            "tab": "todo",
            "groups": made,
            "rows": rows,
            "counts": {"todo": len(rows), "waiting": 0, "snoozed": 0, "done": 0},
            "beyond_budget": 0,
            "currency": "USD",
            "next_due_words": "",
            **values,
        }
    )


def grouped(counts: dict[str, int]) -> QueuePage:
    """A page with so many alerts in each group, numbered through."""
    number, groups = 0, []
    for key, count in counts.items():
        groups.append((key, [alert(number + n, group=key) for n in range(1, count + 1)]))
        number += count
    return page(*groups)
