"""How far the data reach and how old each kind of them is, as the line next to the page's title says it."""

from __future__ import annotations

from datetime import date

from models.values import words
from models.values.alerts import Freshness
from services.book.sources import ages_and_end
from services.book.unscored import NOT_SCORED
from services.insight.reader import Reader


def read_freshness(reader: Reader) -> Freshness:
    """Return what stands next to the title."""
    ages, asked = ages_and_end(reader.driver, reader.today, reader.policy)
    through = reader.as_of or max((age.last_day for age in ages), default=None)
    synced = words.moment_of(
        reader.value("SELECT finished_at FROM imports WHERE undone_by IS NULL ORDER BY id DESC LIMIT 1")
    )
    scored = words.moment_of(
        reader.value("SELECT at FROM journal WHERE actor_kind = 'model' ORDER BY id DESC LIMIT 1")
        or reader.value("SELECT scored_at FROM customer_risk_scores LIMIT 1")
    )
    parts = [f"Data through {reader.day(through)}"] if through is not None else []
    told = None if reader.unscored else scored  # what came since makes the moment say too much
    if synced is not None and told is not None and words.ago(synced, reader.now) == words.ago(told, reader.now):
        parts.append(f"synced and scored {words.ago(told, reader.now)}")
    else:
        parts += [f"synced {words.ago(synced, reader.now)}"] if synced is not None else []
        parts += [f"scored {words.ago(told, reader.now)}"] if told is not None else []
    stale = sorted((age for age in ages if age.stale), key=lambda age: -age.age_days)
    waiting = NOT_SCORED.lower() if reader.as_of is None else "latest changes not scored yet"
    warnings = [waiting] if reader.unscored else []
    warnings += [f"data ends on {words.full_day(asked)}"] if asked is not None else []
    warnings += [f"{age.words} {words.count(age.age_days, 'day')} old" for age in stale[:2]]
    warnings += [f"{len(stale) - 2} more"] if len(stale) > 2 else []
    empty = through is None and reader.value("SELECT 1 FROM customers LIMIT 1") is None
    return Freshness(
        through=_iso(through) or None,
        words="Nothing imported yet" if empty else " · ".join(parts),
        warning=" · ".join(warnings),
        empty=empty,
        asked_from=_iso(asked),
    )


def _iso(value: date | None) -> str:
    return value.isoformat() if value is not None else ""
