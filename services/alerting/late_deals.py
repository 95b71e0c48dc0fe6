"""Query module: whether a book's open deals are kept up to date.

Where more than half of them are older than nine in ten deals ever got, nobody closes deals that came to nothing: age
says little of a single one then. The same holds where hardly a deal was ever closed, and most are older than the rule's
figure. A few late deals are no such sign, and can be looked at one by one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from models.queries.kept_values import keep_value, kept_value
from models.store import UnitOfWork
from models.values.words import count
from services.alerting.driver import tuples
from services.alerting.facts import USUAL_DAYS
from services.alerting.measures import STAGE_AS_OF
from services.alerting.rules import Rule

#: Key of the book's value that holds the counts of the last run over all.
LATE_DEALS: Final = "late_deals"
_FEWEST: Final = 10
_COUNT: Final = f"""
SELECT count(*), coalesce(sum(julianday(:as_of) - julianday(opened_on) > usual_days), 0),
       CASE WHEN NOT EXISTS (SELECT 1 FROM temp.run_deal_days)
            THEN (SELECT count(*) FROM opportunities o WHERE {STAGE_AS_OF} IN ('Won', 'Lost')) END,
       CAST(:unknown_days AS INTEGER)
FROM (SELECT x.opened_on AS opened_on, {USUAL_DAYS} AS usual_days
      FROM (SELECT o.kind AS kind, o.opened_on AS opened_on FROM opportunities o
            WHERE o.opened_on <= :as_of AND {STAGE_AS_OF} NOT IN ('Won', 'Lost')) x)
WHERE usual_days IS NOT NULL
"""


class LateDeals(NamedTuple):
    """Open deals whose age can be judged, and those of them that are older than deals usually get.

    Attributes
    ----------
    closed
        Deals that were won or lost, where too few tell how long deals take; `late` are those open for `days` then.
    """

    judged: int = 0
    late: int = 0
    closed: int | None = None
    days: int = 0

    @property
    def neglected(self) -> bool:
        """Whether most of them are, and too many to look at one by one."""
        # Of many deals that closed on days that nobody wrote down, the list itself is kept.
        return self.late >= _FEWEST and 2 * self.late > self.judged and (self.closed or 0) < _FEWEST

    @property
    def words(self) -> str:
        """What follows for a rule that judges deals by their age; '' where they are kept up to date."""
        if not self.neglected:
            return ""
        if self.closed is None:
            older = "deals usually get"
        else:
            ever = "no deal was" if self.closed == 0 else f"only {count(self.closed, 'deal')} were"
            older = f"{self.days} days, and {ever} ever closed"
        return (
            f"{self.late:,} of {self.judged:,} open deals are older than {older}. Clean up the list of deals:"
            " until then, this rule raises no alert above low"
        )


def judges_age(rule: Rule) -> bool:
    """Whether a rule judges deals by their age."""
    return "deal_overdue" in rule.measures()


def count_late(work: UnitOfWork, bindings: Mapping[str, Any]) -> LateDeals:
    """Count over all deals of the book, next to the run's tables of deals, and keep the counts."""
    found = LateDeals(*tuples(work.connection, _COUNT, bindings).fetchone())
    keep_value(work, LATE_DEALS, json.dumps(found))
    return found


def read_late(connection: Connection) -> LateDeals:
    """Return the counts of the last run over all."""
    text = kept_value(connection, LATE_DEALS)
    return LateDeals(*json.loads(text)) if text else LateDeals()
