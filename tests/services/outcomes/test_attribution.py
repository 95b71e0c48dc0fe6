"""What followed an email: days, orders, money; counts and no claim."""

from __future__ import annotations

from datetime import UTC

import pytest

from models.values.outbox import ContactOutcome
from services.outcomes import Returned, contact_of_alert, returned
from tests.services.insight.conftest import TODAY, SmallBook, book, days_ago, minutes, workspace

__all__ = ["book", "workspace"]


@pytest.fixture
def alert(book: SmallBook) -> tuple[int, int]:
    """A customer with an alert for which an email was sent ten days ago."""
    customer = book.customer()
    book.score(customer)
    alert = book.alert(customer)
    book.email(customer, alert, sent_at=minutes(-10 * 1440))
    return customer, alert


def _contact(book: SmallBook, alert: int) -> ContactOutcome | None:
    with book.workspace.store.snapshot() as driver:
        return contact_of_alert(driver, alert, book.workspace.policy, today=TODAY, zone=UTC)


def test_an_alert_without_a_sent_email_has_no_outcome(book: SmallBook) -> None:
    alert = book.alert(book.customer())
    assert _contact(book, alert) is None


def test_orders_after_the_email_are_counted_with_days_and_money(book: SmallBook, alert: tuple[int, int]) -> None:
    book.order(alert[0], days_ago(30), 5_000)
    book.order(alert[0], days_ago(10), 7_000)  # the email's own day, no time given: it may have been before
    book.order(alert[0], days_ago(7), 38_600)
    book.order(alert[0], days_ago(6), -1_000, kind="return")
    book.order(alert[0], days_ago(2), 2_000)
    found = _contact(book, alert[1])
    assert found is not None
    assert (found.days, found.orders, found.revenue_minor, found.currency) == (3, 2, 39_600, "USD")
    assert found.words == "Emailed 10 Nov · ordered 3 days later, $396 since"


def test_an_order_of_the_same_day_counts_where_its_time_is_known(book: SmallBook, alert: tuple[int, int]) -> None:
    book.order(alert[0], days_ago(10), 5_000, ordered_at=minutes(-10 * 1440 + 90))
    found = _contact(book, alert[1])
    assert found is not None
    assert (found.days, found.words) == (0, "Emailed 10 Nov · ordered the same day, $50 since")


def test_an_order_of_the_same_day_without_a_time_is_named_and_not_counted(
    book: SmallBook, alert: tuple[int, int]
) -> None:
    book.order(alert[0], days_ago(10), 5_000)
    found = _contact(book, alert[1])
    assert found is not None
    assert (found.days, found.orders) == (None, 0)
    assert found.words == "Emailed 10 Nov · ordered the same day, perhaps before the email: not counted"


def test_an_order_that_was_cancelled_is_none(book: SmallBook, alert: tuple[int, int]) -> None:
    book.order(alert[0], days_ago(7), 38_600)
    book.order(alert[0], days_ago(6), -38_600, kind="cancellation")
    found = _contact(book, alert[1])
    assert found is not None
    assert (found.orders, found.revenue_minor) == (0, 0)
    assert found.words == "Emailed 10 Nov · no order yet, watched until 9 Jan"


def test_until_the_watch_time_is_over_it_is_said_how_long_it_runs(book: SmallBook, alert: tuple[int, int]) -> None:
    found = _contact(book, alert[1])
    assert found is not None
    assert (found.watched_days, found.words) == (10, "Emailed 10 Nov · no order yet, watched until 9 Jan")


def test_an_order_after_the_watch_time_is_not_counted(book: SmallBook) -> None:
    customer = book.customer()
    alert = book.alert(customer)
    book.email(customer, alert, sent_at=minutes(-100 * 1440))
    book.order(customer, days_ago(3))
    found = _contact(book, alert)
    assert found is not None
    assert (found.orders, found.words) == (0, "Emailed 12 Aug · no order within 60 days")


def test_an_email_counts_that_was_sent_before_they_came_back(book: SmallBook) -> None:
    """After the email, before it, after the alert was closed, and by a person's word."""
    closed = minutes(-1440)
    for ordered, sent, by in (
        (3, -5 * 1440, "rule"),
        (7, -5 * 1440, "rule"),
        (3, -60, "rule"),
        (7, -5 * 1440, "person"),
    ):
        customer = book.customer()
        alert = book.alert(customer, state="resolved", outcome="came_back", closed_by=by, closed_at=closed)
        book.email(customer, alert, sent_at=minutes(sent))
        book.order(customer, days_ago(ordered))
    with book.workspace.store.snapshot() as driver:
        assert returned(driver, minutes(-9 * 1440), 60) == Returned(
            contacted=2, contacted_back=2, others=2, others_back=2
        )
