"""What is true of a sample book and stands in none of its exports: who stopped, when, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CustomerTruth:
    """One customer as the model drew it.

    Attributes
    ----------
    usual_gap_days
        Median of the days between purchase days; the drawn mean gap where there are fewer than two gaps.
    last_order_on
        Day of the last purchase, or None where the customer never bought.
    stopped
        True if the customer will not buy again. `cause` says why: "left" is an ordinary drop-out, the planted
        declines have "silent", "late_delivery", "faulty_product" or "price".
    planted
        True for a planted decline of a regular customer.
    worth_keeping
        True if the yearly value is among the upper part that parameters.toml names.
    value_minor_a_year
        Expected spend a year while the customer is active, in cents.
    """

    customer_id: str
    company: bool
    usual_gap_days: float
    purchase_days: int
    first_order_on: date | None
    last_order_on: date | None
    stopped: bool
    cause: str
    planted: bool
    worth_keeping: bool
    value_minor_a_year: int


@dataclass(frozen=True, slots=True)
class Spell:
    """A planted shock: from its first day to its last."""

    kind: str
    first_on: date
    last_on: date
    sku: str = ""


@dataclass(frozen=True, slots=True)
class SampleTruth:
    """The whole truth of one sample book.

    Attributes
    ----------
    paths
        The exports in the order in which to import them.
    rows
        Data rows of each export, by file name.
    signals
        Planted occasions by name (such as "open_unhappy_ticket") with the ids of their customers.
    """

    seed: int
    today: date
    first_on: date
    as_of: date
    email_events_end_on: date
    currency: str
    paths: tuple[Path, ...]
    rows: Mapping[str, int]
    customers: tuple[CustomerTruth, ...]
    spells: tuple[Spell, ...]
    signals: Mapping[str, tuple[str, ...]]

    @property
    def planted(self) -> tuple[CustomerTruth, ...]:
        """The planted declines."""
        return tuple(customer for customer in self.customers if customer.planted)

    def to_json(self) -> str:
        """Return the truth as JSON, for a test that wants to look at it beside the exports."""
        document = {
            "seed": self.seed,
            "today": self.today,
            "first_on": self.first_on,
            "as_of": self.as_of,
            "email_events_end_on": self.email_events_end_on,
            "rows": dict(self.rows),
            "spells": [asdict(spell) for spell in self.spells],
            "signals": {name: list(ids) for name, ids in self.signals.items()},
            "customers": [asdict(customer) for customer in self.customers],
        }
        return json.dumps(document, default=date.isoformat, indent=1)
