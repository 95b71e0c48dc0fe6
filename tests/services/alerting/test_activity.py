"""Activity that dropped: what scoring found of a channel of activity becomes an alert, with its day and its counts."""

from __future__ import annotations

from typing import Any

import pytest

from models.tables import activities, anomalies, conversations
from tests.services.alerting.book import Book

RULE = "activity_dropped"


def found(book: Book, customer: int, channel: str = "login", **values: Any) -> None:
    """Write an anomaly as scoring does: logins fell from 13 to 2 since 27 days."""
    row = {
        "as_of": book.day(0),
        "since": book.day(27),
        "direction": "down",
        "seen": 2.0,
        "expected": 13.2,
        "window_days": 28,
        "p": 1e-5,
        "evidence": "2 portal logins in 28 days, about 13 expected",
    }
    with book.writing() as work:
        work.execute(anomalies.insert().values(customer_id=customer, channel=channel, **{**row, **values}))


def reasons(book: Book, customer: int) -> list[str]:
    return [alert["reason"] for alert in book.open_alerts(customer)]


def quiet(book: Book, **fields: Any) -> int:
    """A customer whose order is due, without being improbably late."""
    return book.customer(ago=40, gap=30, **fields)


def test_an_alert_says_which_activity_fell_by_how_much_since_when_and_from_what(book: Book) -> None:
    customer = quiet(book)
    found(book, customer)
    book.evaluate()
    assert reasons(book, customer) == ["Portal logins fell 85\u202f% since 23 Oct: 2 instead of about 13"]
    alert = book.alert(customer)
    assert (alert["rule"], alert["severity"]) == (RULE, 3)


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        ("orders", "they still order, last on 14 Nov"),
        ("a call", "they still get in touch, last on 9 Nov"),
        ("a visit", "store visits go on, last on 10 Nov"),
        ("a call before", ""),
        ("our call", ""),
        ("a login", ""),
        ("a visit of fewer", ""),
        ("fewer orders", ""),
    ],
)
def test_a_fall_in_one_channel_is_no_silence_where_others_go_on(book: Book, happens: str, said: str) -> None:
    customer = book.customer() if "orders" in happens else quiet(book)
    found(book, customer)
    if happens == "fewer orders":
        found(book, customer, "orders", p=1e-3)
    elif "call" in happens:
        direction = "to_customer" if happens == "our call" else "from_customer"
        day = book.day(28 if happens == "a call before" else 10)
        book.add(conversations, customer_id=customer, channel="Call", direction=direction, happened_on=day)
    elif happens in ("a visit", "a login", "a visit of fewer"):
        if happens == "a visit of fewer":
            found(book, customer, "store_visit", p=1e-3)
        kind = "login" if happens == "a login" else "store_visit"
        book.add(activities, customer_id=customer, kind=kind, happened_on=book.day(9))
    book.evaluate()
    alert = book.alert(customer)
    fell = "Portal logins fell 85\u202f% since 23 Oct: 2 instead of about 13"
    assert (alert["reason"], alert["severity"]) == (f"{fell}; {said}" if said else fell, 1 if said else 3)
    advised = alert["recommendation"]
    assert (advised["code"] == "channel_note") == bool(said)


def test_the_channel_that_is_least_likely_to_be_chance_stands_for_the_customer(book: Book) -> None:
    customer = quiet(book)
    found(book, customer, "web_session", p=1e-4)
    found(book, customer, "kiosk_tap", p=1e-7, seen=0.0, expected=40.0)
    book.evaluate()
    assert reasons(book, customer) == ["Kiosk tap fell 100\u202f% since 23 Oct: 0 instead of about 40"]


@pytest.mark.parametrize("channel", ["orders", "order value", "emails", "tickets", "conversations"])
def test_what_is_no_activity_is_left_to_the_rules_of_its_own(book: Book, channel: str) -> None:
    customer = book.customer()
    found(book, customer, channel)
    book.evaluate()
    assert reasons(book, customer) == []


def test_a_rise_or_a_small_fall_raises_nothing(book: Book) -> None:
    rising, little = book.customer(), book.customer()
    found(book, rising, direction="up", seen=40.0)
    found(book, little, seen=7.0)
    book.evaluate()
    assert reasons(book, rising) == reasons(book, little) == []
