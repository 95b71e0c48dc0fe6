"""What happened after the book's day moves no rule: deals that moved on since, notes and tasks that were not yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from models.tables import notes, stage_changes, tasks
from services.alerting.recommend import read_open_work
from services.workspace import FixedClock
from tests.services.alerting.book import Book


def moved(book: Book, deal: int, before: str | None, after: str, ago: int) -> None:
    """A change of a deal's stage so many days ago."""
    book.add(stage_changes, opportunity_id=deal, from_stage=before, to_stage=after, changed_on=book.day(ago))


def scored_through(book: Book, ago: int) -> None:
    """Let the book's day lie so many days back."""
    with book.writing() as work:
        work.sql("UPDATE customer_risk_scores SET as_of = ?", (book.day(ago),))


def work_of(book: Book, customer: int, ago: int) -> frozenset[str]:
    """The open work of a customer as a run knows it that looks back so many days."""
    with book.workspace.store.read() as connection:
        return read_open_work(connection, book.day(ago), f"{book.day(ago)}T23:59:59Z").get(customer, frozenset())


@pytest.mark.parametrize("won", ["Won", "Lost"])
def test_a_deal_that_was_closed_later_was_open_on_the_day(book: Book, won: str) -> None:
    book.crowd(10)
    customer = book.customer(churn_risk=0.01)
    deal = book.deal(customer, won, 60)
    moved(book, deal, "Proposal", won, 3)
    scored_through(book, 10)
    book.evaluate()
    assert (
        book.alert(customer)["reason"]
        == "Winter restock, Proposal, $450: open for 50 days without a call, reply or note"
    )
    assert work_of(book, customer, 10) == {"deal"} and work_of(book, customer, 1) == frozenset()


def test_a_deal_that_was_reopened_later_was_closed_on_the_day(book: Book) -> None:
    book.crowd(10)
    customer = book.customer(churn_risk=0.01)
    deal = book.deal(customer, "Proposal", 60)
    moved(book, deal, "Qualified", "Lost", 40)
    moved(book, deal, "Lost", "Proposal", 3)
    scored_through(book, 10)
    book.evaluate()
    assert book.open_alerts(customer) == [] and work_of(book, customer, 10) == frozenset()


def test_a_deal_whose_later_change_names_no_stage_before_was_just_identified(book: Book) -> None:
    book.crowd(10)
    customer = book.customer(churn_risk=0.01)
    deal = book.deal(customer, "Proposal", 60)
    moved(book, deal, None, "Proposal", 3)
    scored_through(book, 10)
    book.evaluate()
    assert book.open_alerts(customer) == [] and work_of(book, customer, 10) == {"deal"}


def test_a_deal_about_to_close_makes_tickets_critical_by_its_stage_of_the_day(book: Book) -> None:
    for later in (False, True):
        customer = book.customer(f"Later {later}")
        for ago in (11, 12):
            book.ticket(customer, ago)
        deal = book.deal(customer, "Won" if later else "Negotiation", 60, 60_000)
        with book.writing() as work:
            work.sql("UPDATE opportunities SET closes_on = ? WHERE id = ?", (book.day(-5), deal))
        if later:
            moved(book, deal, "Negotiation", "Won", 3)
    scored_through(book, 10)
    book.evaluate()
    severities = [alert["severity"] for alert in book.open_alerts()]
    assert severities == [4, 4]


def test_a_note_or_a_task_counts_from_its_moment_on(book: Book) -> None:
    customer = book.customer(ago=420, gap=60.0, spend_total_minor=900_000)
    book.crowd(10)
    at = f"{book.day(2)}T10:00:00Z"
    book.add(notes, customer_id=customer, text="Called", author="Ada", written_at=at)
    book.add(tasks, customer_id=customer, title="Call", created_at=at, done_at=f"{book.day(1)}T10:00:00Z")
    assert work_of(book, customer, 3) == frozenset()
    assert work_of(book, customer, 2) == {"task"}
    assert work_of(book, customer, 1) == frozenset()
    now = book.workspace
    for ago, rules in ((0, []), (5, ["win_back_due"])):
        book.workspace = replace(now, clock=FixedClock(now.clock.now() - timedelta(days=ago)))
        book.evaluate()
        assert [alert["rule"] for alert in book.open_alerts(customer)] == rules
    assert book.alert(customer)["recommendation"]["title"]
