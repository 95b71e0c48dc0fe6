"""How far the day has come, in alerts and in what was at stake."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from models.store import connect
from services.alerting import triage
from services.insight import day_progress
from tests.views.books import opened, sample_copy


def test_a_resolved_alert_counts_with_what_was_at_risk_until_then(store_path: Path) -> None:
    workspace = opened(sample_copy(store_path))
    with closing(connect(store_path)) as driver:
        alert, customer, at_risk = driver.execute(
            """SELECT a.id, a.customer_id, a.value_at_risk_minor
                 FROM alerts a JOIN customer_risk_scores s ON s.customer_id = a.customer_id
                WHERE a.state IN ('open', 'seen') AND a.kind = 'risk'
                  AND a.value_at_risk_minor = s.value_at_risk_minor
                ORDER BY a.value_at_risk_minor DESC LIMIT 1"""
        ).fetchone()
        triage.resolve(workspace, [alert], "solved")
        before = day_progress(workspace).done[alert]
        assert before >= at_risk > 1
        driver.execute("UPDATE customer_risk_scores SET value_at_risk_minor = 1 WHERE customer_id = ?", (customer,))
        driver.commit()
    assert day_progress(workspace).done[alert] == before
    workspace.close()
