"""What the Customers page asks of the rooms. Every call runs in a worker and returns frozen values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from models.values.alerts import TimelinePage
from models.values.anomalies import TrendWords
from models.values.changes import Changes
from models.values.customers import (
    ComparedFigures,
    CustomerFilter,
    CustomerProfile,
    CustomersCount,
    CustomersPage,
    FilterChoices,
    SortColumn,
)
from services.workspace import Workspace

PageKey = tuple[object, int]
TimelineKey = tuple[str, str]


class CustomersBook(Protocol):
    """The book as this page needs it."""

    def page(
        self, chosen: CustomerFilter, sort: SortColumn, *, descending: bool, after: PageKey | None, limit: int
    ) -> CustomersPage:
        """At most ``limit`` rows in this order, after a key."""

    def count(self, chosen: CustomerFilter) -> CustomersCount:
        """How many customers match, and what of their money is at risk."""

    def choices(self) -> FilterChoices:
        """The values that a filter can offer."""

    def profile(self, customer_id: int) -> CustomerProfile:
        """Everything about one customer but the timeline."""

    def trends(self, customer_id: int) -> TrendWords:
        """Where each channel of a customer is heading."""

    def compared(self, customer_id: int) -> ComparedFigures:
        """A customer's figures beside the median of their segment."""

    def timeline(self, customer_id: int, kinds: frozenset[str], after: TimelineKey | None) -> TimelinePage:
        """One page of the timeline, newest first."""

    def writing(
        self, customer_id: int | None, fields: Mapping[str, str], new_owner: bool
    ) -> Callable[[Workspace], Changes]:
        """The unit of work that adds a customer (id None) or changes fields of one."""
