"""The history of scores: one row a customer and week, or when a score moved by more than 5.

A history is counted by one policy, so that a change in it is the customer's: where a figure of the policy changes that
scores are counted by (the horizon of the churn risk above all), the next scoring makes it anew by the new one.

A book that is scored for the first time gets a past too: the scores of earlier days, from the events up to each of them
and on the same parameters, so that "31 points up in 60 days" can be said from the first day on. A large book gets
only two such days, and the later one only of customers whose scores had moved by then. Such rows say in ``model`` from
which day they look back: that model had seen what came of them, so that they are no record of a prediction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from models.store import UnitOfWork
from models.store.driver import driver_of
from models.tables import score_history
from models.values.said_leaving import MODELLED_RISK
from models.values.scores import as_of_model
from services.distress.carried_out import Chances
from services.distress.said_leaving import Said, read_said
from services.scoring import said_leaving
from services.scoring.events import EPOCH, BookEvents, day_number, fetch
from services.scoring.ledger import Ledger
from services.scoring.parameters import Parameters
from services.scoring.reason_figures import with_none
from services.scoring.rows import day_text, day_texts, decimals, segment_names, whole_numbers
from services.scoring.scorecard import Figures, figures_at, membership_at
from services.scoring.writing import REBUILD_FROM, indexes_anew, insert_rows
from services.settings import Policy
from services.settings.codec import from_json, to_json

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

MOVED_SCORE, MOVED_RISK = 5.0, 0.05
_WEEK_DAYS = 7
_SMALL_BOOK = 5_000
#: Another one where the past is told otherwise by the program: since this one with segments.
_PAST = 2
_WEEKS_BACK = tuple(range(26 * 7, 0, -7))
_DAYS_BACK = (60, 30)
#: Figures of the policy that scores are counted by: with another of them a score is no longer like the one before it.
_COUNTED_BY = (
    "churn_horizon_days", "clv_horizon_months", "discount_rate", "margin", "email_cap_days", "engagement_weights",
    "engagement_curves", "health_weights", "health_curves", "exchange_rates",
)  # fmt: skip
#: In `Previous.begun`: the customer had only other activity.
_ACTIVITY = -1.0

_COLUMNS = (
    "customer_id", "as_of", "engagement", "health", "churn_risk", "clv_minor", "value_at_risk_minor", "segment",
    "model",
)  # fmt: skip


@dataclass(frozen=True)
class Previous:
    """The scores before a run, shape (customers,) each: `known` tells who had any, `begun` their first order's day."""

    known: Flags
    week: Whole
    engagement: Floats
    health: Floats
    churn_risk: Floats
    begun: Floats


@dataclass(frozen=True)
class Entries:
    """Scores of some customers at the end of some days: one entry a customer and day, in no particular order.

    `model` is that of all of them.
    """

    customer: Whole
    day: Whole
    segment: Whole
    scores: dict[str, Floats]
    model: str

    @staticmethod
    def of(
        figures: Figures,
        ids: Whole,
        kept: Flags,
        model: str,
        said: Mapping[int, Said],
        segment: Whole,
    ) -> Entries:
        """The scores and segments of one day of the customers for whom `kept` holds.

        `said`: whose words of leaving stood on that day.
        """
        scores = {
            "engagement": np.round(figures.engagement.total, 1),
            "health": np.round(figures.health.total, 1),
            "churn_risk": np.round(figures.churn_risk, 4),
            "clv_minor": figures.value.expected,
            "value_at_risk_minor": said_leaving.value_at_risk(figures, ids, said),
        }
        count = int(kept.sum())
        return Entries(
            customer=ids[kept],
            day=np.full(count, figures.seen.day),
            segment=segment[kept],
            scores={name: values[kept] for name, values in scores.items()},
            model=model,
        )


def counted_by(policy: Policy, currency: str) -> str:
    """A mark of how scores are counted: another one, and those of before are not to be compared with."""
    # Through JSON and back, as a default of 1 and a stored 1.0 are the same figure.
    plain = to_json(from_json(Policy, to_json(policy)))
    text = json.dumps([_PAST, currency, *(plain.get(name) for name in _COUNTED_BY)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_to_be_made_anew(connection: Connection, last: dict[str, Any], mark: str, policy: Policy) -> bool:
    """Whether the book's history is counted otherwise than by `policy`.

    Parameters
    ----------
    last
        What the last run left about itself; of an older program without such a mark: then the horizons tell.
    mark
        Of `counted_by`.
    """
    if "counted_by" in last:
        return bool(last["counted_by"] != mark)
    query = "SELECT churn_horizon_days, clv_horizon_months FROM customer_risk_scores LIMIT 1"
    horizons = [tuple(row) for row in fetch(connection, query, {})]
    return bool(horizons) and horizons[0] != (policy.churn_horizon_days, policy.clv_horizon_months)


def week_number(day: int) -> int:
    """Number of the week, Monday to Sunday, of a day number (1970-01-01 was a Thursday)."""
    return (day + 3) // _WEEK_DAYS


def read_previous(connection: Connection, ids: Whole, *, everyone: bool, anew: bool = False) -> Previous:
    """The scores of `ids` (rising) as they were computed for the public table, whatever a person set in their place.

    With `everyone`, of all customers between the first and the last of them; with `anew` as if none had been scored.
    """
    kept = ", ".join(
        f"CASE WHEN overridden IS NULL THEN {now} ELSE coalesce(json_extract(overridden, '$.{name}.computed'), "
        f"CASE WHEN json_type(overridden, '$.{name}') IS NULL THEN {now} END) END"
        for name, now in (("engagement", "engagement"), ("health", "health"), ("churn_risk", MODELLED_RISK))
    )
    query = f"SELECT customer_id, as_of, {kept}, first_order_on, last_activity_on"
    query += " FROM customer_risk_scores WHERE customer_id "
    rows: list[tuple[Any, ...]] = []
    if anew:
        rows = []
    elif everyone and ids.size:
        rows = fetch(connection, f"{query} BETWEEN :first AND :last", {"first": int(ids[0]), "last": int(ids[-1])})
    elif ids.size:
        rows = fetch(connection, f"{query} IN (SELECT value FROM json_each(:ids))", {"ids": json.dumps(ids.tolist())})
    known = np.zeros(ids.size, np.bool_)
    week, scores = np.zeros(ids.size, np.int64), np.full((4, ids.size), np.nan)
    if rows:
        customer, as_of, engagement, health, risk, first, active = zip(*rows, strict=True)
        place = np.searchsorted(ids, np.array(customer, np.int64))
        known[place] = True
        number = {text: week_number(day_number(date.fromisoformat(text))) for text in set(as_of)}
        week[place] = [number[text] for text in as_of]
        scores[:3, place] = np.array((engagement, health, risk), np.float64)
        scores[3, place] = _begun(first, active)
    return Previous(known, week, *scores)


def _begun(first: Iterable[str | None], active: Iterable[str | None]) -> Floats:
    days: dict[str | None, float] = {}
    found = []
    for order, activity in zip(first, active, strict=True):
        if order not in days:
            days[order] = float(day_number(date.fromisoformat(order))) if order else np.nan
        found.append(days[order] if order else (_ACTIVITY if activity else np.nan))
    return np.array(found)


def without_past(before: Previous, now: Figures) -> Flags:
    """Who is new to the history, or has another first order than it was computed with; shape (customers,)."""
    begun = np.where(now.seen.purchase_days > 0, now.seen.first_order, np.nan)
    begun = np.where(np.isnan(begun) & ~np.isnan(now.seen.last_activity), _ACTIVITY, begun)
    return ~_same(begun, before.begun) & ~np.isnan(begun)


def _same(one: Floats, other: Floats) -> Flags:
    return np.asarray((one == other) | (np.isnan(one) & np.isnan(other)))


def due(before: Previous, now: Figures) -> Flags:
    """Whose row of this run goes into the history: a new week, or a score that moved; shape (customers,)."""
    earlier = (before.engagement, before.health, before.churn_risk)
    new_week = before.week != week_number(now.seen.day)
    return np.asarray(~before.known | new_week | _moved(earlier, _scores(now)))


def _scores(figures: Figures) -> tuple[Floats, Floats, Floats]:
    return figures.engagement.total, figures.health.total, figures.churn_risk


def _moved(before: tuple[Floats, Floats, Floats], now: tuple[Floats, Floats, Floats]) -> Flags:
    result = np.zeros(now[0].shape, np.bool_)
    for early, late, step in zip(before, now, (MOVED_SCORE, MOVED_SCORE, MOVED_RISK), strict=True):
        result |= np.nan_to_num(np.abs(late - early)) > step
        result |= np.isnan(early) != np.isnan(late)
    return result


def past(
    connection: Connection, book: BookEvents, parameters: Parameters, policy: Policy, chances: Chances
) -> list[Entries]:
    """Scores of earlier days of the customers of `book`, from the events up to each day, on today's parameters.

    `chances`: how likely words of leaving are carried out.
    """
    ids = book.customer_ids.tolist()
    begun = book.first_day()
    small = book.customer_ids.size <= _SMALL_BOOK
    model = as_of_model(parameters.orders.name, day_text(book.as_of))
    found: list[Entries] = []
    last: Figures | None = None
    for day in (book.as_of - back for back in (_WEEKS_BACK if small else _DAYS_BACK)):
        if begun is None or day < begun:
            continue
        ledger = Ledger(book, day)
        figures = figures_at(ledger, parameters, policy, ranges=False)
        kept = figures.seen.rhythm_count > 0
        if last is not None and not small:
            kept &= _moved(_scores(last), _scores(figures))
        said = read_said(driver_of(connection), EPOCH + timedelta(days=day), ids, chances)
        segment = membership_at(ledger, figures.seen, parameters).now
        found.append(Entries.of(figures, book.customer_ids, kept, model, said, segment))
        last = figures
    return found


@contextmanager
def filling(work: UnitOfWork, customers: int) -> Iterator[None]:
    """Around the writing of all parts of a run: a history that begins gets its indexes at the end."""
    empty = bool(work.sql("SELECT NOT EXISTS (SELECT 1 FROM score_history)").scalar())
    with indexes_anew(work, score_history, wanted=empty and customers >= REBUILD_FROM):
        yield


def write_entries(work: UnitOfWork, parts: list[Entries]) -> None:
    """Put entries into the history in the order of its key, in which it fills quickest; those of a day are replaced."""
    customer = np.concatenate([part.customer for part in parts])
    if not customer.size:
        return
    day = np.concatenate([part.day for part in parts])
    order = np.lexsort((day, customer))
    scores = {name: np.concatenate([part.scores[name] for part in parts])[order] for name in parts[0].scores}
    models = np.repeat(np.array([part.model for part in parts], object), [part.day.size for part in parts])
    rows = zip(
        customer[order].tolist(),
        day_texts(day[order].astype(np.float64)),
        decimals(scores["engagement"], 1),
        decimals(scores["health"], 1),
        with_none(scores["churn_risk"].tolist(), np.isnan(scores["churn_risk"])),
        whole_numbers(scores["clv_minor"]),
        whole_numbers(scores["value_at_risk_minor"]),
        segment_names(np.concatenate([part.segment for part in parts])[order]),
        models[order].tolist(),
        strict=True,
    )
    marks = ", ".join("?" * len(_COLUMNS))
    insert_rows(work, f"INSERT OR REPLACE INTO score_history ({', '.join(_COLUMNS)}) VALUES ({marks})", rows)


def forget_past(work: UnitOfWork, customers: Iterable[int]) -> None:
    """Drop the history of customers whose past is about to be computed anew."""
    keys: list[tuple[Any, ...]] = [(customer,) for customer in customers]
    if keys:
        work.sql("DELETE FROM score_history WHERE customer_id = ?", keys)


def forget_all(work: UnitOfWork) -> None:
    """Drop the whole history: it is about to be made anew."""
    work.sql("DELETE FROM score_history")


def forget_later(work: UnitOfWork, as_of: str) -> None:
    """Drop history of days that the book no longer covers: the import that brought them was undone."""
    work.sql("DELETE FROM score_history WHERE as_of > ?", (as_of,))
