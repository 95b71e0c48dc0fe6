"""Laws of merging on real books: an undo brings the content back, and no row is lost or doubled on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.tables import CONTENT_TABLES, email_events, orders, tickets
from services.duplicates import merge_customers
from services.permission import may_email
from tests.examples import examples
from tests.services.duplicates.crowd import add, everything, insert, undo_merge
from tests.services.sync.book import Book

CUSTOMERS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["Jane Doe", "J. Doe", "Customer 5"]),
            "email": st.sampled_from([None, "a@x.test", "b@x.test"]),
            "city": st.sampled_from([None, "Leeds", "York"]),
            "email_consent": st.sampled_from(["given", "withdrawn", "unknown"]),
            "suppressed_until": st.sampled_from([None, "2026-01-01", "2027-01-01"]),
        }
    ),
    min_size=3,
    max_size=4,
)
EVENTS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["order", "ticket", "unsubscribed"])), max_size=5)
MERGES = st.permutations([0, 1, 2])
ONCE = settings(max_examples=examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture])


def _fill(book: Book, people: list[dict[str, Any]], events: list[tuple[int, str]]) -> list[int]:
    numbers = [add(book, key=str(place), **values) for place, values in enumerate(people)]
    for place, (who, kind) in enumerate(events):
        values: dict[str, Any] = {"customer_id": numbers[who], "source": "s", "external_id": str(place)}
        if kind == "order":
            insert(book, orders, **values, ordered_on="2026-01-02", amount_minor=100, currency="USD")
        elif kind == "ticket":
            insert(book, tickets, **values)
        else:
            insert(book, email_events, **values, kind=kind, happened_on="2026-01-02")
    return numbers


@ONCE
@given(CUSTOMERS, EVENTS, MERGES)
def test_merges_taken_back_one_by_one_bring_the_content_back(
    store_factory: Callable[[], Book], people: list[dict[str, Any]], events: list[tuple[int, str]], order: list[int]
) -> None:
    book = store_factory()
    numbers = _fill(book, people, events)
    first, second, third = (numbers[place] for place in order)
    before, content = everything(book), book.hash()
    merge_customers(book.workspace, first, second)
    between = book.hash()
    merge_customers(book.workspace, third, first)
    for table in CONTENT_TABLES:
        left_out = {"customers": 2, "identities": None}.get(table.name, 0)
        if left_out is not None:
            assert len(everything(book)[table.name]) == len(before[table.name]) - left_out
    owners = book.ask("SELECT DISTINCT customer_id FROM orders UNION SELECT customer_id FROM tickets WHERE 1")
    assert {row[0] for row in owners} <= set(numbers) - {first, second}
    assert undo_merge(book) == ()
    assert book.hash() == between
    with book.workspace.store.unit_of_work(book.workspace.me, "undo", "x", at=book.workspace.at) as work:
        from models.journal import entry_images, undo_images

        entry = work.sql("SELECT min(id) FROM journal WHERE verb = 'merge-customers'").scalar()
        undo_images(work, entry_images(work.connection, int(entry)))
        work.commit()
    assert book.hash() == content
    assert everything(book) == before


@ONCE
@given(CUSTOMERS, EVENTS)
def test_two_merges_into_one_customer_keep_the_same_in_either_order(
    store_factory: Callable[[], Book], people: list[dict[str, Any]], events: list[tuple[int, str]]
) -> None:
    hashes = set()
    for order in ((1, 2), (2, 1)):
        book = store_factory()
        numbers = _fill(book, people, events)
        for place in order:
            merge_customers(book.workspace, numbers[0], numbers[place])
        hashes.add(book.hash())
    assert len(hashes) == 1


@ONCE
@given(CUSTOMERS, EVENTS)
def test_nobody_may_be_emailed_who_might_not_be_before(
    store_factory: Callable[[], Book], people: list[dict[str, Any]], events: list[tuple[int, str]]
) -> None:
    """Where the address is one that may be written to after a merge, every record of it allowed it before."""
    book = store_factory()
    one, two = _fill(book, people, events)[:2]
    may = may_email("'2026-06-01'")
    asked = f"SELECT c.id, {may}, c.email FROM customers c"
    before = {row[0]: row[1:] for row in book.ask(asked)}
    merge_customers(book.workspace, one, two)
    allowed, address = next(row[1:] for row in book.ask(asked) if row[0] == one)
    if allowed:
        assert all(might or email != address for might, email in (before[one], before[two]))
        assert any(might for might, email in (before[one], before[two]) if email == address)
