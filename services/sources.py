"""The kinds of data that a book holds, how old each is, and when one is stale: one meaning for rules and pages."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

from models.values.outbox import OWN_SOURCE
from models.values.words import day_of

if TYPE_CHECKING:
    from services.settings import Policy

#: Kind of data in words, its table and the column with its day.
SOURCES: Final = (
    ("orders", "orders", "ordered_on"),
    ("tickets", "tickets", "opened_on"),
    ("reviews", "reviews", "reviewed_on"),
    ("email events", "email_events", "happened_on"),
    ("deal stages", "stage_changes", "changed_on"),
    ("activity", "activities", "happened_on"),
    ("surveys", "surveys", "answered_on"),
    ("conversations", "conversations", "happened_on"),
)
#: The rule whose figures, where the policy sets them, say when a source is stale.
RULE: Final = "data_stale"
#: A quiet week is no stale source, however regular it was before.
LEAST_AGE_DAYS: Final = 7
#: Days looked back on for the usual interval, and the fewest that tell one.
LAST_DAYS: Final = 30
LEAST_DAYS: Final = 5
#: A book whose newest day is older is an archive: its kinds of data are held against its own end.
ARCHIVE_AFTER_DAYS: Final = 365

#: SQL of a condition on rows: what this program wrote itself says nothing about how far the files reach.
FROM_FILES: Final = f"source <> '{OWN_SOURCE}'"

# Hops over the index on the day, from its end: the cost does not grow with the table.
_DAYS: Final = f"""
WITH RECURSIVE hop(day, n) AS (
    SELECT (SELECT max({{day}}) FROM {{table}} WHERE {{day}} <= :today AND {FROM_FILES}), 1
    UNION ALL
    SELECT (SELECT max({{day}}) FROM {{table}} WHERE {{day}} < hop.day AND {FROM_FILES}), n + 1 FROM hop
    WHERE hop.day IS NOT NULL AND n < :last)
SELECT day FROM hop WHERE day IS NOT NULL ORDER BY day
"""


@dataclass(frozen=True, slots=True)
class SourceAge:
    """One kind of data.

    Attributes
    ----------
    age_days
        Days from its last day to today; in an archive, to the end of the book.
    usual_days
        Usual days between two of its days, at least 1: the median gap of the last 30. None: too few to tell.
    """

    words: str
    last_day: date
    age_days: int
    usual_days: float | None
    stale: bool


def source_ages(driver: sqlite3.Connection, today: date, policy: Policy) -> tuple[SourceAge, ...]:
    """Return the age of each kind of data that the book has.

    Stale is what is older than both a week and the policy's number of times its usual interval. A book that ends long
    ago is not stale for that: its title says through which day it knows.

    Parameters
    ----------
    driver
        A reader's connection, or a unit of work's.
    today
        The calendar day that ages are counted to; later days are not read.
    policy
        With the factor, or with what it sets for the rule "Data stale".
    """
    days = {words: _last_days(driver, table, day, today) for words, table, day in SOURCES}
    newest = max((found[-1] for found in days.values() if found), default=today)
    end = newest if (today - newest).days > ARCHIVE_AFTER_DAYS else today
    times, least = stale_figures(policy)
    ages = []
    for words, found in days.items():
        if not found:
            continue
        gaps = [(later - earlier).days for earlier, later in pairwise(found)]
        usual = max(1.0, float(median(gaps))) if len(found) >= LEAST_DAYS else None
        age = (end - found[-1]).days
        stale = usual is not None and age > least and age / usual > times
        ages.append(SourceAge(words, found[-1], age, usual, stale))
    return tuple(ages)


def stale_figures(policy: Policy) -> tuple[float, float]:
    """How many times its usual interval, and how many days, a source must be older than to be stale."""
    own = {one.name: float(one.value) for one in policy.rule_parameters if one.rule == RULE}
    return own.get("times", float(policy.stale_factor)), own.get("least_days", float(LEAST_AGE_DAYS))


def _last_days(driver: sqlite3.Connection, table: str, day: str, today: date) -> list[date]:
    rows = driver.execute(_DAYS.format(table=table, day=day), {"today": today.isoformat(), "last": LAST_DAYS})
    return [found for row in rows if (found := day_of(row[0])) is not None]
