"""Rows of the public table from a scorecard: plain Python values by column, None where there is nothing to say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.scoring import confidence, segments, trends
from services.scoring.confidence import Confidence
from services.scoring.engagement import PartScores
from services.scoring.events import EPOCH, BookEvents
from services.scoring.scorecard import Figures, Scorecard
from services.settings import Policy

Floats = NDArray[np.float64]

#: Columns of ``score_history`` that are scores; the key and the model come first and last.
HISTORY_COLUMNS = (
    "customer_id", "as_of", "engagement", "health", "churn_risk", "clv_minor", "value_at_risk_minor", "segment",
    "model",
)  # fmt: skip

#: Columns of ``export scores``, in DATA.md's order.
EXPORT_COLUMNS = (
    "customer_id", "external_id", "name", "as_of", "engagement", "health", "churn_risk", "churn_horizon_days",
    "clv", "clv_low", "clv_high", "clv_horizon_months", "currency", "value_at_risk", "segment", "trend",
    "confidence", "model", "drivers",
)  # fmt: skip


@lru_cache(maxsize=65_536)
def day_text(day: int) -> str:
    """The calendar day of a day number as the store writes it."""
    return (EPOCH + timedelta(days=day)).isoformat()


def _days(values: Floats) -> list[str | None]:
    return [day_text(int(value)) if value == value else None for value in values.tolist()]


def _whole(values: Floats) -> list[int | None]:
    return [int(value) if value == value else None for value in np.round(values).tolist()]


def _decimal(values: Floats, digits: int) -> list[float | None]:
    return [value if value == value else None for value in np.round(values, digits).tolist()]


def _parts_json(scores: PartScores) -> list[str]:
    """JSON {part: whole number or null} of each customer."""
    names = list(scores.parts)
    columns = [
        ["null" if value != value else f"{value:.0f}" for value in np.clip(part, 0, 100).tolist()]
        for part in scores.parts.values()
    ]
    template = "{" + ", ".join(f'"{name}": %s' for name in names) + "}"
    return [template % values for values in zip(*columns, strict=True)]


def _why_json(judged: Confidence) -> list[str]:
    texts = {bits: json.dumps(judged.reasons(bits), ensure_ascii=False) for bits in np.unique(judged.why).tolist()}
    return [texts[bits] for bits in judged.why.tolist()]


def _segment_names(codes: NDArray[np.int64]) -> list[str | None]:
    names: list[str | None] = [*segments.NAMES, None]
    return [names[code] for code in codes.tolist()]


def score_columns(card: Scorecard, book: BookEvents, policy: Policy, scored_at: str) -> dict[str, list[Any]]:
    """Every column of ``customer_risk_scores`` by name, a value a customer each, in the order of the book's ids."""
    figures, seen, count = card.figures, card.figures.seen, book.customer_ids.size
    value, member = figures.value, card.membership
    return {
        "customer_id": book.customer_ids.tolist(),
        "as_of": [day_text(seen.day)] * count,
        **_history_scores(figures),
        "health_coverage": figures.health.coverage.tolist(),
        "churn_horizon_days": [policy.churn_horizon_days] * count,
        "clv_low_minor": _whole(value.low),
        "clv_high_minor": _whole(value.high),
        "clv_if_stays_minor": _whole(value.if_stays),
        "clv_horizon_months": [policy.clv_horizon_months] * count,
        "currency": [book.currency] * count,
        "value_at_risk_low_minor": _whole(figures.churn_risk * value.if_stays_low),
        "value_at_risk_high_minor": _whole(figures.churn_risk * value.if_stays_high),
        "segment": _segment_names(member.now),
        "segment_before": _segment_names(member.before),
        "segment_since": [day_text(day) if day >= 0 else None for day in member.since.tolist()],
        "trend": [trends.NAMES[code] for code in card.trend.tolist()],
        "confidence": [confidence.NAMES[code] for code in card.confidence.level.tolist()],
        "confidence_why": _why_json(card.confidence),
        "drivers": card.drivers,
        "model": card.models,
        "scored_at": [scored_at] * count,
        **_facts(figures),
        "engagement_parts": _parts_json(figures.engagement),
        "health_parts": _parts_json(figures.health),
        "sparkline": [str(points) for points in card.sparkline.tolist()],
    }


def _history_scores(figures: Figures, kept: NDArray[np.bool_] | slice = slice(None)) -> dict[str, list[Any]]:
    return {
        "engagement": _decimal(figures.engagement.total[kept], 1),
        "health": _decimal(figures.health.total[kept], 1),
        "churn_risk": _decimal(figures.churn_risk[kept], 4),
        "clv_minor": _whole(figures.value.expected[kept]),
        "value_at_risk_minor": _whole(figures.value_at_risk[kept]),
    }


def _facts(figures: Figures) -> dict[str, list[Any]]:
    seen = figures.seen
    return {
        "purchase_days": _whole(seen.purchase_days),
        "order_count": _whole(seen.order_count),
        "first_order_on": _days(seen.first_order),
        "last_order_on": _days(seen.last_order),
        "last_order_amount_minor": _whole(seen.last_value),
        "days_since_last_order": _whole(seen.day - seen.last_order),
        "usual_gap_days": _decimal(seen.usual_gap, 1),
        "spend_total_minor": _whole(seen.spend_total),
        "spend_12m_minor": _whole(seen.spend_12m),
        "spend_6m_minor": _whole(seen.spend_6m),
        "spend_6m_before_minor": _whole(seen.spend_6m_before),
        "orders_6m": _whole(seen.orders_6m),
        "orders_6m_before": _whole(seen.orders_6m_before),
        "mean_last_3_minor": _whole(seen.mean_last_3),
        "mean_6_before_minor": _whole(seen.mean_6_before),
        "last_activity_on": _days(seen.last_activity),
    }


def history_rows(figures: Figures, ids: list[int], model: str, kept: NDArray[np.bool_]) -> Iterator[tuple[Any, ...]]:
    """Rows of ``score_history`` of the customers for whom `kept` holds, without their segment (it is not replayed)."""
    day = day_text(figures.seen.day)
    chosen = [ids[place] for place in np.flatnonzero(kept).tolist()]
    scores = _history_scores(figures, kept)
    return zip(chosen, repeat(day), *scores.values(), repeat(None), repeat(model), strict=False)


def records(columns: dict[str, list[Any]]) -> Iterable[tuple[Any, ...]]:
    """Rows across the columns, in their order."""
    return zip(*columns.values(), strict=True)
