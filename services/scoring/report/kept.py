"""Where reports over the whole book are kept, the newest of each kind, and whether a new one is due.

Read by the window's process: raw SQLite and JSON, nothing heavy.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from models import sqlite
from models.values.backtest import BacktestReport
from models.values.drift import DriftReport
from models.values.forecast import RevenueForecast
from models.values.journal import Actor
from services.book.sources import FROM_FILES, SOURCES

if TYPE_CHECKING:
    from models.values.changes import Changes
    from services.workspace import Workspace

Kind = Literal["backtest", "drift", "forecast"]
Report = TypeVar("Report")

BACKTEST: Kind = "backtest"
DRIFT: Kind = "drift"
FORECAST: Kind = "forecast"
_ACTOR = Actor("model", "Report card")
#: Reports of a kind that stay in the book, the newest among them.
_KEPT = 26
#: Drift and forecast are made anew when the book's day has moved on by so much, or the scores were fitted again.
_WATCH_DAYS = 7
_EPOCH = date(1970, 1, 1)
_UNDONE = "undo-import"


def keep_report(workspace: Workspace, kind: Kind, as_of: str, report: dict[str, Any], words: str) -> Changes:
    """Keep a report as one unit of work, and let go of the oldest of its kind."""
    from models.tables import score_reports

    text = json.dumps(report, sort_keys=True, allow_nan=False)
    with workspace.store.unit_of_work(_ACTOR, "report", f"{kind}:{as_of}", at=workspace.at) as work:
        work.say(words)
        work.digest(text)
        row = {"kind": kind, "as_of": as_of, "report": text, "made_at": workspace.at}
        work.execute(score_reports.insert().values(**row, journal_id=work.journal_entry()))
        work.sql(
            "DELETE FROM score_reports WHERE kind = ? AND id NOT IN "
            "(SELECT id FROM score_reports WHERE kind = ? ORDER BY id DESC LIMIT ?)",
            (kind, kind, _KEPT),
        )
        work.touch(tables=("score_reports",))
        return work.commit()


def drop_reports(workspace: Workspace) -> Changes:
    """Let go of all reports: the facts that they were of were taken back."""
    with workspace.store.unit_of_work(_ACTOR, "report", "book", at=workspace.at) as work:
        found = work.sql("DELETE FROM score_reports WHERE kind IN (?, ?, ?)", (BACKTEST, DRIFT, FORECAST))
        if found.rowcount:
            work.say("Removed the score reports: the book no longer has a history")
            work.digest(f"{found.rowcount} reports")
            work.touch(tables=("score_reports",))
        return work.commit()


def last_backtest(workspace: Workspace) -> BacktestReport | None:
    """The newest backtest of the book, None before the first."""
    return _last(workspace, BACKTEST, BacktestReport.from_json)


def last_forecast(workspace: Workspace) -> RevenueForecast | None:
    """The newest revenue forecast of the book, None before the first."""
    return _last(workspace, FORECAST, RevenueForecast.from_json)


def last_drift(workspace: Workspace) -> DriftReport | None:
    """The newest watch between refits, None before the first."""
    return _last(workspace, DRIFT, DriftReport.from_json)


def keep_none(workspace: Workspace, kind: Kind, as_of: str, words: str) -> Changes:
    """Keep that a report could not be made of the book as it is: it is due again when another one would be."""
    return keep_report(workspace, kind, as_of, {}, words)


def _last(workspace: Workspace, kind: Kind, read: Callable[[dict[str, Any]], Report]) -> Report | None:
    with workspace.store.snapshot() as connection:
        found = connection.execute(
            "SELECT report FROM score_reports WHERE kind = ? ORDER BY id DESC LIMIT 1", (kind,)
        ).fetchone()
    report = json.loads(found[0]) if found else {}
    return read(report) if report else None


def reports_due(workspace: Workspace) -> frozenset[Kind]:
    """Which reports are due: all after a refit or an undone import, and drift and forecast once a week between refits.

    Nothing is due in a book that was not scored yet, nor in one without a past; of a past that was taken back the
    reports are due, to be let go of.
    """
    with workspace.store.snapshot() as connection:
        scored = _scored(connection)
        if scored is None:
            return frozenset()
        # Without an order there is no revenue to forecast.
        (sells,) = connection.execute("SELECT EXISTS (SELECT 1 FROM orders)").fetchone()
        kinds = (BACKTEST, DRIFT, FORECAST) if sells else (BACKTEST, DRIFT)
        newest = {kind: _newest(connection, kind) for kind in kinds}
        if not _has_past(connection, workspace.clock.today()):
            return frozenset(kind for kind, report in newest.items() if report is not None)
        oldest = min((report[1] for report in newest.values() if report is not None), default=0)
        undone = _undone_since(connection, oldest)
    due: set[Kind] = set()
    for kind, report in newest.items():
        of_another = kind == BACKTEST and report is not None and report[2] != workspace.policy.churn_horizon_days
        if report is None or of_another or _outdated(report, scored, kind) or report[1] < undone:
            due.add(kind)
    return frozenset(due)


def scored_day(workspace: Workspace) -> date | None:
    """The day of the newest scores; None for a book that was not scored yet."""
    with workspace.store.snapshot() as connection:
        scored = _scored(connection)
    return scored[0] if scored is not None else None


def backtest_due(workspace: Workspace) -> bool:
    """Whether the scores were fitted, or their horizon changed, since the last backtest."""
    return BACKTEST in reports_due(workspace)


def _scored(connection: sqlite.Connection) -> tuple[date, int] | None:
    """Day of the newest scores, and the journal's entry of the fit behind them; None for a book without scores."""
    found = connection.execute("SELECT value FROM book WHERE key = 'scored'").fetchone()
    marks = json.loads(found[0]) if found else {}
    if "fit" not in marks:
        return None
    fit = connection.execute("SELECT journal_id FROM model_fits WHERE id = ?", (marks["fit"],)).fetchone()
    return _EPOCH + timedelta(days=marks["as_of"]), int(fit[0] or 0) if fit else 0


def _has_past(connection: sqlite.Connection, today: date) -> bool:
    """Whether files brought anything that happened by `today`."""
    tables = " UNION ALL ".join(
        f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {day} <= :today AND {FROM_FILES}) AS some"
        for _, table, day in SOURCES
    )
    found = connection.execute(
        f"SELECT max(some) FROM ({tables} UNION ALL SELECT EXISTS (SELECT 1 FROM opportunities)"
        " UNION ALL SELECT EXISTS (SELECT 1 FROM contracts WHERE starts_on <= :today))",
        {"today": today.isoformat()},
    ).fetchone()
    return bool(found[0])


def _newest(connection: sqlite.Connection, kind: Kind) -> tuple[date, int, int | None] | None:
    """Day and journal entry of the newest report of a kind, and its horizon where it has one."""
    found = connection.execute(
        "SELECT as_of, journal_id, json_extract(report, '$.horizon_days') FROM score_reports"
        " WHERE kind = ? ORDER BY id DESC LIMIT 1",
        (kind,),
    ).fetchone()
    return (date.fromisoformat(found[0]), int(found[1] or 0), found[2]) if found else None


def _undone_since(connection: sqlite.Connection, entry: int) -> int:
    """The newest entry after `entry` that took an import back, 0 without one: reports before it know undone facts."""
    (found,) = connection.execute(
        "SELECT coalesce(max(id), 0) FROM journal WHERE id > ? AND verb = ?", (entry, _UNDONE)
    ).fetchone()
    return int(found)


def _outdated(report: tuple[date, int, int | None], scored: tuple[date, int], kind: Kind) -> bool:
    (made_of, entry, _), (as_of, fitted) = report, scored
    # A report of a later day is of facts that were undone since.
    old = kind != BACKTEST and (as_of - made_of).days >= _WATCH_DAYS
    return fitted > entry or made_of > as_of or old
