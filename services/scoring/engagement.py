"""Engagement and health, 0–100: measures, each mapped by a monotone curve of the policy, and their weighted mean.

Engagement has four parts, health six of the relationship. Absolute, not percentiles: a score does not move because
others changed. A part that cannot be measured (the order value of somebody who never ordered) is left out and the
others are re-weighted. They are scores, not probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.scoring.features import Features
from services.settings import Curve, EngagementCurves, EngagementWeights, HealthCurves, HealthWeights

Floats = NDArray[np.float64]

PARTS = ("recency", "frequency", "value", "contact")
HEALTH_PARTS = ("recency", "frequency", "satisfaction", "email", "reviews", "tickets")
#: No healthier is who says that they leave, however well they buy.
LEAVING_AT_MOST = 30.0


@dataclass(frozen=True)
class PartScores:
    """A weighted score and its parts: shape (customers,) each, nan where there is nothing to measure."""

    total: Floats
    parts: dict[str, Floats]

    @property
    def coverage(self) -> NDArray[np.int64]:
        """How many parts have data."""
        return np.asarray(sum((~np.isnan(part)).astype(np.int64) for part in self.parts.values()))


def along(curve: Curve, measure: Floats) -> Floats:
    """The curve at each measure, nan where the measure is."""
    at, score = zip(*curve.points, strict=True)
    return np.asarray(np.interp(measure, at, score))


def weighted(parts: dict[str, Floats], weights: dict[str, float]) -> PartScores:
    """Weighted mean of the parts that are known; nan where none of positive weight is."""
    total = np.zeros(next(iter(parts.values())).shape)
    weight = np.zeros(total.shape)
    for name, part in parts.items():
        known = ~np.isnan(part)
        total += np.where(known, part, 0.0) * weights[name]
        weight += known * weights[name]
    return PartScores(np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan), parts)


def engagement(
    seen: Features,
    *,
    median_value: float,
    email_cap_days: int,
    weights: EngagementWeights,
    curves: EngagementCurves,
) -> PartScores:
    """Engagement of each customer; nan for those who have neither ordered nor done anything else.

    Parameters
    ----------
    median_value
        The book's median value of a purchase day, minor units, frozen with the fit.
    email_cap_days
        At most one mail in so many days: a customer who just got one scores low on contact, so as not to write again.
    """
    never_mailed = float(curves.contact.points[-1][0])
    relative = seen.mean_value / median_value if median_value > 0 else np.full(seen.mean_value.shape, np.nan)
    parts = {
        "recency": along(curves.recency, seen.days_since / np.maximum(seen.usual_gap, 1.0)),
        "frequency": along(curves.frequency, np.where(seen.rhythm_count > 0, seen.rhythm_12m, np.nan)),
        "value": along(curves.value, relative),
        "contact": along(curves.contact, np.nan_to_num(seen.days_since_mail / email_cap_days, nan=never_mailed)),
    }
    scored = weighted(parts, {name: float(getattr(weights, name)) for name in PARTS})
    return PartScores(np.where(seen.rhythm_count > 0, scored.total, np.nan), parts)


def health(seen: Features, leaving: NDArray[np.bool_], *, weights: HealthWeights, curves: HealthCurves) -> PartScores:
    """Health of each customer with its parts; `coverage` of the result is the "n of 6" shown beside it.

    `leaving`: who speaks of leaving, see `Ledger.leaving_by`; shape (customers,).

    The number of tickets says something only where tickets are recorded at all, and of customers who have a rhythm
    or a ticket: of a name that never bought, silence is not health.
    """
    active = seen.rhythm_count > 0
    measured = active | (np.nan_to_num(seen.tickets_90d) > 0)
    parts = {
        "recency": along(curves.recency, seen.days_since / np.maximum(seen.usual_gap, 1.0)),
        "frequency": along(curves.frequency, np.where(active, seen.rhythm_12m, np.nan)),
        "satisfaction": along(curves.satisfaction, seen.satisfaction),
        "email": along(curves.email, seen.answer_share),
        "reviews": along(curves.reviews, seen.review_score),
        "tickets": along(curves.tickets, np.where(measured, seen.tickets_90d, np.nan)),
    }
    found = weighted(parts, {name: float(getattr(weights, name)) for name in HEALTH_PARTS})
    return replace(found, total=np.where(leaving, np.minimum(found.total, LEAVING_AT_MOST), found.total))
