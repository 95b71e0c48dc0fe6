"""Query module: how old each kind of data is, beside the interval at which it usually comes.

The usual interval is the median gap between the days of its last events. Both are read from the table's index on the
day, a few steps back from its end, so that the cost does not grow with the table.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from statistics import median
from typing import Final

from sqlalchemy import Connection

#: Kind of data, its table and its day; words as a person says them.
SOURCES: Final = (
    ("orders", "ordered_on", "Orders"),
    ("tickets", "opened_on", "Tickets"),
    ("reviews", "reviewed_on", "Reviews"),
    ("email_events", "happened_on", "Email events"),
    ("stage_changes", "changed_on", "Deal stages"),
    ("activities", "happened_on", "Activity"),
    ("surveys", "answered_on", "Surveys"),
    ("conversations", "happened_on", "Conversations"),
)
#: Days looked back on for the usual interval, and the fewest that tell one.
LAST_DAYS: Final = 30
LEAST_DAYS: Final = 5

_DAYS = """
WITH RECURSIVE days(day, n) AS (
    SELECT (SELECT max({day}) FROM {table} WHERE {day} <= :today), 1
    UNION ALL
    SELECT (SELECT max({day}) FROM {table} WHERE {day} < days.day), n + 1 FROM days
    WHERE days.day IS NOT NULL AND n < :last)
SELECT day FROM days WHERE day IS NOT NULL ORDER BY day
"""


def source_facts(connection: Connection, today: str) -> list[tuple[int, str, float, float]]:
    """Age and usual interval of each kind of data that has a history.

    Parameters
    ----------
    connection
        A reader, or a unit of work's connection.
    today
        The calendar day that ages are counted to.

    Returns
    -------
    list of tuple
        (number of the kind, words, age in days, usual interval in days, at least 1).
    """
    now = date.fromisoformat(today)
    facts = []
    for number, (table, day, words) in enumerate(SOURCES, start=1):
        statement = _DAYS.format(table=table, day=day)
        found = connection.exec_driver_sql(statement, {"today": today, "last": LAST_DAYS})
        days = [date.fromisoformat(row[0][:10]) for row in found]
        if len(days) < LEAST_DAYS:
            continue
        gaps = [(later - earlier).days for earlier, later in pairwise(days)]
        facts.append((number, words, float((now - days[-1]).days), max(1.0, float(median(gaps)))))
    return facts
