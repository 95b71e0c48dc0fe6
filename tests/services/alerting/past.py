"""The queue of an earlier day, as the whole engine opens it: what trials and records are held against."""

from __future__ import annotations

from datetime import date

from models.values.journal import Actor
from services.alerting.alone import at_end_of
from services.alerting.run import run_rules
from services.scoring import score_due
from services.workspace import Workspace


def alerts_as_of(past: Workspace, day: date) -> Workspace:
    """Score the copy as of a day, and evaluate every rule on a queue that nobody has worked."""
    then = at_end_of(past, day)
    score_due(then, force_all=True, as_of=day)
    with then.store.unit_of_work(Actor("model", "test"), "forget", "alerts", at=then.at) as work:
        for table in ("alert_signals", "alerts"):
            work.sql(f"DELETE FROM {table}")
        work.digest(day.isoformat())
        work.commit()
    run_rules(then, limited=False)
    return then
