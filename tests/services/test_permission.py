"""Whether a customer may be emailed means the same to the rules that advise and to the page that explains."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.tables import contacts, customers, email_events
from services.alerting.facts import Facts
from services.alerting.measures import NAMED, day_bindings
from services.insight import reading
from services.insight.permission import read_permission
from tests.services.alerting.book import Book
from tests.services.withdrawals import left


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    opened = Book(store_path)
    yield opened
    opened.close()


def advised(book: Book, customer: int) -> bool:
    """Whether the rules' advice may propose an email."""
    with book.workspace.store.unit_of_work(book.workspace.me, "look", "test", at=book.workspace.at) as work:
        bindings = {**day_bindings(book.day(2), work.at), "today": book.day(0), **NAMED}
        facts = Facts(work, bindings, None)
        facts.build_customers("50", "1")
        found = work.sql("SELECT may_email FROM temp.run_facts WHERE customer_id = ?", (customer,)).scalar()
        facts.drop()
    assert found in (0, 1)
    return bool(found)


def explained(book: Book, customer: int) -> bool:
    """Whether the page says anything else than that they must not be emailed at all."""
    with reading(book.workspace) as reader:
        row = reader.row("SELECT * FROM customers WHERE id = ?", (customer,))
        assert row is not None
        permission = read_permission(reader, row)
    refused = any(state == "no" for state, _ in permission.lines)
    assert refused == (not permission.allowed)
    if refused:  # consent to be recorded and a limit to be waited for refuse an email, not the advice to write one
        later = ("Ask for their consent before you email them", "Wait before you email them")
        assert permission.verdict in ("Do not email them", *later)
    return permission.verdict != "Do not email them"


DAYS = st.integers(-3, 6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    consent=st.sampled_from(["given", "withdrawn", "unknown"]),
    since=st.none() | st.integers(0, 6),
    suppressed=st.none() | DAYS,
    email=st.sampled_from([None, "", "a@example.org"]),
    events=st.lists(st.tuples(st.sampled_from(["sent", "opened", "bounced", "unsubscribed"]), DAYS), max_size=5),
    people=st.lists(
        st.tuples(
            st.sampled_from([None, "a@example.org", "B@example.org "]),
            st.sampled_from(["given", "withdrawn", "unknown"]),
            st.none() | st.integers(0, 6),
            st.booleans(),
        ),
        max_size=3,
    ),
)
def test_the_advice_and_the_page_agree(
    book: Book,
    consent: str,
    since: int | None,
    suppressed: int | None,
    email: str | None,
    events: list[tuple[str, int]],
    people: list[tuple[str | None, str, int | None, bool]],
) -> None:
    customer = book.customer()
    values: dict[str, Any] = {
        "email": email.replace("example", f"{customer}.example") if email else email,
        "email_consent": consent,
        "email_consent_since": book.day(since) if since is not None else None,
        "suppressed_until": book.day(suppressed) if suppressed is not None else None,
    }
    with book.writing() as work:
        work.update(customers, customer, values)
    for kind, ago in events:
        book.add(email_events, customer_id=customer, kind=kind, happened_on=book.day(ago))
    for address, said, ago, primary in people:
        at = address.replace("example", f"{customer}.example") if address else address  # nobody's of an example before
        contact(book, customer, at, said, ago, is_primary=int(primary))
    assert advised(book, customer) == explained(book, customer)


def contact(book: Book, customer: int, email: str | None, consent: str, ago: int | None = None, **more: Any) -> int:
    """Add a person to a customer."""
    since = book.day(ago) if ago is not None else None
    if email and consent == "withdrawn":
        left(book.workspace, email, since or "2020-01-01")
    return book.add(
        contacts,
        customer_id=customer,
        name="Kim",
        email=email,
        email_consent=consent,
        email_consent_since=since,
        **more,
    )


def test_a_company_without_an_address_is_written_to_through_its_primary_contact(book: Book) -> None:
    def company(**fields: Any) -> int:
        return book.customer(**{"email": None, "email_consent": "unknown", **fields})

    def allowed(customer: int) -> bool:
        assert advised(book, customer) == explained(book, customer)
        return advised(book, customer)

    reached, silent, apart, shared = company(), company(), company(), company(email="all@firm.example")
    assert not allowed(reached), "no address at all"
    contact(book, reached, "lee@x.example", "withdrawn", 9)
    assert not allowed(reached)
    contact(book, reached, "kim@x.example", "given", 3, is_primary=1)
    assert allowed(reached), "a colleague who withdrew stands in nobody else's way"
    contact(book, silent, None, "given", 3, is_primary=1)
    assert not allowed(silent), "a contact without an address"
    contact(book, apart, "ada@x.example", "given", 3)
    book.email(apart, "unsubscribed", 5)
    assert allowed(apart), "consent that was given after the company unsubscribed"
    book.email(apart, "unsubscribed", 2)
    assert not allowed(apart)
    contact(book, shared, "sam@firm.example", "withdrawn", 3)
    assert allowed(shared)
    contact(book, shared, "ALL@firm.example", "withdrawn", 3)
    assert not allowed(shared), "who withdrew under the company's own address"


@pytest.mark.parametrize(
    ("fields", "events", "allowed"),
    [
        ({"email_consent": "given", "email_consent_since": 300}, [("unsubscribed", 3)], False),
        ({"email_consent": "given", "email_consent_since": 2}, [("unsubscribed", 3)], True),
        ({"email_consent": "given"}, [("bounced", 9), ("bounced", 3)], False),
        ({"email_consent": "given"}, [("bounced", 9), ("opened", 5), ("bounced", 3)], True),
        ({"email_consent": "withdrawn", "email_consent_since": 1}, [], False),  # after the book's day, before today
        ({"suppressed_until": 0}, [], False),
        ({"suppressed_until": 1}, [], True),
        ({}, [], True),
    ],
)
def test_an_email_is_advised_only_where_it_may_be_sent(
    book: Book, fields: dict[str, Any], events: list[tuple[str, int]], allowed: bool
) -> None:
    days = {name: book.day(value) if isinstance(value, int) else value for name, value in fields.items()}
    customer = book.customer(**days)
    for kind, ago in events:
        book.email(customer, kind, ago)
    assert advised(book, customer) == explained(book, customer) == allowed


def test_an_unsubscription_among_the_email_events_raises_the_rule(book: Book) -> None:
    book.crowd(10)
    gone, back = (book.customer(name, clv_minor=900_000 + n) for n, name in enumerate(("Gone", "Back")))
    with book.writing() as work:
        work.update(customers, back, {"email_consent": "given", "email_consent_since": book.day(1)})
    for customer in (gone, back):
        book.email(customer, "unsubscribed", 3)
    book.evaluate()
    alert = book.alert(gone)
    assert (alert["rule"], alert["reason"]) == ("unsubscribed", "Withdrew consent to emails 3 days ago")
    assert "email" not in alert["recommendation"].get("title", "").lower()
    assert book.open_alerts(back) == []
