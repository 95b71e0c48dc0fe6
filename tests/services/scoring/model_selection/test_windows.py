"""Windows: what they may know, who left in them, and when they close."""

from __future__ import annotations

import numpy as np
import pytest

from services.scoring.events import BookEvents
from services.scoring.model_selection import cutoffs_before, windows
from tests.services.scoring.made_up import made_up_book, read_through
from tests.services.scoring.model_selection.pasts import AS_OF, buying_book


def test_a_window_knows_nothing_after_its_cutoff_and_its_label_nothing_after_its_end(past_book: BookEvents) -> None:
    cutoff, horizon = AS_OF - 200, 60
    (full,) = windows(past_book, [cutoff], horizon)
    (cut,) = windows(read_through(past_book, cutoff + horizon), [cutoff], horizon)
    assert full.frame.names == cut.frame.names
    np.testing.assert_array_equal(full.frame.values, cut.frame.values)
    np.testing.assert_array_equal(full.left, cut.left)
    np.testing.assert_array_equal(full.customers, cut.customers)


def test_who_left_is_who_did_not_buy_in_the_days_after_the_cutoff() -> None:
    day = AS_OF - 100
    orders = [(0, day, 1), (1, day - 5, 1), (1, day + 1, 1), (2, day - 9, 1), (2, day + 30, 1), (3, day - 9, 1),
              (3, day + 31, 1), (4, day + 2, 1)]  # fmt: skip
    (window,) = windows(made_up_book(5, AS_OF, orders=orders), [day], 30)
    assert window.customers.tolist() == [1, 2, 3, 4]
    assert window.left.tolist() == [True, False, False, True]
    assert window.closes == day + 30


def test_an_order_cancelled_after_the_window_closed_still_counts_in_it() -> None:
    day = AS_OF - 100
    orders = [(0, day, 500), (0, day + 10, 500), (1, day, 500), (1, day + 10, 500)]
    returns = [(0, day + 60, day + 10, -500, 1), (1, day + 20, day + 10, -500, 1)]
    (window,) = windows(made_up_book(2, AS_OF, orders=orders, linked_returns=returns), [day], 30)
    assert window.left.tolist() == [False, True]


def test_activity_is_the_label_of_those_who_never_ordered() -> None:
    day = AS_OF - 100
    book = made_up_book(3, AS_OF, orders=[(0, day - 1, 1)], activities=[(1, day - 3), (2, day - 3), (2, day + 4)])
    (window,) = windows(book, [day], 30, "activity")
    assert window.customers.tolist() == [2, 3]
    assert window.left.tolist() == [True, False]


def test_a_window_that_has_not_closed_is_refused(past_book: BookEvents) -> None:
    with pytest.raises(ValueError, match="not closed"):
        windows(past_book, [AS_OF - 59], 60)


def test_cutoffs_are_about_a_month_apart_and_the_newest_window_closes_on_the_day() -> None:
    found = cutoffs_before(1_000, 100, 90)
    assert found[-1] + 90 == 1_000
    assert set(np.diff(found)) == {30}
    assert found[0] >= 130
    assert cutoffs_before(150, 100, 90) == []


def test_a_book_on_one_day_has_windows_without_a_fault() -> None:
    book = made_up_book(40, AS_OF, orders=[(customer, AS_OF - 90, 100) for customer in range(40)])
    (window,) = windows(book, [AS_OF - 60], 60)
    assert window.left.all()
    assert np.isfinite(window.frame.logit_btyd).all()


def test_an_empty_past_has_empty_windows() -> None:
    (window,) = windows(buying_book(5, 1), [AS_OF - 900], 30)
    assert window.customers.size == 0
