"""Health, 0–100: six parts of the relationship, weighted by the policy; what is not known is left out and counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.scoring.engagement import PartScores, along, weighted
from services.scoring.features import Features
from services.settings import HealthCurves, HealthWeights

PARTS = ("recency", "frequency", "satisfaction", "email", "reviews", "tickets")


#: No healthier is who says that they leave, however well they buy.
LEAVING_AT_MOST = 30.0


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
    found = weighted(parts, {name: float(getattr(weights, name)) for name in PARTS})
    return replace(found, total=np.where(leaving, np.minimum(found.total, LEAVING_AT_MOST), found.total))
