"""Query module: customers who do less in a channel than their own past makes likely, as scoring has found them.

The anomalies themselves are found, dated and corrected for false discoveries by scoring (`services.scoring.anomalies`).
Here those of activity are read (portal logins, web visits …), and the likeliest to be no chance stands for a customer.
A fall in one channel is no silence of who orders as usual, or who wrote, spoke or came by another channel of late: what
goes on is said with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from models.values.anomalies import NO_ACTIVITY, ORDERS
from services.alerting.driver import tuples
from services.book.alert_phrasing import CONTACT

#: Columns of a run's table behind the customer: fall from 0 to 1, weeks since, channel, day, how many were seen and
#: expected, and what goes on with its last day, null where nothing does.
COLUMNS: Final = (
    "fall REAL, weeks INTEGER, channel TEXT, since TEXT, seen REAL, expected REAL, goes_on TEXT, goes_on_day TEXT"
)
_DROPS: Final = """
WITH fallen AS MATERIALIZED (SELECT customer_id, channel FROM anomalies WHERE direction = 'down')
SELECT a.customer_id, a.channel, a.since, a.seen, a.expected, a.window_days,
       CASE WHEN f.days_since_order <= f.usual_gap AND (a.customer_id, :orders) NOT IN fallen THEN f.last_order_on END,
       (SELECT max(c.happened_on) FROM conversations c WHERE c.customer_id = a.customer_id
               AND c.happened_on BETWEEN max(a.since, :day_30) AND :as_of
               AND coalesce(c.direction, '') <> 'to_customer'),
       (SELECT max(x.happened_on || x.kind) FROM activities x WHERE x.customer_id = a.customer_id
               AND +x.happened_on BETWEEN max(a.since, :day_30) AND :as_of AND (x.customer_id, x.kind) NOT IN fallen)
FROM anomalies a JOIN temp.run_facts f ON f.customer_id = a.customer_id
WHERE a.direction = 'down' AND a.expected > 0 AND a.channel NOT IN ({others})
ORDER BY a.customer_id, a.p, a.channel
"""
_DAY: Final = len("2026-11-22")


def drops(connection: Connection, bindings: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Customers whose activity dropped, each with the channel in which it is least likely to be chance.

    Parameters
    ----------
    connection
        The run's connection; it has the run's facts.

    Returns
    -------
    list of tuple
        A row a customer: the customer, and the `COLUMNS`.
    """
    others = ", ".join(f"'{channel}'" for channel in NO_ACTIVITY)
    rows: dict[int, tuple[Any, ...]] = {}
    for customer, channel, since, seen, expected, days, ordered, spoke, did in tuples(
        connection, _DROPS.format(others=others), {**bindings, "orders": ORDERS}
    ):
        if customer not in rows:
            fall, weeks = min(max(1 - seen / expected, 0.0), 1.0), max(1, round(days / 7))
            beside = ((ORDERS, ordered), (CONTACT, spoke), (did[_DAY:], did[:_DAY]) if did else ("", None))
            goes_on = next((one for one in beside if one[1]), (None, None))
            rows[customer] = (customer, fall, weeks, channel, since, seen, expected, *goes_on)
    return list(rows.values())
