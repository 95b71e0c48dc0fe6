"""Anomalies of a whole book: found channel by channel, dated, written with the scores, blind to what comes later."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from models.values.anomalies import Anomaly, channel_events, channel_title
from models.values.changes import Changes
from services.scoring import score_due
from services.scoring.amounts import book_spread, latest_of, order_values
from services.scoring.anomalies import find_anomalies
from services.scoring.events import read_events
from services.scoring.ledger import PurchaseDays
from tests.services.scoring.books import Book

LAST = date(2026, 11, 21)
CROWD = 40


def days(first_ago: int, last_ago: int, a_week: float, seed: int) -> list[date]:
    """Days of events at a rate, from so many days before the last day through so many before it."""
    random = np.random.default_rng(seed)
    count = random.poisson(a_week / 7 * (first_ago - last_ago + 1))
    return [LAST - timedelta(days=int(ago)) for ago in sorted(random.integers(last_ago, first_ago + 1, count))]


def did(who: int, on: list[date], kind: str = "login") -> list[dict[str, Any]]:
    return [{"customer_id": who, "kind": kind, "happened_on": str(day)} for day in on]


def crowded(book: Book) -> Book:
    """Customers 1 to 60 log in three times a week; 1 stopped four weeks ago and 2 began to come every day."""
    book.add_customers(CROWD)
    rows = []
    for who in range(1, CROWD + 1):
        rows += did(who, days(363, 0 if who != 1 else 28, 3.0, who))
    rows += did(2, days(20, 0, 10.0, 99))
    rows += did(CROWD, [LAST])
    book.add("activities", rows)
    return book


def found(book: Book) -> dict[tuple[int, str], Anomaly]:
    names = list(Anomaly.__dataclass_fields__)
    with book.workspace.store.read() as connection:
        rows = connection.exec_driver_sql(f"SELECT {', '.join(names)} FROM anomalies")
        return {(row[0], row[1]): Anomaly(*row) for row in rows}


def test_scoring_writes_who_fell_and_who_rose_with_the_day_and_the_evidence(book: Book) -> None:
    score_due(crowded(book).workspace)
    anomalies = found(book)
    assert set(anomalies) == {(1, "login"), (2, "login")}
    fallen, risen = anomalies[1, "login"], anomalies[2, "login"]
    assert (fallen.direction, risen.direction) == ("down", "up")
    assert fallen.as_of == str(LAST)
    assert fallen.since == str(max(days(363, 28, 3.0, 1)) + timedelta(days=1))
    assert fallen.seen == 0 and fallen.expected == pytest.approx(3.0 * fallen.window_days / 7, rel=0.2)
    assert fallen.evidence.startswith(f"0 portal logins in {fallen.window_days} days, about 1")
    assert fallen.change == -1.0 and risen.change > 1.0
    assert abs((date.fromisoformat(risen.since) - (LAST - timedelta(days=20))).days) <= 3
    assert 0 < fallen.p < 1e-3


def test_a_customer_who_is_scored_alone_is_held_against_what_the_whole_book_taught(book: Book) -> None:
    score_due(crowded(book).workspace)
    before = found(book)
    book.add("activities", did(5, [LAST]))
    assert score_due(book.workspace, Changes(customers=frozenset({1, 5}))).scored == 2
    assert found(book) == before
    book.add("activities", did(1, [LAST - timedelta(days=ago) for ago in range(28)]))
    assert score_due(book.workspace, Changes(customers=frozenset({1}))).scored == 1
    assert set(found(book)) == {(2, "login")}


def test_an_anomaly_that_is_over_is_gone_after_the_next_scoring(book: Book) -> None:
    score_due(crowded(book).workspace)
    book.add("activities", did(1, [LAST - timedelta(days=ago) for ago in range(28) for _ in range(2)]))
    score_due(book.workspace, force_all=True)
    assert (1, "login") not in {key for key, one in found(book).items() if one.direction == "down"}


def test_a_source_that_ends_early_is_no_silence_of_its_customers(book: Book) -> None:
    crowded(book)
    book.add("orders", [{"customer_id": 3, "ordered_on": "2026-12-15", "amount_minor": 100, "currency": "USD"}])
    later = book.at(date(2026, 12, 20))
    assert score_due(later).as_of == "2026-12-15"
    anomalies = found(book)
    assert set(anomalies) == {(1, "login"), (2, "login")}
    assert {one.as_of for one in anomalies.values()} == {str(LAST)}


def test_mails_that_are_not_answered_any_more_are_told_and_mails_that_were_not_sent_are_not(book: Book) -> None:
    book.add_orders((who, LAST - timedelta(days=400), 5_000) for who in book.add_customers(40))
    rows = []
    for who in range(1, 41):
        for ago in range(363, 0, -2):
            day = LAST - timedelta(days=ago)
            if who == 2 and ago < 90:
                continue  # nobody writes to them any more
            row = {"customer_id": who, "message": f"m{who}-{ago}", "happened_on": str(day)}
            rows.append({**row, "kind": "sent"})
            if (ago // 2 + who) % 2 and not (who == 1 and ago < 60):
                rows.append({**row, "kind": "clicked"})
    book.add("email_events", rows)
    score_due(book.workspace)
    assert set(found(book)) == {(1, "emails")}
    fallen = found(book)[1, "emails"]
    assert fallen.direction == "down" and fallen.evidence.startswith("0 of ")
    assert "emails clicked or answered in" in fallen.evidence


def test_order_values_that_fell_are_told_in_money(book: Book) -> None:
    book.add_customers(40)
    random = np.random.default_rng(3)
    orders = []
    for who in range(1, 41):
        for number in range(20):
            usual = 40_000 * float(np.exp(random.normal(0.0, 0.15)))
            orders.append(
                (who, LAST - timedelta(days=10 * (19 - number)), int(usual * (0.3 if who == 1 and number > 16 else 1)))
            )
    book.add_orders(orders)
    score_due(book.workspace)
    anomalies = found(book)
    assert set(anomalies) == {(1, "order value")}
    fallen = anomalies[1, "order value"]
    assert (fallen.direction, fallen.since) == ("down", str(LAST - timedelta(days=20)))
    assert fallen.evidence.startswith("the last 3 orders at about $1") and ", those before at $" in fallen.evidence


def test_one_odd_order_moves_no_order_value() -> None:
    values = np.array([100.0, 110, 95, 105, 98, 102, 100, 104, 5_000, 99, 101])
    ones = np.ones(values.size)
    bought = PurchaseDays(np.zeros(values.size, np.int64), np.arange(values.size) * 10, values, ones, ones)
    of = latest_of(bought, 1)
    told = order_values(of, 100, book_spread(of))
    assert told.many[0] > 0.05 and told.few[0] > 0.05
    none = PurchaseDays(*(np.empty(0, kind) for kind in (np.int64, np.int64, float, float, float)))
    nobody = latest_of(none, 3)
    assert order_values(nobody, 100, book_spread(nobody)).row.size == 0


def test_a_book_in_parts_gets_the_same_anomalies(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    crowded(book)
    random = np.random.default_rng(5)
    orders = [
        (who, LAST - timedelta(days=14 * back), int(random.integers(90, 110) * (25 if who == 9 and back < 3 else 100)))
        for who in range(1, CROWD + 1)
        for back in range(20)
    ]
    book.add_orders(orders)
    whole = _as_of(book, LAST)
    monkeypatch.setattr("services.scoring.anomalies._AT_ONCE", 7)
    monkeypatch.setattr("services.scoring.channels._AT_ONCE", 11)
    assert _as_of(book, LAST) == whole
    assert (9, "order value") in {(one.customer_id, one.channel) for one in whole}


@pytest.mark.parametrize(
    ("table", "at"),
    [
        ("activities", {"kind": "login", "happened_on": None}),
        ("orders", {"ordered_on": None, "amount_minor": 9_900, "currency": "USD"}),
        ("tickets", {"opened_on": None, "kind": "Quality", "subject": "Seam"}),
        ("email_events", {"kind": "clicked", "happened_on": None, "message": "x"}),
        ("conversations", {"direction": "from_customer", "happened_on": None}),
    ],
)
def test_what_happens_after_the_day_changes_nothing(book: Book, table: str, at: dict[str, Any]) -> None:
    day = LAST - timedelta(days=9)
    (column,) = (name for name, value in at.items() if value is None)
    crowded(book)
    book.add(table, [{"customer_id": 7, **at, column: str(day - timedelta(days=30))}])
    before = _as_of(book, day)
    later = [day + timedelta(days=1 + ago % 40) for ago in range(60)]
    book.add(table, [{"customer_id": 1 + ago % 9, **at, column: str(on)} for ago, on in enumerate(later)])
    assert _as_of(book, day) == before and before


def _as_of(book: Book, day: date) -> list[Anomaly]:
    with book.workspace.store.read() as connection:
        return find_anomalies(connection, read_events(connection, day, currency="USD"))[0]


def test_the_order_of_rows_changes_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    answers = []
    for number in range(2):
        book = Book(tmp_path_factory.mktemp("rows") / "book.db")
        book.add_customers(CROWD)
        rows = [row for who in range(1, CROWD + 1) for row in did(who, days(363, 0 if who > 3 else 25, 4.0, who))]
        np.random.default_rng(number).shuffle(rows)  # type: ignore[arg-type]
        book.add("activities", rows)
        answers.append(_as_of(book, LAST))
        book.workspace.close()
    assert answers[0] == answers[1] and answers[0]


@pytest.mark.parametrize(
    ("channel", "number", "words", "title"),
    [
        ("login", 1, "1 portal login", "Portal logins"),
        ("login", 14, "14 portal logins", "Portal logins"),
        ("feature_use", 2, "2 uses of features", "Use of features"),
        ("emails", 1, "1 email clicked or answered", "Emails clicked or answered"),
        ("kiosk_tap", 3, "3 times “kiosk tap”", "Kiosk tap"),
        ("orders", 0, "0 purchase days", "Orders"),
    ],
)
def test_channels_have_words(channel: str, number: int, words: str, title: str) -> None:
    assert channel_events(channel, number) == words
    assert channel_title(channel) == title
