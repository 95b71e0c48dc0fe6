"""Query module: customers who do less in a channel than their own past makes likely, as scoring has found them.

The anomalies themselves are found, dated and held against false discoveries by scoring (`services.scoring.unusual`).
Here those of activity are read (portal logins, web visits …), and the likeliest to be no chance stands for a customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from models.values import words
from models.values.anomalies import NO_ACTIVITY, channel_title
from services.alerting.driver import tuples

#: Columns of a run's table behind the customer: fall from 0 to 1, weeks since, channel, day and counts in words.
COLUMNS: Final = "fall REAL, weeks INTEGER, channel TEXT, since TEXT, counts TEXT"
_DROPS: Final = """
SELECT customer_id, channel, since, seen, expected, window_days FROM anomalies
WHERE direction = 'down' AND expected > 0 AND channel NOT IN ({others}) {scope}
ORDER BY customer_id, p, channel
"""
_IN_SCOPE: Final = "AND customer_id IN (SELECT customer_id FROM temp.run_scope)"


def drops(
    connection: Connection, bindings: Mapping[str, Any], *, scoped: bool
) -> list[tuple[int, float, int, str, str, str]]:
    """Customers whose activity dropped, each with the channel in which it is least likely to be chance.

    Parameters
    ----------
    connection
        The run's connection.
    bindings
        With ``today``: days are worded as seen from it.
    scoped
        Look only at the customers of ``temp.run_scope``.

    Returns
    -------
    list of tuple
        A row a customer: the customer, and the `COLUMNS`.
    """
    others = ", ".join(f"'{channel}'" for channel in NO_ACTIVITY)
    today = words.day_of(bindings["today"])
    assert today is not None
    rows: dict[int, tuple[int, float, int, str, str, str]] = {}
    for customer, channel, since, seen, expected, days in tuples(
        connection, _DROPS.format(others=others, scope=_IN_SCOPE if scoped else "")
    ):
        if customer not in rows:
            begun = words.day_of(since)
            day = words.day(begun, today) if begun is not None else "lately"
            counts = f"{seen:.0f} instead of about {words.whole(max(expected, 1))}"
            fall = min(max(1 - seen / expected, 0.0), 1.0)
            rows[customer] = (customer, fall, max(1, round(days / 7)), channel_title(channel), day, counts)
    return list(rows.values())
