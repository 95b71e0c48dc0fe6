"""Whoever says that they leave is answered as soon as a critical alert, and by the end of the term that they name."""

from __future__ import annotations

from datetime import date
from typing import Final

from models.store import UnitOfWork
from models.store.driver import driver_of
from models.values.alerts import Severity
from services.alerting.merge import Plan
from services.alerting.sla import DueTimes
from services.distress.matters import read_waiting

_LEAVING: Final = "leaving"


def keep_terms(work: UnitOfWork, plan: Plan, due: DueTimes, as_of: str) -> None:
    """Bring the due times of new words of leaving forward to a critical alert's, or to the end of their term."""
    new = [
        *(one for _, _, ones in plan.opened for one in ones),
        *(one for _, one in plan.joined),
        *(one for _, one in plan.refreshed),
    ]
    for one in new:
        if one.sign != _LEAVING or one.customer_id is None:
            continue
        matters = read_waiting(driver_of(work.connection), one.customer_id, date.fromisoformat(as_of), one.rule)
        terms = [found.until for matter in matters if (found := matter.departure) is not None and found.until]
        latest = due.of(Severity.CRITICAL, one.owner)
        if terms:
            latest = min(latest, due.within(min(terms), one.owner))
        where = "customer_id = ? AND due_at > ? AND"
        values = (latest, one.customer_id, latest)
        work.sql(f"UPDATE alerts SET due_at = ? WHERE {where} state NOT IN ('resolved', 'not_useful')", values)
        work.sql(f"UPDATE alert_signals SET due_at = ? WHERE {where} rule = ?", (*values, one.rule))
