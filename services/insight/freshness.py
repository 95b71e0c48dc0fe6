"""How far the data reach and how old each kind of them is, as the line beside the page's title says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import median

from models.values import words
from models.values.alerts import Freshness
from services.insight.reader import Reader

#: Kind of data in words, its table and the column with its day.
SOURCES = (
    ("orders", "orders", "ordered_on"),
    ("tickets", "tickets", "opened_on"),
    ("reviews", "reviews", "reviewed_on"),
    ("email events", "email_events", "happened_on"),
    ("deal stages", "stage_changes", "changed_on"),
    ("activity", "activities", "happened_on"),
    ("surveys", "surveys", "answered_on"),
    ("conversations", "conversations", "happened_on"),
)
_LAST_DAYS = 30
_LEAST_DAYS = 5
#: A quiet week is no stale source, however regular it was before.
_NEVER_STALE_DAYS = 7


@dataclass(frozen=True, slots=True)
class SourceAge:
    """One kind of data: its last day, its age in days, the usual days between two of its days (None: too few)."""

    words: str
    last_day: date
    age_days: int
    usual_days: float | None
    stale: bool


def read_freshness(reader: Reader) -> Freshness:
    """Return what stands beside the title."""
    ages = read_source_ages(reader)
    through = reader.as_of or max((age.last_day for age in ages), default=None)
    synced = words.moment_of(
        reader.value("SELECT finished_at FROM imports WHERE undone_by IS NULL ORDER BY id DESC LIMIT 1")
    )
    scored = words.moment_of(
        reader.value("SELECT at FROM journal WHERE actor_kind = 'model' ORDER BY id DESC LIMIT 1")
        or reader.value("SELECT scored_at FROM customer_risk_scores LIMIT 1")
    )
    parts = [f"Data through {reader.day(through)}"] if through is not None else []
    if synced is not None and scored is not None and words.ago(synced, reader.now) == words.ago(scored, reader.now):
        parts.append(f"synced and scored {words.ago(scored, reader.now)}")
    else:
        parts += [f"synced {words.ago(synced, reader.now)}"] if synced is not None else []
        parts += [f"scored {words.ago(scored, reader.now)}"] if scored is not None else []
    stale = sorted((age for age in ages if age.stale), key=lambda age: -age.age_days)
    empty = through is None and reader.value("SELECT 1 FROM customers LIMIT 1") is None
    return Freshness(
        through=_iso(through) or None,
        words="Nothing imported yet" if empty else " · ".join(parts),
        warning=" · ".join(f"{age.words} {words.count(age.age_days, 'day')} old" for age in stale[:2])
        + (f" · {len(stale) - 2} more" if len(stale) > 2 else ""),
        empty=empty,
    )


def read_source_ages(reader: Reader) -> tuple[SourceAge, ...]:
    """Return the age of each kind of data that the book has.

    A kind is stale when the book's other data reach further than ``stale_factor`` times its usual interval (the
    median gap between its last 30 days with events) and a week. Age is counted to today; a book that ends long ago
    is not stale for that: its title says through which day it knows.
    """
    found: list[tuple[str, date, float | None]] = []
    for said, table, column in SOURCES:
        days = _last_days(reader, table, column)
        if not days:
            continue
        gaps = [(later - earlier).days for earlier, later in zip(days[1:], days, strict=False)]
        found.append((said, days[0], max(1.0, float(median(gaps))) if len(days) >= _LEAST_DAYS else None))
    through = reader.as_of or max((last for _, last, _ in found), default=reader.today)
    factor = reader.policy.stale_factor
    return tuple(
        SourceAge(
            words=said,
            last_day=last,
            age_days=max(0, (reader.today - last).days),
            usual_days=usual,
            stale=usual is not None and (through - last).days > max(_NEVER_STALE_DAYS, factor * usual),
        )
        for said, last, usual in found
    )


def _last_days(reader: Reader, table: str, column: str) -> list[date]:
    """Return the last days with events, newest first, by hops over the index on the day."""
    found = reader.driver.execute(
        f"""WITH RECURSIVE hop(day, n) AS (
                SELECT (SELECT MAX({column}) FROM {table} WHERE {column} <= ?), 1
                UNION ALL
                SELECT (SELECT MAX({column}) FROM {table} WHERE {column} < hop.day), n + 1 FROM hop
                 WHERE hop.day IS NOT NULL AND n < ?
            ) SELECT day FROM hop WHERE day IS NOT NULL""",
        (reader.today.isoformat(), _LAST_DAYS),
    )
    return [day for row in found if (day := words.day_of(row[0])) is not None]


def _iso(value: date | None) -> str:
    return value.isoformat() if value is not None else ""
