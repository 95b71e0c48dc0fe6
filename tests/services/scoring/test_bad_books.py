"""Books with little or wrong in them: an answer with low confidence and its reason, never a traceback or a nan."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from models.values.errors import UserError
from services import insight, scoring
from services.pipeline import do_round
from services.scoring import score_as_of
from services.scoring.phrasing import confidence_in_words
from services.workspace import Workspace
from tests.services.scoring.books import Book, simulated_orders

pytestmark = pytest.mark.usefixtures("few_stumps", "few_draws")

LAST = date(2026, 11, 20)
MANY = 80
Fill = Callable[[Book], None]


def orders_of(book: Book, customers: int, days: list[str], minor: int = 500, **more: Any) -> None:
    book.add_customers(customers)
    book.add_orders(((who, day, minor) for who in range(1, customers + 1) for day in days), **more)


def months(*numbers: int) -> list[str]:
    return [f"2026-{number:02d}-11" for number in numbers]


def ordinary(book: Book) -> None:
    book.add_customers(MANY)
    book.add_orders(simulated_orders(MANY, date(2025, 1, 1), LAST, seed=4))


def one_customer(book: Book) -> None:
    orders_of(book, 1, months(*range(1, 12)))


def no_orders(book: Book) -> None:
    book.add_customers(MANY)


def all_on_one_day(book: Book) -> None:
    orders_of(book, MANY, ["2026-05-05"])


def one_order_each(book: Book) -> None:
    book.add_customers(MANY)
    book.add_orders((who, f"2026-{1 + who % 10:02d}-11", 1000 + who) for who in range(1, MANY + 1))


def negative_totals(book: Book) -> None:
    orders_of(book, MANY, months(*range(1, 11)), minor=-500)


def more_given_back_than_bought(book: Book) -> None:
    orders_of(book, MANY, months(*range(1, 11)))
    back = ((who, "2026-11-01", -90_000) for who in range(1, MANY + 1))
    book.add_orders(back, kind="return")


def a_currency_without_a_rate(book: Book) -> None:
    book.add_customers(MANY + 1)
    # What most of the first orders are in is the currency of the book.
    book.add_orders([(MANY + 1, "2025-01-01", 100)] * 450)
    book.add_orders(((who, day, 500) for who in range(1, MANY + 1) for day in months(*range(1, 11))), currency="JPY")


def only_days_to_come(book: Book) -> None:
    orders_of(book, MANY, ["2031-01-01", "2031-02-01", "2032-02-29"])


def some_days_to_come(book: Book) -> None:
    ordinary(book)
    book.add_orders((who, "2033-03-03", 10**6) for who in range(1, 41))


def constant_columns(book: Book) -> None:
    orders_of(book, MANY, months(*range(1, 11)))
    for who in range(1, MANY + 1):
        book.add("tickets", [{"customer_id": who, "opened_on": "2026-06-01", "sentiment": 0.0, "satisfaction": 3}])


def everybody_left(book: Book) -> None:
    """The label window of every late cutoff has nobody who came back; logins show that time went on."""
    book.add_customers(MANY)
    book.add_orders(simulated_orders(MANY, date(2025, 1, 1), date(2026, 3, 31), seed=4))
    book.add("activities", [{"customer_id": 1, "happened_on": str(LAST), "kind": "login"}])


def nobody_left(book: Book) -> None:
    weekly = [str(date(2025, 1, 1) + timedelta(days=7 * week)) for week in range(98)]
    orders_of(book, MANY, weekly)


def amounts_beyond_reason(book: Book) -> None:
    orders_of(book, MANY, months(*range(1, 11)), minor=10**15)


def amounts_of_nothing(book: Book) -> None:
    orders_of(book, MANY, months(*range(1, 11)), minor=0)


def five_hundred_years(book: Book) -> None:
    orders_of(book, MANY, ["1526-01-01", "1776-07-04", "2026-11-11"])


#: Each book with the customers whose confidence must be low and words of the reason; None: not asked for.
BOOKS: dict[str, tuple[Fill, str | None]] = {
    "one customer": (one_customer, "too few customers"),
    "no orders": (no_orders, None),
    "all orders on one day": (all_on_one_day, "Only one purchase day"),
    "one order each": (one_order_each, "Only one purchase day"),
    "negative totals": (negative_totals, "No orders or other activity"),
    "more given back than bought": (more_given_back_than_bought, None),
    "a currency without a rate": (a_currency_without_a_rate, "exchange rate"),
    "only days to come": (only_days_to_come, None),
    "some days to come": (some_days_to_come, None),
    "constant columns": (constant_columns, None),
    "everybody left": (everybody_left, "days older than its other data"),
    "nobody left": (nobody_left, None),
    "amounts beyond reason": (amounts_beyond_reason, None),
    "amounts of nothing": (amounts_of_nothing, None),
    "five hundred years": (five_hundred_years, None),
}


def numbers_in(value: Any) -> list[float]:
    """Every float in a tree of plain values and dataclasses."""
    if isinstance(value, float):
        return [value]
    if isinstance(value, dict):
        return [number for each in value.values() for number in numbers_in(each)]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [number for each in value for number in numbers_in(each)]
    if is_dataclass(value) and not isinstance(value, type):
        return [number for one in fields(value) for number in numbers_in(getattr(value, one.name))]
    return []


def finite(value: Any) -> bool:
    return all(math.isfinite(number) for number in numbers_in(value))


def as_the_window_reads(workspace: Workspace) -> list[Any]:
    """What the pages would show of the book."""
    page = insight.customers_page(workspace)
    queue = insight.queue(workspace)
    shown: list[Any] = [page, queue, insight.today_tiles(workspace), insight.freshness(workspace)]
    shown += [insight.customers_count(workspace), insight.filter_choices(workspace), insight.reliance(workspace)]
    shown += [insight.customer_profile(workspace, row.id) for row in page.rows[:3]]
    shown += [insight.alert_detail(workspace, row.id) for row in queue.rows[:3]]
    return shown


def refused(constant: str) -> float:
    """For a reader of JSON: neither nan nor infinity."""
    raise AssertionError(constant)


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the public table with its JSON read: a nan in it is refused."""
    texts = ("drivers", "confidence_why", "engagement_parts", "health_parts", "sparkline", "changed", "overridden")
    return {
        name: json.loads(value, parse_constant=refused) if name in texts and value else value
        for name, value in row.items()
    }


def reports_of(book: Book) -> list[Any]:
    """Every report that is kept, a nan refused."""
    with book.workspace.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT report FROM score_reports").all()
    return [json.loads(row[0], parse_constant=refused) for row in rows]


def check_scores(scores: dict[int, dict[str, Any]], reason: str | None) -> None:
    assert finite(list(scores.values()))
    for row in scores.values():
        assert 0 <= row["churn_risk"] <= 1
        assert row["confidence"] == "high" or row["confidence_why"]
        assert (row["clv_low_minor"] or 0) <= (row["clv_high_minor"] or 0)
        if row["value_at_risk_minor"] is not None:
            assert 0 <= row["value_at_risk_minor"] == row["clv_if_stays_minor"] - row["clv_minor"]
    if reason is not None:
        assert {row["confidence"] for row in scores.values()} == {"low"}
        told = [
            who
            for who, row in scores.items()
            if any(reason in why for why in confidence_in_words(json.dumps(row["confidence_why"])))
        ]
        assert len(told) >= len(scores) - 1


@pytest.mark.parametrize(("fill", "reason"), BOOKS.values(), ids=BOOKS)
def test_a_bad_book_gets_an_answer_with_its_confidence_and_reason_everywhere(
    book: Book, fill: Fill, reason: str | None
) -> None:
    fill(book)
    run = do_round(book.workspace)
    assert run.scores is not None
    scores = {who: plain(row) for who, row in book.scores().items()}
    # Who never bought anything up to today is a contact, and has no score.
    assert run.scores.scored == len(scores) >= (fill not in (no_orders, only_days_to_come))
    check_scores(scores, reason)
    with suppress(UserError):  # where there is no event by today
        scoring.renew_reports(book.workspace, everything=True)
    assert all(reports_of(book))
    card = scoring.last_backtest(book.workspace)
    assert card is None or (finite(card) and card.why)
    assert finite([run.scores.as_json(), as_the_window_reads(book.workspace)])
    try:
        then, earlier = score_as_of(book.workspace, date(2026, 4, 1))
    except UserError as told:
        assert str(told).startswith("The book begins on ")
    else:
        assert then.customers == len(earlier)
        assert finite([score.values for score in earlier])


def test_a_book_without_events_has_no_backtest_and_says_so(book: Book) -> None:
    no_orders(book)
    do_round(book.workspace)
    with pytest.raises(UserError, match=r"\.$"):
        scoring.backtest(book.workspace)


def test_low_confidence_alone_raises_no_critical_alert(book: Book) -> None:
    everybody_left(book)
    do_round(book.workspace)
    low = {who for who, row in book.scores().items() if row["confidence"] == "low"}
    with book.workspace.store.read() as connection:
        query = "SELECT a.customer_id FROM alerts a WHERE a.severity = 4 AND a.rule = 'likely_to_leave'"
        critical = {row[0] for row in connection.exec_driver_sql(query)}
    assert not critical & low
