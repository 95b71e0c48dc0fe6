"""A customer who says that they leave is answered as soon as a critical alert, unless they are worth less than most
customers, and by the end of the term that they name.

A customer who asks for an answer by a day, in a ticket or another text that an alert is about, is answered by that day.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from models.store import UnitOfWork
from models.store.driver import driver_of
from models.values.alerts import Severity
from services.alerting.merge import Plan
from services.alerting.sla import DueTimes
from services.distress.matters import ABOUT_WORDS, read_waiting

_LEAVING: Final = "leaving"


def keep_terms(work: UnitOfWork, plan: Plan, due: DueTimes, as_of: str) -> None:
    """Bring the due times of new alerts about words forward to the end of the term, or the day, that they name."""
    new = [
        *(one for _, _, ones in plan.opened for one in ones),
        *(one for _, one in plan.joined),
        *(one for _, one in plan.refreshed),
    ]
    today = date.fromisoformat(as_of)
    for one in new:
        if one.rule not in ABOUT_WORDS or one.customer_id is None:
            continue
        matters = read_waiting(driver_of(work.connection), one.customer_id, today, one.rule)
        times = [due.within(day, one.owner) for matter in matters if (day := matter.answer_by) and day >= today]
        if one.sign == _LEAVING:  # how soon goes by what they are worth, and by what they say
            terms = [found.until for matter in matters if (found := matter.departure) is not None and found.until]
            soon = [due.of(Severity.CRITICAL, one.owner)] if one.severity >= Severity.HIGH else []
            times += [*soon, *(due.within(day, one.owner) for day in terms)]
        if not times:
            continue
        latest = min(times)
        where = "customer_id = ? AND due_at > ? AND"
        values = (latest, one.customer_id, latest)
        work.sql(f"UPDATE alerts SET due_at = ? WHERE {where} state NOT IN ('resolved', 'not_useful')", values)
        work.sql(f"UPDATE alert_signals SET due_at = ? WHERE {where} rule = ?", (*values, one.rule))
