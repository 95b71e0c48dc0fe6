"""The Customers page's questions, put to the rooms. Each method runs in a worker, with the workspace as it is then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

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
from services import insight
from services.workspace import Workspace
from views.customers.book import PageKey, TimelineKey
from views.shell.book import Book

if TYPE_CHECKING:
    from services.insight.compared import Medians


class BookOfCustomers:
    """`views.customers.book.CustomersBook` over an open book."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._medians: tuple[Workspace, Medians] | None = None

    def page(
        self, chosen: CustomerFilter, sort: SortColumn, *, descending: bool, after: PageKey | None, limit: int
    ) -> CustomersPage:
        return insight.customers_page(
            self._book.workspace, chosen, sort, descending=descending, after=after, limit=limit
        )

    def count(self, chosen: CustomerFilter) -> CustomersCount:
        return insight.customers_count(self._book.workspace, chosen)

    def choices(self) -> FilterChoices:
        return insight.filter_choices(self._book.workspace)

    def profile(self, customer_id: int) -> CustomerProfile:
        return insight.customer_profile(self._book.workspace, customer_id)

    def trends(self, customer_id: int) -> TrendWords:
        return insight.customer_trends(self._book.workspace, customer_id)

    def compared(self, customer_id: int) -> ComparedFigures:
        workspace, known = self._book.workspace, self._medians
        if known is None or known[0] is not workspace:
            known = self._medians = (workspace, insight.medians_of(workspace))
        return known[1].compare(customer_id)

    def timeline(self, customer_id: int, kinds: frozenset[str], after: TimelineKey | None) -> TimelinePage:
        return insight.timeline_page(self._book.workspace, customer_id, kinds=kinds, after=after)

    def writing(
        self, customer_id: int | None, fields: Mapping[str, str], new_owner: bool
    ) -> Callable[[Workspace], Changes]:
        """The unit of work that adds a customer (id None) or changes fields of one."""
        from services.sync import add_customer, edit_customer

        if customer_id is None:
            return lambda workspace: add_customer(workspace, fields, new_owner=new_owner)
        return lambda workspace: edit_customer(workspace, customer_id, fields, new_owner=new_owner)

    def deleting(self, customer_id: int) -> Callable[[Workspace], Changes]:
        """The unit of work that deletes a customer with all that refers to them."""
        from services.duplicates import delete_customer

        return lambda workspace: delete_customer(workspace, customer_id)
