"""Numbers, money and time in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values import words

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("minor", "currency", "whole", "exact", "short"),
    [
        (524_000, "USD", "$5,240", "$5,240.00", "$5.2k"),
        (38_600, "USD", "$386", "$386.00", "$386"),
        (50, "USD", "$1", "$0.50", "$1"),
        (18_400_000, "EUR", "€184,000", "€184,000.00", "€184k"),
        (99_949, "GBP", "£999", "£999.49", "£999"),
        (99_950, "GBP", "£1,000", "£999.50", "£1,000"),
        (100_000, "GBP", "£1,000", "£1,000.00", "£1k"),
        (99_960_000, "USD", "$999,600", "$999,600.00", "$1m"),
        (234_500_000_000, "USD", "$2,345,000,000", "$2,345,000,000.00", "$2.3bn"),
        (5240, "JPY", "¥5,240", "¥5,240", "¥5.2k"),
        (5_240_000, "KWD", "KWD\u202f5,240", "KWD\u202f5,240.000", "KWD\u202f5.2k"),
        (-38_650, "USD", "−$387", "−$386.50", "−$387"),
        (0, "USD", "$0", "$0.00", "$0"),
    ],
)
def test_money_has_its_sign_and_its_currencys_places(
    minor: int, currency: str, whole: str, exact: str, short: str
) -> None:
    assert words.money(minor, currency) == whole
    assert words.money_exact(minor, currency) == exact
    assert words.money_short(minor, currency) == short


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [(-61_134_209, "GBP", "-611,342.09"), (5_240, "JPY", "5,240"), (10**17 + 1, "USD", "1,000,000,000,000,000.01")],
)
def test_an_amount_as_in_files_is_exact_however_large(minor: int, currency: str, shown: str) -> None:
    assert words.figure(minor, currency) == shown


@given(st.integers(-(10**15), 10**15), st.sampled_from(("USD", "JPY", "KWD", "")))
def test_money_is_never_long_as_a_headline(minor: int, currency: str) -> None:
    figure = words.money_short(minor, currency)
    assert len(figure) <= 14


def test_shares_counts_and_small_numbers() -> None:
    assert words.percent(0.725) == "73\u202f%"
    assert (words.count(1, "order"), words.count(2300, "order"), words.count(2, "city", "cities")) == (
        "1 order",
        "2,300 orders",
        "2 cities",
    )
    assert (words.spelled(3), words.spelled(40)) == ("three", "40")


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (47, "47 min"),
        (0.2, "1 min"),
        (61, "1 h"),
        (180, "3 h"),
        (3 * 24 * 60, "Mon"),
        (30 * 24 * 60, "20 Dec"),
        (-5, "5 min late"),
        (-130, "2 h late"),
        (-3 * 24 * 60, "3 days late"),
        (24 * 60, "Sat"),
    ],
)
def test_time_left_is_short_and_honest(minutes: float, said: str) -> None:
    assert words.left(NOW + timedelta(minutes=minutes), NOW, UTC) == said


def test_days_are_relative_where_they_are_near() -> None:
    assert [words.soon(TODAY + timedelta(days=away), TODAY) for away in (0, 1, 3, 7, -1)] == [
        "today",
        "tomorrow",
        "Mon",
        "27 Nov",
        "1 day late",
    ]
    assert words.day(date(2025, 12, 1), TODAY) == "1 Dec 2025"
    assert words.day(date(2026, 3, 2), TODAY) == "2 Mar"
    assert words.day(date(2026, 11, 30), date(2027, 1, 5)) == "30 Nov"
    assert [words.ago(NOW - timedelta(minutes=passed), NOW) for passed in (0, 12, 200, 3000)] == [
        "just now",
        "12 min ago",
        "3 h ago",
        "2 days ago",
    ]


def test_a_moment_is_shown_on_this_computers_clock() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    assert words.when("2026-11-20T16:02:00Z", TODAY, zone) == "08:02"
    assert words.when("2026-11-20T02:00:00Z", TODAY, zone) == "19 Nov"
    assert words.when("2026-11-12", TODAY, zone) == "12 Nov"
    assert words.when("2026-11-20", TODAY, zone) == "today"
    assert words.when("", TODAY, zone) == ""


@pytest.mark.parametrize("text", ["", None, "soon", "2026-13-01"])
def test_what_is_no_day_is_none(text: str | None) -> None:
    assert words.day_of(text) is None and words.moment_of(text) is None


@given(st.text(), st.integers(8, 60))
def test_shortened_text_is_one_line_and_fits(text: str, limit: int) -> None:
    short = words.shortened(text, limit)
    assert len(short) <= limit and "\n" not in short


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rated 2 of 5", "Rated 2 of 5."),
        ("wrote: “We leave.”", "Wrote: “We leave.”"),
        ("wrote: “We leave”", "Wrote: “We leave”."),
        ("”", "”."),
        ("", ""),
    ],
)
def test_a_sentence_ends_once(text: str, said: str) -> None:
    assert words.sentence(text) == said
