"""Values of scoring: the outcome of a run, and one customer's scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: The segments, in the order in which scoring numbers them.
SEGMENTS = (
    "Lost", "Hibernating", "New", "One-time", "Cooling VIP", "At risk", "Champion", "Loyal", "Promising",
)  # fmt: skip

#: What the reasons of a churn risk are about, by the codes under which they are kept.
REASONS = {
    "gap": "time since the last order", "orders": "number of orders", "tenure": "time as a customer",
    "value": "spending", "tickets": "support tickets", "satisfaction": "satisfaction", "reviews": "reviews",
    "email": "emails", "activity": "other activity", "contract": "contract", "deals": "deals", "mix": "products bought",
    "discounts": "discounts", "visits": "visits and logins", "use": "use of features", "fields": "customer fields",
    "leaving": "mentions of leaving", "returns": "returns",
}  # fmt: skip

#: SQL of whether a customer came on one day only: whether they come again is a matter of the book's rate and not of
#: anything that they do, so that what is at risk with them is told apart.
CAME_ONCE = "coalesce(segment, '') IN ('New', 'One-time')"
#: From so many gaps between purchase days on a customer has a usual gap of their own.
OWN_GAPS = 4
#: An order is late from so much of a usual gap after the day on which it was expected.
_LATE = 0.5
_AS_OF = ", looking back from "
#: In SQL, of the model of a row of the history: a score of a past day that a later model worked out, which had seen
#: what came of it.
LOOKED_BACK = f"LIKE '%{_AS_OF}%'"


def missed_orders(days_since: int | None, usual_gap: float | None) -> int:
    """Return how many orders were expected and did not come: one for each usual gap since the last.

    The first counts from half a gap after its day on; the silence over the usual gap is the number, as anybody would
    work it out. Wherever the program says of a customer how many orders were expected, this is the number.
    """
    if days_since is None or not usual_gap or usual_gap <= 0:
        return 0
    gaps = days_since / usual_gap
    return int(gaps) if gaps >= 1 + _LATE else 0


def as_of_model(model: str, day: str) -> str:
    """The model of a score of a past day that was worked out as of a later one (ISO)."""
    return f"{model}{_AS_OF}{day}"


def scored_as_of(model: str) -> str | None:
    """The day (ISO) as of which a score of a past day was worked out; None for one of its own day."""
    return model.partition(_AS_OF)[2] or None


@dataclass(frozen=True, slots=True)
class ScoreRun:
    """What ``score`` reports."""

    as_of: str | None
    customers: int
    scored: int
    models: dict[str, str]  # {"churn": "MBG/NBD (rung 1)", "clv": …}
    why: str
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    stored: bool = True  # False: a run of its own for an earlier day

    def as_json(self) -> dict[str, Any]:
        """Return the JSON that ``score --json`` prints."""
        return {
            "as_of": self.as_of,
            "customers": self.customers,
            "scored": self.scored,
            "models": self.models,
            "why": self.why,
            "seconds": {step: round(value, 3) for step, value in self.seconds.items()},
            "warnings": list(self.warnings),
            "stored": self.stored,
        }


@dataclass(frozen=True, slots=True)
class CustomerScore:
    """One customer's scores in the shape of the public table (money in minor units)."""

    customer_id: int
    values: dict[str, Any]
