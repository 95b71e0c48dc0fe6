"""What winning customers cost against what they bring, and the book's totals of value, from its latest scores."""

from __future__ import annotations

from sqlalchemy import Connection

from models.values.forecast import AcquisitionValue, CostOfOne
from services.scoring.events import fetch

_NAMED = 10
_COSTS = """
SELECT c.id, c.acquisition_cost_minor, coalesce(s.spend_total_minor, 0), coalesce(s.clv_minor, 0),
       max(coalesce(s.clv_high_minor, 0), coalesce(s.clv_minor, 0))
  FROM customers c LEFT JOIN customer_risk_scores s ON s.customer_id = c.id AND s.currency = :currency
 WHERE c.acquisition_cost_minor > 0
 ORDER BY c.id
"""


def book_totals(connection: Connection) -> tuple[int, int, int]:
    """Value at risk, lifetime value, and the latter if all active customers stayed, summed up, in minor units."""
    ((at_risk, value),) = fetch(
        connection,
        "SELECT coalesce(sum(value_at_risk_minor), 0), coalesce(sum(clv_minor), 0) FROM customer_risk_scores",
        {},
    )
    return int(at_risk), int(value), int(at_risk) + int(value)


def read_acquisition(connection: Connection, currency: str, margin: float) -> AcquisitionValue | None:
    """Cost against value over the customers whose cost is known; None where nobody's is.

    Parameters
    ----------
    currency
        The reporting currency: costs are taken to be in it.
    margin
        The share of what was spent that counts as earned; lifetime value has it in it already.
    """
    rows = fetch(connection, _COSTS, {"currency": currency})
    if not rows:
        return None
    ((buyers,),) = fetch(connection, "SELECT count(*) FROM customer_risk_scores WHERE purchase_days > 0", {})
    ones = [
        CostOfOne(customer, int(cost), round(margin * spent), int(expected), int(high))
        for customer, cost, spent, expected, high in rows
    ]
    behind = [one for one in ones if one.earned + one.expected < one.cost]
    return AcquisitionValue(
        customers=len(ones),
        of=max(int(buyers), len(ones)),
        cost=sum(one.cost for one in ones),
        earned=sum(one.earned for one in ones),
        expected=sum(one.expected for one in ones),
        paid_back=sum(one.earned >= one.cost for one in ones),
        never=sum(one.earned + one.high < one.cost for one in ones),
        worst=tuple(sorted(behind, key=lambda one: (one.earned + one.expected - one.cost, one.customer_id))[:_NAMED]),
    )
