"""When an alert about a deal ends by itself: its deal was closed, or moved on, and nothing else stands on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.tables import notes, opportunities
from services import alerting
from services.audit import undo_last
from services.insight import reading
from services.insight.queue_rows import read_queue
from services.insight.timeline_rows import read_timeline
from services.sync import edit_deals
from tests.services.alerting.book import Book


def stalled(book: Book, **fields: Any) -> tuple[int, int]:
    """A customer with a deal that stands still and an alert about it."""
    customer = book.customer("Linden", **fields)
    deal = book.deal(customer, ago=120)
    book.evaluate()
    book.move(hours=1)
    return customer, deal


def ended(book: Book, customer: int) -> tuple[str, str | None, str | None]:
    alert = book.alert(customer)
    return alert["state"], alert["outcome"], alert["closed_by"]


SOLVED, OPEN = ("resolved", "solved", "rule"), ("open", None, None)


@pytest.mark.parametrize(
    ("stage", "said"), [("Won", "deal won"), ("Lost", "deal lost"), ("Negotiation", "deal moved to Negotiation")]
)
def test_a_deal_closed_or_moved_by_hand_ends_its_alert_says_why_and_an_undo_brings_it_back(
    book: Book, stage: str, said: str
) -> None:
    customer, deal = stalled(book)
    before = book.alert(customer)
    edit_deals(book.workspace, [deal], {"stage": stage})
    run = book.evaluate()
    assert run.closed == (before["id"],) and ended(book, customer) == SOLVED
    with reading(book.workspace) as reader:
        (row,) = read_queue(reader, "done").rows
        closed = [one for one in read_timeline(reader, customer).rows if one.bold == "Alert closed"]
    assert row.reason == f"{before['reason']}; {said}" and row.due_words == "Solved"
    assert [one.rest for one in closed] == [said]
    undo_last(book.workspace)
    book.evaluate()
    assert book.alert(customer) == before


@pytest.mark.parametrize("stage", ["Won", "Negotiation"])
def test_a_file_that_brings_another_stage_ends_it_too(book: Book, stage: str) -> None:
    customer, deal = stalled(book)
    before = book.alert(customer)
    for now, state in ((stage, SOLVED), ("Proposal", OPEN)):  # and then its undo
        with book.writing() as work:
            work.update(opportunities, deal, {"stage": now})
        book.evaluate()
        assert ended(book, customer) == state
    assert book.alert(customer) == before


def test_a_step_to_the_next_stage_that_stalls_as_well_ends_it_until_that_stalls(book: Book) -> None:
    customer = book.customer("Linden")
    deal = book.deal(customer, "Qualified", ago=120)
    book.evaluate()
    book.move(hours=1)
    edit_deals(book.workspace, [deal], {"stage": "Proposal"})
    book.evaluate()
    assert ended(book, customer) == SOLVED
    book.move(days=20)
    book.evaluate()
    assert [alert["state"] for alert in book.open_alerts(customer)] == ["resolved", "open"]


@pytest.mark.parametrize("put_away", ["in_work", "snoozed", "waiting"])
def test_work_on_the_alert_stays_with_it_when_its_deal_is_won(book: Book, put_away: str) -> None:
    customer, deal = stalled(book)
    alert = book.alert(customer)["id"]
    if put_away == "in_work":
        alerting.add_task(book.workspace, alert, "Call them", book.today)
    elif put_away == "snoozed":
        alerting.snooze(book.workspace, [alert], until=book.today + timedelta(days=3))
    else:
        alerting.wait(book.workspace, [alert], until=book.today + timedelta(days=3))
    assert book.alert(customer)["state"] == put_away
    edit_deals(book.workspace, [deal], {"stage": "Won"})
    book.evaluate()
    assert (*ended(book, customer), book.alert(customer)["touched"]) == (*SOLVED, 1)


def test_a_deal_of_high_value_at_risk_ends_with_the_deal_and_not_with_the_risk(book: Book) -> None:
    book.crowd(10)
    customer = book.customer("Linden", churn_risk=0.9, value_at_risk_minor=1)
    deal = book.deal(customer, "Negotiation", ago=3, amount_minor=900_000)
    book.evaluate()
    assert "deal_at_risk" in book.signals(book.alert(customer)["id"])
    book.move(hours=1)
    book.score(customer, churn_risk=0.1)
    book.evaluate()
    assert ended(book, customer) == OPEN
    edit_deals(book.workspace, [deal], {"stage": "Lost"})
    book.evaluate()
    assert ended(book, customer) == SOLVED


def test_another_signal_that_stands_keeps_it_open_and_leads_it(book: Book) -> None:
    customer, deal = stalled(book, ago=70, gap=20)
    alert = book.alert(customer)
    assert set(book.signals(alert["id"])) == {"deal_stalled", "gap_beyond_usual"}
    edit_deals(book.workspace, [deal], {"stage": "Won"})
    book.evaluate()
    assert (book.alert(customer)["state"], book.alert(customer)["rule"]) == ("open", "gap_beyond_usual")
    book.score(customer, silence_p=0.9, churn_risk=0.01)
    book.evaluate()
    assert book.alert(customer)["state"] == "open", "silence ends with an order"


def test_a_second_deal_that_stands_still_keeps_it_open(book: Book) -> None:
    customer = book.customer("Linden")
    deals = [book.deal(customer, ago=120), book.deal(customer, ago=100)]
    book.evaluate()
    book.move(hours=1)
    for deal, after in zip(deals, (OPEN, SOLVED), strict=True):
        edit_deals(book.workspace, [deal], {"stage": "Won"})
        book.evaluate()
        assert ended(book, customer) == after


def test_contact_alone_ends_nothing(book: Book) -> None:
    customer, _ = stalled(book)
    book.add(notes, customer_id=customer, author="Ada", text="Called them", written_at=book.workspace.at)
    book.evaluate()
    assert ended(book, customer) == OPEN


def test_a_person_who_reopens_it_keeps_it(book: Book) -> None:
    customer, deal = stalled(book)
    edit_deals(book.workspace, [deal], {"stage": "Won"})
    book.evaluate()
    alerting.reopen(book.workspace, [book.alert(customer)["id"]])
    book.evaluate()
    assert book.alert(customer)["state"] == "seen"


def test_an_alert_that_nobody_touched_and_that_ended_by_itself_is_no_verdict_on_its_rule(book: Book) -> None:
    _, deal = stalled(book)
    edit_deals(book.workspace, [deal], {"stage": "Won"})
    book.evaluate()
    (record,) = [one for one in alerting.rule_records(book.workspace) if one.code == "deal_stalled"]
    assert (record.right, record.closed) == (0, 0)
