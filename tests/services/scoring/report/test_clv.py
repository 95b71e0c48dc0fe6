"""Lifetime value against what came: the measures' laws, what a window may know, and the public figures."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.events import BookEvents, day_number
from services.scoring.lifetime_value import AS_TOLD, LifetimeValue
from services.scoring.range_levels import known_and_spent
from services.scoring.report.clv import (
    PredictedAndSpent,
    clv_of,
    longest_window,
    measures,
    predict,
    top_capture,
    window_at,
)
from tests.benchmarks.public_books import cdnow
from tests.services.scoring.books import simulated_orders
from tests.services.scoring.cdnow import Floats
from tests.services.scoring.firm_books import LATER_DAYS, firms
from tests.services.scoring.made_up import made_up_book, read_through

FIRST, LAST = date(2024, 1, 1), date(2026, 3, 31)


def simulated_book(customers: int = 300, seed: int = 5) -> BookEvents:
    orders = [
        (who - 1, day_number(on), float(minor)) for who, on, minor in simulated_orders(customers, FIRST, LAST, seed)
    ]
    return made_up_book(customers, day_number(LAST), orders=orders)


def window(predicted: Floats, spent: Floats) -> PredictedAndSpent:
    low, high = predicted * 0, predicted * 2
    value = LifetimeValue(predicted, low, high, predicted, predicted, low, high, low, np.full(predicted.shape, 0.8))
    return PredictedAndSpent(20_000, 90, value, spent)


def test_a_perfect_forecast_has_perfect_measures() -> None:
    spent = np.arange(1.0, 101.0)
    found = measures(window(spent, spent))
    assert (found.spearman, found.mae, found.bias, found.coverage80) == (pytest.approx(1.0), 0.0, 0.0, 1.0)
    assert found.top10_capture == pytest.approx(spent[-10:].sum() / spent.sum())


def test_what_has_no_meaning_is_not_known() -> None:
    nothing = np.zeros(5)
    found = measures(window(np.ones(5), nothing))
    assert (found.spearman, found.bias, found.top10_capture) == (None, None, None)
    assert (found.mae, found.customers) == (1.0, 5)
    empty = measures(window(nothing[:0], nothing[:0]))
    assert (empty.mae, empty.coverage80, empty.customers) == (None, None, 0)


def test_who_spends_nothing_counts_with_what_the_range_is_to_hold_of_that_chance() -> None:
    spent = np.array([0.0, 0.0, 1.0, 3.0])
    found = measures(window(np.ones(4), spent))
    assert found.coverage80 == pytest.approx((0.8 + 0.8 + 1.0 + 0.0) / 4)
    assert found.inside80 == pytest.approx(3 / 4)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 50)), min_size=3, max_size=60))
def test_no_order_of_customers_matters_and_ties_share_alike(pairs: list[tuple[int, int]]) -> None:
    predicted, spent = (np.array(column, float) for column in zip(*pairs, strict=True))
    spent[0] += 1.0
    shuffled = np.random.default_rng(3).permutation(predicted.size)
    assert top_capture(predicted, spent) == pytest.approx(top_capture(predicted[shuffled], spent[shuffled]))
    assert 0.0 <= top_capture(predicted, spent) <= 1.0
    everybody_alike = np.ones(predicted.size)
    assert top_capture(everybody_alike, spent) == pytest.approx(0.1)


def test_a_window_knows_nothing_after_its_cutoff() -> None:
    book = simulated_book()
    cutoff = day_number(date(2025, 6, 30))
    found = window_at(book, cutoff, 180, 90)
    at_the_time = window_at(read_through(book, cutoff + 180), cutoff, 180, 90)
    assert np.array_equal(found.predicted.expected, at_the_time.predicted.expected)
    assert np.array_equal(found.spent, at_the_time.spent)
    among = (book.orders.day > cutoff) & (book.orders.day <= cutoff + 180)
    known = np.isin(book.orders.row, book.orders.row[book.orders.day <= cutoff])
    assert found.spent.sum() == pytest.approx(book.orders.values["value"][among & known].sum())
    with pytest.raises(ValueError, match="ends after the last day"):
        window_at(book, book.as_of - 10, 30, 90)


def test_a_simulated_book_is_predicted_within_its_ranges() -> None:
    found = clv_of(simulated_book(800, seed=11), 12, 90)
    assert found is not None and found.days == 365
    assert found.bias is not None and abs(found.bias) < 0.25
    assert found.coverage80 is not None and 0.75 <= found.coverage80 <= 0.85
    assert found.spearman is not None and found.spearman > 0.5


def test_the_longest_window_leaves_as_long_a_history_before_it() -> None:
    book = simulated_book(60)
    assert longest_window(book, 12) == (book.as_of - 365, 365)
    assert longest_window(book, 6) == (book.as_of - 183, 183)
    first = int(book.orders.day.min())
    assert longest_window(read_through(book, first + 200), 12) == (first + 200 - 91, 91)
    assert longest_window(read_through(book, first + 100), 12) is None
    assert longest_window(read_through(book, first + 729), 12) == (first + 364, 365)  # 365 days, and 365 after them
    assert longest_window(read_through(book, first + 728), 12) == (first + 728 - 274, 274)


def test_a_book_without_enough_buyers_is_not_judged() -> None:
    assert clv_of(simulated_book(20), 12, 90) is None
    assert clv_of(made_up_book(4, day_number(LAST)), 12, 90) is None


@pytest.mark.parametrize(("process", "most"), [("lognormal", 0.16), ("fixed", 0.1), ("mixture", 0.16)])
def test_firms_that_are_invoiced_every_quarter_keep_their_own_level(process: str, most: float) -> None:
    drawn = firms(process, 7, 80)
    seen, _ = known_and_spent(drawn.book, drawn.book.as_of, 0)
    found = predict(seen, LATER_DAYS, 90, np.full(drawn.later.size, 0.02), AS_TOLD)
    assert np.abs(found.expected - drawn.later).mean() <= most * drawn.later.mean()
    assert np.corrcoef(np.log(found.expected), np.log(drawn.later))[0, 1] > 0.95


@pytest.mark.data
def test_cdnow_nine_months_ahead(data_dir: Path) -> None:
    """The mean error by the purchase model's own risk: it is least where totals are predicted too low.

    By the risk that is displayed the total comes out 8 % too low instead of 16 %, and the mean error is 33.2.
    """
    book, cutoff, days = cdnow(data_dir), day_number(date(1997, 9, 30)), 273
    window = window_at(book, cutoff, days, 90)
    found = measures(window)
    assert found.customers == 23_570
    assert found.spearman is not None and found.spearman >= 0.43
    assert found.bias is not None and abs(found.bias) <= 0.15
    assert found.top10_capture is not None and found.top10_capture >= 0.52
    for covered in (found.coverage80, found.inside80):
        assert covered is not None and 0.75 <= covered <= 0.85
    known, spent = known_and_spent(book, cutoff, days)
    alone = measures(PredictedAndSpent(cutoff, days, predict(known, days, 90, None, AS_TOLD), spent))
    assert alone.mae is not None and alone.mae <= 3180
    assert alone.bias is not None and abs(alone.bias) <= 0.17
