"""What is stale means the same to the rule that raises an alert and to the line beside the page's title."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.tables import opportunities, reviews
from services.alerting.rules import shipped_rules
from services.book.sources import LEAST_AGE_DAYS, RULE, source_ages, stale_figures
from services.insight import freshness, reading
from services.settings import Policy, RuleParameter
from tests.services.alerting.book import Book


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    opened = Book(store_path)
    yield opened
    opened.close()


def known(book: Book) -> int:
    """A customer with a deal of long ago: what contacts without purchases write tells nothing of a book's age."""
    customer = book.customer()
    book.add(opportunities, customer_id=customer, source="t", external_id=str(customer), stage="Proposal",
             opened_on="1990-01-01")  # fmt: skip
    return customer


def stale_by_alert(book: Book) -> str:
    """The reason of the book's alert, in small letters; empty without one."""
    return next((alert["reason"].lower() for alert in book.open_alerts() if alert["customer_id"] is None), "")


@pytest.mark.parametrize(
    ("last", "stale"),
    [
        (3, ""),
        (7, ""),
        (31, ""),  # may be the export of a month
        (33, "reviews 33 days old"),
    ],
)
def test_the_alert_and_the_title_name_the_same_source(book: Book, last: int, stale: str) -> None:
    customer = known(book)
    for ago in range(last, last + 60, 3):
        book.review(customer, 5, ago)
    book.score(customer, as_of=book.day(last))
    book.evaluate()
    assert freshness(book.workspace).warning == stale
    assert stale_by_alert(book).startswith(stale) and bool(stale_by_alert(book)) == bool(stale)


def test_in_an_archive_a_source_is_held_against_the_end_of_the_book(book: Book) -> None:
    customer = known(book)
    for ago in range(2_000, 2_030):
        book.order(customer, ago)
    for ago in range(2_040, 2_100, 3):
        book.review(customer, 5, ago)
    book.score(customer, as_of=book.day(2_000))
    book.evaluate()
    assert freshness(book.workspace).warning.endswith("reviews 40 days old")
    assert stale_by_alert(book) == "reviews 40 days old; usually every 3 days"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 35), st.integers(1, 15), st.floats(1, 8), st.none() | st.integers(1, 60))
def test_whatever_the_policy_says_both_agree(book: Book, last: int, gap: int, factor: float, least: int | None) -> None:
    own = (RuleParameter(RULE, "least_days", least),) if least is not None else ()
    policy = replace(book.workspace.policy, stale_factor=factor, rule_parameters=own)
    book.workspace = book.workspace.with_policy(policy)
    with book.writing() as work:
        for table in ("alert_signals", "alerts", "reviews", "opportunities", "customer_risk_scores", "customers"):
            work.sql(f"DELETE FROM {table}")
    customer = known(book)
    for number in range(6):
        book.add(reviews, customer_id=customer, rating=5, reviewed_on=book.day(last + gap * number))
    book.evaluate()
    with reading(book.workspace) as reader:
        (age,) = source_ages(reader.driver, reader.today, policy)
    assert (age.age_days, age.usual_days) == (last, gap)
    floor = max(31, least or LEAST_AGE_DAYS)  # how often it is exported is not known yet
    assert age.stale == (last > floor and last / gap > factor)
    assert bool(stale_by_alert(book)) == bool(freshness(book.workspace).warning) == age.stale


def test_the_figures_are_those_of_the_rule() -> None:
    (rule,) = [one for one in shipped_rules() if one.code == RULE]
    assert stale_figures(Policy()) == (rule.parameters["times"].value, rule.parameters["least_days"].value)
    own = (RuleParameter(RULE, "times", 4), RuleParameter("gap_beyond_usual", "times", 9))
    assert stale_figures(replace(Policy(), rule_parameters=own)) == (4, LEAST_AGE_DAYS)


def test_days_to_come_are_not_read(book: Book) -> None:
    customer = known(book)
    for ago in range(-5, 5):
        book.review(customer, 5, ago)
    with reading(book.workspace) as reader:
        today: date = reader.today
        (age,) = source_ages(reader.driver, today - timedelta(days=2), reader.policy)
    assert (age.last_day, age.age_days, age.usual_days) == (today - timedelta(days=2), 0, None)
