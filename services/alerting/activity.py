"""Query module: customers who do less in a channel than their own past makes likely, as scoring has found them.

The anomalies themselves are found, dated and corrected for false discoveries by scoring (`services.scoring.anomalies`).
Here those of activity are read (portal logins, web visits …), and the likeliest to be no chance stands for a customer.
A fall in one channel is no silence of who orders as usual, or who wrote, spoke or came by another channel of late: what
goes on is said with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from models.values import words
from models.values.anomalies import NO_ACTIVITY, ORDERS, about, channel_title
from services.alerting.driver import tuples

#: Columns of a run's table behind the customer: fall from 0 to 1, weeks since, channel, day, counts and what goes on in
#: words, null where nothing does.
COLUMNS: Final = "fall REAL, weeks INTEGER, channel TEXT, since TEXT, counts TEXT, goes_on TEXT"
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


def drops(
    connection: Connection, bindings: Mapping[str, Any]
) -> list[tuple[int, float, int, str, str, str, str | None]]:
    """Customers whose activity dropped, each with the channel in which it is least likely to be chance.

    Parameters
    ----------
    connection
        The run's connection; it has the run's facts.
    bindings
        With ``today``: days are worded as seen from it.

    Returns
    -------
    list of tuple
        A row a customer: the customer, and the `COLUMNS`.
    """
    others = ", ".join(f"'{channel}'" for channel in NO_ACTIVITY)
    today = words.day_of(bindings["today"])
    assert today is not None
    rows: dict[int, tuple[int, float, int, str, str, str, str | None]] = {}
    for customer, channel, since, seen, expected, days, ordered, spoke, did in tuples(
        connection, _DROPS.format(others=others), {**bindings, "orders": ORDERS}
    ):
        if customer not in rows:
            begun = words.day_of(since)
            day = words.day(begun, today) if begun is not None else "lately"
            counts = f"{seen:.0f} instead of {about(expected)}"
            fall = min(max(1 - seen / expected, 0.0), 1.0)
            weeks, goes_on = max(1, round(days / 7)), _goes_on(ordered, spoke, did, today)
            rows[customer] = (customer, fall, weeks, channel_title(channel), day, counts, goes_on)
    return list(rows.values())


def _goes_on(ordered: str | None, spoke: str | None, did: str | None, today: date) -> str | None:
    """Say what goes on besides the channel that fell: "they still order, last on 16 Nov"."""
    said = (
        ("they still order", ordered),
        ("they still get in touch", spoke),
        (f"{channel_title(did[_DAY:]).lower()} go on" if did else "", did[:_DAY] if did else None),
    )
    for what, on in said:
        day = words.day_of(on)
        if day is not None:
            return f"{what}, last on {words.day(day, today)}"
    return None
