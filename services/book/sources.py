"""The kinds of data that a book holds, how old each is, and when one is stale: one meaning for rules and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Final

from models import sqlite
from models.queries.deals import CLOSED_HERE
from models.queries.purchases import WON_DEALS, no_contacts
from models.values.outbox import OWN_SOURCE
from models.values.words import count, day_of, full_day

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
#: Days looked back on for the usual interval, the fewest that tell one, and which of the gaps stands for them.
LAST_DAYS: Final = 60
LEAST_DAYS: Final = 5
_GAP_QUANTILE: Final = 0.9
#: So many deliveries tell how often a file is exported; before, it may be the export of a month.
_DELIVERIES: Final = 3
_MONTH_DAYS: Final = 31
#: A book is old when its newest day is so many days back, and further than so many times its usual gap.
_OLD_DAYS: Final = 35
_OLD_GAPS: Final = 3
#: Of a book with too few days to tell a gap.
_OLD_ALONE_DAYS: Final = 90

#: SQL of a condition on rows: what this program wrote itself says nothing about how far the files reach.
FROM_FILES: Final = f"source <> '{OWN_SOURCE}'"
#: Channel of a conversation that was a call which reached nobody; it is no contact.
UNANSWERED: Final = "unanswered call"

_WON_DAYS: Final = f"""SELECT DISTINCT ordered_on FROM {WON_DEALS} WHERE ordered_on <= :today
    AND id NOT IN {CLOSED_HERE} ORDER BY ordered_on DESC LIMIT :last"""
_DELIVERED: Final = f"""SELECT DISTINCT e.key, substr(i.finished_at, 1, 10) AS day
    FROM imports i, json_each(i.receipt, '$.entities') e WHERE i.undone_by IS NULL AND i.rows_inserted > 0
    AND i.id > (SELECT max(id) FROM imports) - {LAST_DAYS * 10} ORDER BY day"""

# Hops over the index on the day, from its end: the cost does not grow with the table.
_DAYS: Final = f"""
WITH RECURSIVE hop(day, n) AS (
    SELECT (SELECT max({{day}}) FROM {{table}} e WHERE {{day}} <= :today AND {FROM_FILES}{{kept}}), 1
    UNION ALL
    SELECT (SELECT max({{day}}) FROM {{table}} e WHERE {{day}} < hop.day AND {FROM_FILES}{{kept}}), n + 1 FROM hop
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
        Days that usually pass from one of its days to the next: the gap that nine in ten do not exceed, and no less
        than the days between two deliveries of the file. None: too few to tell.
    """

    words: str
    last_day: date
    age_days: int
    usual_days: float | None
    stale: bool


def source_ages(driver: sqlite.Connection, today: date, policy: Policy) -> tuple[SourceAge, ...]:
    """Return the age of each kind of data that the book has.

    Stale is what is older than both a week and the policy's number of times its usual interval; until three deliveries
    tell how often it is exported, also older than a month. A book that is looked at from its own end, or that is so old
    that this is asked, is not stale for that: its ages are counted to its end.

    Parameters
    ----------
    driver
        A reader's connection, or a unit of work's.
    today
        The calendar day that ages are counted to; later days are not read.
    policy
        With the factor, or with what it sets for the rule "Data stale".
    """
    return ages_and_end(driver, today, policy)[0]


def ages_and_end(driver: sqlite.Connection, today: date, policy: Policy) -> tuple[tuple[SourceAge, ...], date | None]:
    """Return `source_ages`, and the last day of a book so old that it must be asked from which day to look, or None."""
    days = _days(driver, today)
    end = old_end(days, today) if policy.look_from != "today" else None
    times, least = stale_figures(policy)
    delivered = _deliveries(driver)
    ages = []
    for words, table, _ in SOURCES:
        found = days[words]
        if not found:
            continue
        every = _interval(delivered.get(table, []), _DELIVERIES)
        usual = _interval(found, LEAST_DAYS)
        usual = max(usual, every or 0.0) if usual is not None else None
        age = ((end or today) - found[-1]).days
        floor = least if every is not None else max(least, float(_MONTH_DAYS))
        stale = usual is not None and age > floor and age / usual > times
        ages.append(SourceAge(words, found[-1], age, usual, stale))
    return tuple(ages), None if policy.look_from else end


def old_end(days: dict[str, list[date]], today: date) -> date | None:
    """Return the book's newest day where it is improbably long ago by the rhythm of the book's own days, else None."""
    every = sorted({day for found in days.values() for day in found})[-LAST_DAYS:]
    if not every:
        return None
    usual = _interval(every, LEAST_DAYS)
    least = max(_OLD_DAYS, _OLD_GAPS * usual) if usual is not None else _OLD_ALONE_DAYS
    return every[-1] if (today - every[-1]).days > least else None


def asked_end(driver: sqlite.Connection, today: date, policy: Policy) -> date | None:
    """Return the last day of a book so old that it must be asked from which day to look; None where that is settled."""
    return ages_and_end(driver, today, policy)[1]


def silence_since(driver: sqlite.Connection, as_of: date, today: date, policy: Policy) -> tuple[str, str] | None:
    """Return since when alerts of silence are held back: what ends, ``data`` or ``orders``, and its last day (ISO).

    None where purchases come as usual, so that a silence means something.
    """
    end = asked_end(driver, today, policy)
    if end is not None:
        return "data", end.isoformat()
    ages = source_ages(driver, as_of, policy)
    orders = next((one for one in ages if one.words == "orders"), None)
    return ("orders", orders.last_day.isoformat()) if orders is not None and orders.stale else None


def held_words(what: str, on: str) -> str:
    """Return what `silence_since` has in words: ``your orders end on 20 May 2026``."""
    return f"your {what} {'ends' if what == 'data' else 'end'} on {full_day(date.fromisoformat(on))}"


def silence_held(driver: sqlite.Connection, as_of: date, today: date, policy: Policy) -> str:
    """Say why alerts of silence are held back; '' where they are not."""
    since = silence_since(driver, as_of, today, policy)
    return held_words(*since) if since is not None else ""


def _days(driver: sqlite.Connection, today: date) -> dict[str, list[date]]:
    """The last days of each kind of data; without orders, won deals are the orders."""
    days = {words: _last_days(driver, table, day, today) for words, table, day in SOURCES}
    if not days["orders"]:
        rows = driver.execute(_WON_DAYS, {"today": today.isoformat(), "last": LAST_DAYS})
        days["orders"] = sorted(day for row in rows if (day := day_of(row[0])) is not None)
    return days


def _interval(days: list[date], least: int) -> float | None:
    """The gap between two days that nine in ten do not exceed, at least 1; None with fewer days than `least`."""
    if len(days) < least:
        return None
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    return max(1.0, float(gaps[ceil(_GAP_QUANTILE * len(gaps)) - 1]))


def _deliveries(driver: sqlite.Connection) -> dict[str, list[date]]:
    """The days on which files brought new rows of each table, rising."""
    found: dict[str, list[date]] = {}
    for table, text in driver.execute(_DELIVERED):
        day = day_of(text)
        if day is not None:
            found.setdefault(table, []).append(day)
    return found


def stale_figures(policy: Policy) -> tuple[float, float]:
    """How many times its usual interval, and how many days, a source must be older than to be stale."""
    own = {one.name: float(one.value) for one in policy.rule_parameters if one.rule == RULE}
    return own.get("times", float(policy.stale_factor)), own.get("least_days", float(LEAST_AGE_DAYS))


def _last_days(driver: sqlite.Connection, table: str, day: str, today: date) -> list[date]:
    query = _DAYS.format(table=table, day=day, kept=no_contacts(table, ":today"))
    rows = driver.execute(query, {"today": today.isoformat(), "last": LAST_DAYS})
    return [found for row in rows if (found := day_of(row[0])) is not None]


def orders_ahead(driver: sqlite.Connection, today: date, table: str = "orders") -> str:
    """Say how many orders are dated after `today`, "" where none is; `table`: the book's, or those of a file."""
    number, latest = driver.execute(
        f"SELECT count(*), max(ordered_on) FROM {table} WHERE ordered_on > ?", (today.isoformat(),)
    ).fetchone()
    if not number:
        return ""
    are, their = ("is", "its day") if number == 1 else ("are", "their days")
    up_to = full_day(date.fromisoformat(latest))
    return (
        f"{count(number, 'order')} {are} dated after today, up to {up_to}: not scored until {their}. Check the dates."
    )
