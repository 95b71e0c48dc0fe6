"""The scores of one customer as the pages show them: each with its horizon, its change and the period of that."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from models import sqlite
from models.queries.purchases import PURCHASES, cancelled_order, last_returned
from models.values import words
from models.values.alerts import SAID_LEAVING, Driver, ScoreFigures
from models.values.said_leaving import said_chance, said_words, without_words
from models.values.scores import OWN_GAPS
from services.insight.overridden import marks_of, week_line
from services.insight.reader import Reader
from services.insight.risk_history import read_risk_history
from services.insight.risk_record import record_words
from services.scoring.phrasing import confidence_in_words, is_alike, reasons_in_words

#: Figures that are shown as they are stored.
_AS_STORED: Final = (
    "as_of",
    "churn_risk",
    "churn_horizon_days",
    "engagement",
    "health",
    "value_at_risk_minor",
    "value_at_risk_low_minor",
    "value_at_risk_high_minor",
    "clv_if_stays_minor",
    "clv_minor",
    "clv_low_minor",
    "clv_high_minor",
    "clv_median_minor",
    "clv_horizon_months",
    "confidence",
    "last_order_on",
    "days_since_last_order",
    "usual_gap_days",
    "segment",
    "segment_before",
    "segment_since",
    "trend",
    "model",
    "left_on",
    "standing",
)
CHANGE_DAYS = 60
#: A history shorter than this tells no change.
_LEAST_DAYS = 14
_MOST_QUOTED = 120
_OLDEST_DAYS = 120
_RETURNED = f"SELECT {last_returned('s')} FROM customer_risk_scores s WHERE customer_id = ?"
#: What came back of no order that is known: the amount of the last one is without the others.
_CAME_BACK = (
    "SELECT -sum(amount_minor) FROM orders back WHERE customer_id = ? AND kind IN ('return', 'cancellation')"
    f" AND ordered_on BETWEEN ? AND ? AND currency = ? AND ({cancelled_order('back')}) IS NULL"
)
_BOUGHT = f"SELECT sum(amount_minor) FROM {PURCHASES} WHERE customer_id = ? AND ordered_on = ? AND currency = ?"


def read_figures(reader: Reader, customer_id: int) -> tuple[ScoreFigures, tuple[Driver, ...]] | None:
    """Return a customer's figures and drivers, or None where the customer was never scored."""
    row = reader.row("SELECT * FROM customer_risk_scores WHERE customer_id = ?", (customer_id,))
    if row is None:
        return None
    before, days = _before(reader, row)
    currency = row["currency"] or reader.currency
    marks = marks_of(reader, row["overridden"], currency)
    by_hand = {one.figure for one in marks}  # without a change: the history is the model's
    said, modelled = said_words(row["said_leaving"]), _computed_risk(row)
    past = read_risk_history(reader, customer_id, row["as_of"], modelled)
    drivers = (*_said(reader, row), *_drivers(row["drivers"]))
    called = "the model’s risk" if said or "churn_risk" in by_hand else "risk"
    returned = row["last_order_amount_minor"] == 0 and bool(reader.value(_RETURNED, (customer_id,)))
    figures = ScoreFigures(
        churn_change_points=None if "churn_risk" in by_hand else _change(row["churn_risk"], before, "churn_risk", 100),
        engagement_change=None if "engagement" in by_hand else _change(row["engagement"], before, "engagement"),
        engagement_threshold=reader.policy.engagement_threshold_of(row["segment"]),
        health_coverage=row["health_coverage"] or 0,
        change_days=days,
        currency=currency,
        confidence_why=confidence_in_words(row["confidence_why"]),
        last_order_words=_last_order(reader, row, currency, returned=returned),
        last_returned=returned,
        own_rhythm=row["purchase_days"] > OWN_GAPS,
        overridden=marks,
        week_line=week_line(reader, row, called, past.model_day),
        history=past.points,
        history_worked_out_on=past.worked_out_on,
        model_day=past.model_day,
        typical_risk=_typical_risk(row, drivers),
        record=record_words(reader, row),
        average_risk=_average_risk(reader, row),
        said_leaving=said,
        said_chance=said_chance(row["said_leaving"]),
        model_risk=modelled if said else None,
        model_clv_minor=without_words(dict(row))["clv_minor"] if said else None,
        **{name: row[name] for name in _AS_STORED},
    )
    return figures, drivers


def _before(reader: Reader, row: sqlite.Row) -> tuple[sqlite.Row | None, int]:
    """Return the score of 60 days before with the days between; of a shorter history its first, if it tells enough."""
    as_of = words.day_of(row["as_of"])
    if as_of is None:
        return None, CHANGE_DAYS
    then, oldest, newest = (
        (as_of - timedelta(days=days)).isoformat() for days in (CHANGE_DAYS, _OLDEST_DAYS, _LEAST_DAYS)
    )
    columns = "SELECT as_of, churn_risk, engagement FROM score_history WHERE customer_id = ?"
    found = reader.row(
        f"{columns} AND as_of BETWEEN ? AND ? ORDER BY as_of DESC LIMIT 1", (row["customer_id"], oldest, then)
    ) or reader.row(
        f"{columns} AND as_of > ? AND as_of <= ? ORDER BY as_of LIMIT 1", (row["customer_id"], then, newest)
    )
    day = words.day_of(found["as_of"]) if found is not None else None
    return found, (as_of - day).days if day is not None else CHANGE_DAYS


def _change(now: float | None, before: sqlite.Row | None, column: str, scale: float = 1) -> float | None:
    if now is None or before is None or before[column] is None:
        return None
    return float(scale * (now - before[column]))


def _last_order(reader: Reader, row: sqlite.Row, currency: str, *, returned: bool) -> str:
    day = words.day_of(row["last_order_on"])
    if day is None:
        return "no order yet"
    amount = row["last_order_amount_minor"]
    if returned:
        return f"{reader.day(day)} · returned"
    if amount is None:
        return reader.day(day)
    gross = reader.value(_BOUGHT, (row["customer_id"], row["last_order_on"], currency)) or 0
    # The timeline has the amount before that.
    net = " after returns" if amount < gross else ""
    back = reader.value(_CAME_BACK, (row["customer_id"], row["last_order_on"], row["as_of"], currency)) or 0
    since = f" ({words.money(back, currency)} came back)" if back > 0 and amount == gross else ""
    return f"{reader.day(day)} · {words.money(amount, currency)}{net}{since}"


def _typical_risk(row: sqlite.Row, drivers: Sequence[Driver]) -> float | None:
    """From where the points of the reasons lead to the risk as it was computed; None where none has points."""
    risk = _computed_risk(row)
    told = [one.points for one in drivers if one.points is not None]
    if risk is None or not told:
        return None
    return min(max(risk - sum(told) / 100.0, 0.0), 1.0)


def _average_risk(reader: Reader, row: sqlite.Row) -> float | None:
    """The mean churn risk of active customers, where the model cannot tell this one from them."""
    if row["churn_risk"] is None or not is_alike(row["confidence_why"]):
        return None
    return float(reader.value("SELECT avg(churn_risk) FROM customer_risk_scores WHERE standing = 'active'") or 0.0)


def _computed_risk(row: sqlite.Row) -> float | None:
    """The churn risk as the model has it, whatever a person set or the customer said."""
    by_hand = json.loads(row["overridden"] or "{}").get("churn_risk")
    risk = without_words(dict(row))["churn_risk"] if by_hand is None else by_hand["computed"]
    return None if risk is None else float(risk)


def _said(reader: Reader, row: sqlite.Row) -> Iterator[Driver]:
    """Yield the customer's words of leaving where these count: before anything that a model makes of them."""
    as_of = words.day_of(row["as_of"])
    if not row["said_leaving"] or as_of is None:
        return
    from services.distress.said_leaving import read_said

    said = read_said(reader.driver, as_of, [row["customer_id"]]).get(row["customer_id"])
    day = words.day_of(said.on) if said is not None else None
    if said is not None and day is not None:
        quoted = words.shortened(said.sentence, _MOST_QUOTED)
        label = f"They said that {said_words(row['said_leaving'])}" if quoted else "They gave notice of their contract"
        yield Driver(SAID_LEAVING, label, None, f"“{quoted}”, {reader.day(day)}" if quoted else reader.day(day))


def _drivers(text: str | None) -> tuple[Driver, ...]:
    return tuple(Driver(one["code"], one["label"], one["points"], one["evidence"]) for one in reasons_in_words(text))
