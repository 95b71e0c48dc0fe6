"""Snoozed and waiting alerts wake when their date comes, whoever else changed; a round that writes says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models.tables import alert_signals, alerts, customers, orders
from models.values.changes import Changes
from services import alerting
from services.pipeline import after_change, do_round
from services.workspace import FixedClock
from tests.services.alerting.book import Book


def later(book: Book, **delta: float) -> None:
    """Let time pass on the clock only: no file came, so that the book's day stands still."""
    moment = book.workspace.clock.now() + timedelta(**delta)
    book.workspace = replace(book.workspace, clock=FixedClock(moment))


def entries(book: Book) -> int:
    with book.workspace.store.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM journal").scalar() or 0)


def bought_steadily(book: Book, name: str, *, until: int) -> int:
    """A customer who bought every 20 days until so many days ago."""
    customer = book.add(customers, name=name)
    rows = [
        {"source": "shop", "external_id": f"{name} {ago}", "customer_id": customer, "ordered_on": book.day(ago)}
        for ago in range(until, until + 400, 20)
    ]
    with book.writing() as work:
        work.execute(orders.insert().values(amount_minor=10_000, currency="USD", kind="purchase"), rows)
    return customer


@pytest.fixture
def silent(book: Book) -> int:
    """A customer with an alert, in a book that the pipeline scored, beside some who buy on."""
    silent = bought_steadily(book, "Silent", until=150)
    for number in range(12):
        bought_steadily(book, f"Steady {number}", until=1)
    after_change(book.workspace, Changes(everyone=True, tables=frozenset({"orders"})))
    return silent


@pytest.mark.parametrize("put_away", [alerting.snooze, alerting.wait])
def test_an_alert_that_was_put_away_wakes_in_a_round_in_which_nothing_changed(
    book: Book, silent: int, put_away: Any
) -> None:
    alert = book.alert(silent)["id"]
    put_away(book.workspace, [alert], until=date(2026, 11, 23))
    assert alerting.next_wake(book.workspace) == "2026-11-23T09:00:00Z"
    later(book, days=2)
    do_round(book.workspace)
    assert book.alert(silent)["state"] == put_away.__name__.replace("snooze", "snoozed").replace("wait", "waiting")
    later(book, days=3)
    run = do_round(book.workspace)
    assert book.alert(silent)["state"] == "open" and alert in run.changes.alerts
    assert alerting.next_wake(book.workspace) is None


def test_an_alert_wakes_in_a_round_for_another_customer(book: Book, silent: int) -> None:
    alert = book.alert(silent)["id"]
    alerting.snooze(book.workspace, [alert], until=date(2026, 11, 23))
    later(book, days=5)
    steady = silent + 1
    with book.workspace.store.unit_of_work(book.workspace.me, "edit", "customer", at=book.workspace.at) as work:
        work.update(customers, steady, {"city": "Bath"})
        changes = work.commit()
    run = after_change(book.workspace, changes)
    assert run.scores is not None and run.scores.scored == 1
    assert book.alert(silent)["state"] == "open"


def test_an_alert_that_wakes_is_not_evaluated_nor_withdrawn(book: Book) -> None:
    book.crowd(5)
    customer = book.customer("Silent", ago=74, gap=21)
    book.evaluate()
    alert = book.alert(customer)
    alerting.snooze(book.workspace, [alert["id"]], until=book.today + timedelta(days=1))
    book.score(customer, days_since_last_order=1)  # would not fire again
    later(book, days=4)
    run = alerting.evaluate(book.workspace, Changes())
    assert (run.woken, run.closed, run.opened) == ((alert["id"],), (), ())
    assert book.signals(alert["id"]) == ["gap_beyond_usual"]
    assert book.alert(customer)["due_at"] == alert["due_at"]  # the clock ran on


def test_a_round_without_anything_due_leaves_no_entry(book: Book, silent: int) -> None:
    alerting.snooze(book.workspace, [book.alert(silent)["id"]], until=date(2026, 12, 7))
    do_round(book.workspace)
    before = entries(book)
    run = alerting.evaluate(book.workspace, Changes())
    assert run.changes.entry is None and entries(book) == before


def test_data_that_grew_old_are_told_in_a_round_in_which_nothing_changed(book: Book, silent: int) -> None:
    for ago in range(30):
        book.order(silent + 1, ago)
    do_round(book.workspace)
    assert not [alert for alert in book.open_alerts() if alert["customer_id"] is None]
    later(book, days=32)  # no deliveries tell how often the file is exported: it may be once a month
    alerting.evaluate(book.workspace, Changes())
    (alert,) = [alert for alert in book.open_alerts() if alert["customer_id"] is None]
    assert alert["reason"].startswith("Orders 32 days old")


def test_renewed_money_on_an_alert_has_an_entry(book: Book) -> None:
    customer = book.customer("Silent", ago=74, gap=21)
    book.evaluate()
    book.score(customer, value_at_risk_minor=7_000)
    before = entries(book)
    run = book.evaluate()
    assert book.alert(customer)["value_at_risk_minor"] == 7_000
    assert run.changes.entry is not None and "alerts" in run.changes.tables and entries(book) == before + 1


def test_a_signal_that_an_order_answered_has_an_entry(book: Book) -> None:
    customer = book.customer("Silent", ago=74, gap=21)
    for _ in range(2):
        book.ticket(customer)
    book.evaluate()
    alert = book.alert(customer)["id"]
    with book.writing() as work:
        work.sql("UPDATE alert_signals SET raised_as_of = ?", (book.day(9),))
    book.order(customer, 1)
    run = book.evaluate()
    with book.workspace.store.read() as connection:
        cleared = (
            connection.execute(alert_signals.select().where(alert_signals.c.cleared_at.is_not(None))).mappings().all()
        )
        assert [row["rule"] for row in cleared] == ["gap_beyond_usual"]
        assert connection.execute(alerts.select().where(alerts.c.id == alert)).mappings().one()["state"] == "open"
    assert run.changes.entry is not None and alert in run.changes.alerts


def test_the_next_moment_to_wake_is_the_earliest(book: Book) -> None:
    assert alerting.next_wake(book.workspace) is None
    open_alerts = []
    for name in ("One", "Two", "Three"):
        customer = book.customer(name, ago=74, gap=21)
        book.evaluate()
        open_alerts.append(book.alert(customer)["id"])
    alerting.snooze(book.workspace, [open_alerts[0]], until=date(2026, 11, 27))
    alerting.wait(book.workspace, [open_alerts[1]], until=datetime(2026, 11, 24, 13, 30).astimezone())
    assert alerting.next_wake(book.workspace) == datetime(2026, 11, 24, 13, 30).astimezone().astimezone(
        book.workspace.clock.now().tzinfo
    ).strftime("%Y-%m-%dT%H:%M:%SZ")
