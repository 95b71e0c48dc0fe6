"""One open alert for one customer: where two records have one each, the signals, tasks, notes and drafts join.

The alert on which more was done stays. Of two signals of the same rule one stays, as grave as the graver and due as
early as the earlier. What leads the alert is decided by the next run of the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Table, select

from models.store import UnitOfWork
from models.tables import alert_signals, alerts, messages, metadata
from models.values.outreach import WRITABLE

_CLOSED: Final = ("resolved", "not_useful")
_PROGRESS: Final = ("open", "seen", "snoozed", "waiting", "in_work")

Row = Mapping[str, Any]


def join_open_alerts(work: UnitOfWork, kept_id: int, other_id: int) -> str:
    """Make one alert of the open alerts of two customers; return what was done in words, '' for nothing."""
    open_alerts = [_open_alert(work, number) for number in (kept_id, other_id)]
    one, two = open_alerts
    if one is None or two is None:
        return ""
    stays, goes = sorted((one, two), key=_standing, reverse=True)
    _join_signals(work, stays, goes)
    _move_drafts(work, stays["id"], goes["id"])
    for table, column in _referring():
        ids = work.connection.execute(select(table.c.id).where(table.c[column] == goes["id"])).scalars()
        work.move(table, list(ids), column, stays["id"])
    work.update(alerts, stays["id"], _together(stays, goes))
    work.delete(alerts, goes["id"])
    if stays["customer_id"] != kept_id:
        work.move(alerts, [stays["id"]], "customer_id", kept_id)
    return "both alerts are one"


def _open_alert(work: UnitOfWork, customer: int) -> Row | None:
    query = select(alerts).where(alerts.c.customer_id == customer, alerts.c.state.not_in(_CLOSED))
    found = work.connection.execute(query).mappings().first()
    return dict(found) if found is not None else None


def _standing(alert: Row) -> tuple[Any, ...]:
    progress = _PROGRESS.index(alert["state"]) if alert["state"] in _PROGRESS else 0
    return alert["touched"], progress, alert["severity"], -alert["id"]


def _together(stays: Row, goes: Row) -> dict[str, Any]:
    return {
        "due_at": _earlier(stays["due_at"], goes["due_at"]),
        "opened_at": min(stays["opened_at"], goes["opened_at"]),
        "opened_as_of": min(stays["opened_as_of"], goes["opened_as_of"]),
        "upside_minor": max(stays["upside_minor"], goes["upside_minor"]),
        "touched": max(stays["touched"], goes["touched"]),
        "seen_at": _earlier(stays["seen_at"], goes["seen_at"]),
        "owner": stays["owner"] or goes["owner"],
    }


def _join_signals(work: UnitOfWork, stays: Row, goes: Row) -> None:
    standing = {row["rule"]: row for row in _signals(work, stays["id"]) if row["cleared_at"] is None}
    for row in _signals(work, goes["id"]):
        twin = standing.get(row["rule"]) if row["cleared_at"] is None else None
        if twin is None:
            work.move(alert_signals, [row["id"]], "alert_id", stays["id"])
            continue
        graver = max((twin, row), key=lambda signal: (signal["severity"], -signal["id"]))
        work.update(
            alert_signals,
            twin["id"],
            {
                "severity": graver["severity"],
                "reason": graver["reason"],
                "measure": graver["measure"],
                "evidence": graver["evidence"],
                "raised_at": min(twin["raised_at"], row["raised_at"]),
                "raised_as_of": min(twin["raised_as_of"], row["raised_as_of"]),
                "due_at": _earlier(twin["due_at"], row["due_at"]),
            },
        )
        work.delete(alert_signals, row["id"])


def _signals(work: UnitOfWork, alert: int) -> list[Row]:
    query = select(alert_signals).where(alert_signals.c.alert_id == alert).order_by(alert_signals.c.id)
    return [dict(row) for row in work.connection.execute(query).mappings()]


def _move_drafts(work: UnitOfWork, stays: int, goes: int) -> None:
    """An alert has place for one email that is being written: a second one stays, and belongs to the customer alone."""
    being_written = select(messages.c.id).where(messages.c.state.in_(WRITABLE))
    if work.connection.execute(being_written.where(messages.c.alert_id == stays)).first() is None:
        return
    ids = work.connection.execute(being_written.where(messages.c.alert_id == goes)).scalars()
    work.move(messages, list(ids), "alert_id", None)


def _referring() -> list[tuple[Table, str]]:
    """Every table with rows of an alert, but the signals."""
    return [
        (table, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if table is not alert_signals and any(key.column.table is alerts for key in column.foreign_keys)
    ]


def _earlier(one: str | None, two: str | None) -> str | None:
    return min((moment for moment in (one, two) if moment is not None), default=None)
