"""Coming back after an email: it closes the alert whatever raised it, and an undone order opens it again."""

from __future__ import annotations

from sqlalchemy import delete

from models.tables import messages, orders
from tests.services.alerting.book import Book


def _email(book: Book, customer: int, state: str = "sent") -> None:
    at = book.workspace.at
    written = {"goal": "apologise", "tone": "warm", "writer": "person", "created_at": at, "created_by": "Ada"}
    alert = book.alert(customer)["id"]
    book.add(messages, customer_id=customer, alert_id=alert, state=state, sent_at=at, changed_at=at, **written)


def test_an_order_after_an_email_closes_a_complaint_as_came_back(book: Book) -> None:
    customer = book.customer()
    book.ticket(customer, 5)
    book.ticket(customer, 6)
    book.evaluate()
    _email(book, customer)
    book.move(days=3)
    book.order(customer, 1)
    run = book.evaluate()
    alert = book.alert(customer)
    assert run.closed == (alert["id"],)
    assert (alert["state"], alert["outcome"], alert["closed_by"]) == ("resolved", "came_back", "rule")


def test_an_email_that_was_not_sent_or_an_order_of_its_day_or_after_the_watch_time_closes_nothing(book: Book) -> None:
    unsent, same_day, late = (book.customer() for _ in range(3))
    for customer in (unsent, same_day, late):
        book.ticket(customer, 5)
        book.ticket(customer, 6)
    book.evaluate()
    for customer, state in ((unsent, "queued"), (same_day, "sent"), (late, "sent")):
        _email(book, customer, state)
    book.order(same_day, 0)
    book.move(days=3)
    book.order(unsent, 1)
    book.evaluate()
    assert {book.alert(customer)["state"] for customer in (unsent, same_day)} == {"open"}
    book.move(days=59)
    book.order(late, 0)
    book.evaluate()
    assert book.open_alerts(late)[0]["state"] == "open"


def test_an_alert_that_an_email_brought_to_a_close_opens_again_without_the_order(book: Book) -> None:
    customer = book.customer()
    book.ticket(customer, 5)
    book.ticket(customer, 6)
    book.evaluate()
    _email(book, customer)
    book.move(days=3)
    order = book.order(customer, 1)
    book.evaluate()
    with book.writing() as work:
        work.execute(delete(orders).where(orders.c.id == order))
    book.evaluate()
    assert book.alert(customer)["state"] in ("open", "seen")
