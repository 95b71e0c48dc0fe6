"""Weights and curves of the scores: how a measure becomes 0–100, and what share each part has (SCORING.md)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from services.settings.codec import FieldError


def within(name: str, value: float, low: float, high: float, unit: str = "") -> None:
    """Refuse a figure outside its limits, naming the field."""
    if not math.isfinite(value) or not low <= value <= high:
        raise FieldError(name, f"must be between {low:g} and {high:g}{unit}, not {value:g}")


def _weights(owner: object, names: Iterable[str]) -> None:
    total = 0.0
    for name in names:
        value = getattr(owner, name)
        within(name, value, 0, 1)
        total += value
    if abs(total - 1) > 0.0005:
        raise FieldError("sum", f"the weights must add up to 100 %, not {100 * total:.4g} %")


@dataclass(frozen=True, slots=True)
class EngagementWeights:
    """Shares of the engagement score's four parts (SCORING.md, "Engagement"); they add up to 1."""

    recency: float = 0.40
    frequency: float = 0.20
    value: float = 0.20
    contact: float = 0.20

    def __post_init__(self) -> None:
        _weights(self, ("recency", "frequency", "value", "contact"))


@dataclass(frozen=True, slots=True)
class HealthWeights:
    """Shares of the health score's six parts (SCORING.md, "Health"); they add up to 1."""

    recency: float = 0.30
    frequency: float = 0.20
    satisfaction: float = 0.20
    email: float = 0.10
    reviews: float = 0.10
    tickets: float = 0.10

    def __post_init__(self) -> None:
        _weights(self, ("recency", "frequency", "satisfaction", "email", "reviews", "tickets"))


@dataclass(frozen=True, slots=True)
class Curve:
    """A monotone piecewise-linear map from a measure to 0–100, flat outside its first and last point.

    Attributes
    ----------
    points
        At least two pairs (measure, score); measures strictly rising, scores all rising or all falling.
    """

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if len(self.points) < 2:
            raise FieldError("points", "a curve needs at least two points")
        for measure, score in self.points:
            within("points", measure, -1e12, 1e12)
            within("points", score, 0, 100)
        steps = list(zip(self.points, self.points[1:], strict=False))
        if any(after[0] <= before[0] for before, after in steps):
            raise FieldError("points", "the measures of a curve must rise from point to point")
        rises = [after[1] - before[1] for before, after in steps]
        if any(rise > 0 for rise in rises) and any(rise < 0 for rise in rises):
            raise FieldError("points", "the scores of a curve must only rise or only fall")

    def at(self, measure: float) -> float:
        """Return the score at ``measure`` by linear interpolation."""
        before = self.points[0]
        for point in self.points:
            if measure <= point[0]:
                if point is before:
                    return point[1]
                share = (measure - before[0]) / (point[0] - before[0])
                return before[1] + share * (point[1] - before[1])
            before = point
        return before[1]


@dataclass(frozen=True, slots=True)
class EngagementCurves:
    """What each part of engagement is measured by.

    recency: days since the last purchase day / usual gap; frequency: purchase days in the last 365 days;
    value: mean order value / the book's median order value (frozen with the fit); contact: days since our last email /
    ``email_cap_days``.
    """

    recency: Curve = Curve(((0, 100), (1, 95), (1.5, 75), (2, 55), (3, 25), (4, 10), (6, 0)))
    frequency: Curve = Curve(((0, 0), (1, 20), (2, 35), (4, 55), (8, 78), (16, 95), (24, 100)))
    value: Curve = Curve(((0, 0), (0.5, 30), (1, 60), (2, 85), (4, 100)))
    contact: Curve = Curve(((0, 0), (0.5, 40), (1, 100)))


@dataclass(frozen=True, slots=True)
class HealthCurves:
    """What each part of health is measured by.

    recency: days since the last purchase day / usual gap; frequency: purchase days in the last 365 days;
    satisfaction: mean of ticket satisfaction and surveys on 1–5; email: share of the last emails that were
    clicked or answered; reviews: mean rating 1–5; tickets: tickets in the last 90 days.
    """

    recency: Curve = Curve(((0, 100), (1, 95), (1.5, 75), (2, 55), (3, 25), (4, 10), (6, 0)))
    frequency: Curve = Curve(((0, 0), (1, 30), (2, 45), (4, 70), (8, 90), (12, 100)))
    satisfaction: Curve = Curve(((1, 0), (2, 20), (3, 50), (4, 80), (5, 100)))
    email: Curve = Curve(((0, 20), (0.1, 50), (0.25, 75), (0.5, 100)))
    reviews: Curve = Curve(((1, 0), (2, 20), (3, 50), (4, 80), (5, 100)))
    tickets: Curve = Curve(((0, 100), (1, 80), (2, 55), (4, 20), (6, 0)))
