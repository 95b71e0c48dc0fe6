"""Rows of the public table from a scorecard: plain Python values by column, None where there is nothing to say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.scoring import confidence, segments, standing, trends
from services.scoring.confidence import Confidence
from services.scoring.engagement import PartScores
from services.scoring.events import EPOCH, BookEvents
from services.scoring.lifetime_value import RISK_DIGITS
from services.scoring.reason_figures import GAP_DIGITS, with_none
from services.scoring.scorecard import Figures, Scorecard
from services.settings import Policy

Floats = NDArray[np.float64]


def day_text(day: int) -> str:
    """The calendar day of a day number as the store writes it."""
    return (EPOCH + timedelta(days=day)).isoformat()


def day_texts(values: Floats) -> list[str | None]:
    """Days as the store writes them, None for nan."""
    missing = np.isnan(values)
    distinct, back = np.unique(np.where(missing, 0, values).astype(np.int64), return_inverse=True)
    texts = np.array([day_text(day) for day in distinct.tolist()], dtype=object)
    return with_none(texts[back].tolist(), missing)


def whole_numbers(values: Floats) -> list[int | None]:
    """Rounded whole numbers, None for nan."""
    missing = np.isnan(values)
    return with_none(np.round(np.where(missing, 0.0, values)).astype(np.int64).tolist(), missing)


def decimals(values: Floats, digits: int) -> list[float | None]:
    """Numbers of so many decimal places, None for nan."""
    missing = np.isnan(values)
    return with_none(np.round(values, digits).tolist(), missing)


_HUNDRED = np.array([*map(str, range(101)), "null"], dtype=object)


def _parts_json(scores: PartScores) -> list[str]:
    """JSON {part: whole number or null} of each customer."""
    columns = []
    for part in scores.parts.values():
        missing = np.isnan(part)
        columns.append(_HUNDRED[np.where(missing, 101, np.round(np.where(missing, 0, part))).astype(np.int64)].tolist())
    template = "{" + ", ".join(f'"{name}": %s' for name in scores.parts) + "}"
    return [template % values for values in zip(*columns, strict=True)]


def _why_json(judged: Confidence) -> list[str]:
    texts = [json.dumps([{"phrase": name, "figures": of} for name, of in why]) for why in judged.combinations]
    return [texts[place] for place in judged.why.tolist()]


_STANDINGS: tuple[str | None, ...] = (*standing.NAMES, None)


def segment_names(codes: NDArray[np.int64]) -> list[str | None]:
    """Names of segment codes, None for -1."""
    names: list[str | None] = [*segments.NAMES, None]
    return [names[code] for code in codes.tolist()]


def score_columns(card: Scorecard, book: BookEvents, policy: Policy, scored_at: str) -> dict[str, list[Any]]:
    """Every column of ``customer_risk_scores`` by name, a value a customer each, in the order of the book's ids."""
    figures, seen, count = card.figures, card.figures.seen, book.customer_ids.size
    value, member = figures.value, card.membership
    return {
        "customer_id": book.customer_ids.tolist(),
        "as_of": [day_text(seen.day)] * count,
        "engagement": decimals(figures.engagement.total, 1),
        "health": decimals(figures.health.total, 1),
        "churn_risk": decimals(figures.churn_risk, RISK_DIGITS),
        "clv_minor": whole_numbers(value.expected),
        "value_at_risk_minor": whole_numbers(figures.value_at_risk),
        "health_coverage": figures.health.coverage.tolist(),
        "churn_horizon_days": [policy.churn_horizon_days] * count,
        "clv_low_minor": whole_numbers(value.low),
        "clv_high_minor": whole_numbers(value.high),
        "clv_if_stays_minor": whole_numbers(value.if_stays),
        "clv_horizon_months": [policy.clv_horizon_months] * count,
        "currency": [book.currency] * count,
        "value_at_risk_low_minor": whole_numbers(_lost(figures, value.if_stays_low)),
        "value_at_risk_high_minor": whole_numbers(_lost(figures, value.if_stays_high)),
        "segment": segment_names(member.now),
        "segment_before": segment_names(member.before),
        "segment_since": day_texts(np.where(member.since >= 0, member.since, np.nan)),
        "trend": [trends.NAMES[code] for code in card.trend.tolist()],
        "confidence": [confidence.NAMES[code] for code in card.confidence.level.tolist()],
        "confidence_why": _why_json(card.confidence),
        "drivers": card.drivers,
        "model": card.models,
        "scored_at": [scored_at] * count,
        **_facts(figures),
        "engagement_parts": _parts_json(figures.engagement),
        "health_parts": _parts_json(figures.health),
        "sparkline": [f"[{', '.join(points)}]" for points in _HUNDRED[card.sparkline].tolist()],
        "changed": card.changed,
        "overridden": [None] * count,  # laid over when they are written, as is what was said
        "said_leaving": [None] * count,
        "standing": [_STANDINGS[code] for code in figures.standing.tolist()],
        "silence_p": decimals(card.silence_p, 4),
        "clv_if_leaves_minor": whole_numbers(value.if_leaves),
        "clv_median_minor": whole_numbers(value.median),
        "left_on": day_texts(card.left_on),
    }


def _lost(figures: Figures, if_stays: Floats) -> Floats:
    """What is at risk where staying brings so much: nothing where leaving brings no less, nan unless active."""
    loss = figures.churn_risk * np.maximum(if_stays - figures.value.if_leaves, 0.0)
    return np.where(figures.standing == standing.ACTIVE, loss, np.nan)


def _facts(figures: Figures) -> dict[str, list[Any]]:
    seen = figures.seen
    return {
        "purchase_days": whole_numbers(seen.purchase_days),
        "order_count": whole_numbers(seen.order_count),
        "first_order_on": day_texts(seen.first_order),
        "last_order_on": day_texts(seen.last_order),
        "last_order_amount_minor": whole_numbers(seen.last_value),
        "days_since_last_order": whole_numbers(seen.day - seen.last_order),
        "usual_gap_days": decimals(seen.usual_gap, GAP_DIGITS),
        "spend_total_minor": whole_numbers(seen.spend_total),
        "spend_12m_minor": whole_numbers(seen.spend_12m),
        "spend_6m_minor": whole_numbers(seen.spend_6m),
        "spend_6m_before_minor": whole_numbers(seen.spend_6m_before),
        "orders_6m": whole_numbers(seen.orders_6m),
        "orders_6m_before": whole_numbers(seen.orders_6m_before),
        "mean_last_3_minor": whole_numbers(seen.mean_last_3),
        "mean_6_before_minor": whole_numbers(seen.mean_6_before),
        "last_activity_on": day_texts(seen.last_activity),
    }


def records(columns: dict[str, list[Any]]) -> Iterable[tuple[Any, ...]]:
    """Rows across the columns, in their order."""
    return zip(*columns.values(), strict=True)
