"""A book in which an earlier version kept alerts in words comes to the alerts of a fresh one."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

from models import sqlite
from models.journal import verify
from models.values.changes import Changes
from services.alerting import evaluate
from services.book.alert_phrasing import reason_words
from services.book.playbook import recommendation_words
from services.workspace import Workspace
from tests.views.books import opened, sample_copy

#: The version that kept words, and the one that keeps codes.
BEFORE = 15


def in_words(path: Path, workspace: Workspace) -> None:
    """Write alerts as the version before kept them."""
    today = workspace.clock.today()
    with closing(sqlite.connect(path)) as driver, driver:
        for table in ("alerts", "alert_signals"):
            rows = driver.execute(f"SELECT id, reason FROM {table}").fetchall()
            said = [(reason_words(reason, today), number) for number, reason in rows]
            driver.executemany(f"UPDATE {table} SET reason = ? WHERE id = ?", said)
        advised = driver.execute("SELECT id, recommendation FROM alerts WHERE recommendation <> ''").fetchall()
        for number, text in advised:
            kept = json.dumps(recommendation_words(text), ensure_ascii=False)
            driver.execute("UPDATE alerts SET recommendation = ? WHERE id = ?", (kept, number))
        driver.execute("UPDATE book SET value = json_set(value, '$.rules', 'of before') WHERE key = 'alert_references'")
        driver.execute("ALTER TABLE opportunities DROP COLUMN lost_reason")
        driver.execute("ALTER TABLE contracts DROP COLUMN noticed_on")
        driver.execute("ALTER TABLE tickets DROP COLUMN reopens")
        driver.execute("DROP TABLE erasures")
        driver.execute(f"PRAGMA user_version = {BEFORE}")


def content(workspace: Workspace) -> dict[str, Any]:
    """All alerts and scores, and the hash of what was imported."""
    with workspace.store.read() as connection:
        rows = {
            table: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1")]
            for table in ("alert_signals", "customer_risk_scores")
        }
        alerts = connection.exec_driver_sql("SELECT * FROM alerts ORDER BY id").mappings()
        rows["alerts"] = [
            (*row.values(), recommendation_words(text) if text else None)
            for row in (dict(one) for one in alerts)
            for text in [row.pop("recommendation")]
        ]
        return {**rows, "hash": verify(connection).content_hash}


def test_alerts_that_an_earlier_version_kept_in_words_become_those_of_a_fresh_book(tmp_path: Path) -> None:
    fresh = opened(sample_copy(tmp_path / "fresh.db"))
    with closing(sqlite.connect(fresh.store.path)) as driver, driver:  # which the older version did not keep
        driver.execute("UPDATE opportunities SET lost_reason = NULL")
        driver.execute("UPDATE tickets SET reopens = NULL")
    older_path = sample_copy(tmp_path / "older.db")
    in_words(older_path, fresh)
    older = opened(older_path)
    try:
        kept = content(older)
        assert kept["alert_signals"] and kept != content(fresh)
        for book in (fresh, older):
            evaluate(book, Changes())
        assert content(older) == content(fresh)
    finally:
        fresh.close()
        older.close()
