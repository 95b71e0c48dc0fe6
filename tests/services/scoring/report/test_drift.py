"""The watch between refits: what moved is said, chance is not, and the risk is compared with what came."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from models.values.drift import CalibrationDrift, DriftReport
from services.scoring.events import BookEvents, day_number
from services.scoring.report.drift import SaidBefore, stability, watch
from tests.services.scoring.books import simulated_orders
from tests.services.scoring.made_up import made_up_book

FIRST, LAST = date(2024, 1, 1), date(2026, 3, 31)
NOBODY = SaidBefore(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def usual_book(customers: int = 300, dearer_from: int | None = None) -> BookEvents:
    rows = [(who - 1, day_number(on), float(minor)) for who, on, minor in simulated_orders(customers, FIRST, LAST, 6)]
    if dearer_from is not None:
        rows = [(who, day, value * (5.0 if day > dearer_from else 1.0)) for who, day, value in rows]
    return made_up_book(customers, day_number(LAST), orders=rows)


def test_the_same_sample_has_an_index_of_nought_and_another_has_not() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=2_000), rng.normal(size=2_000)
    assert stability(one, one)[0] == pytest.approx(0.0, abs=1e-9)
    index, chance = stability(one, other)
    assert index < chance < 0.05
    assert stability(one, other + 1.0)[0] > 0.5
    same = np.full(2_000, 6.0)
    assert stability(same, same)[0] == 0.0
    for moved in (5.0, 7.0, np.nan):
        assert stability(same, np.where(rng.random(2_000) < 0.5, moved, same))[0] > 0.25
    half_known = np.where(rng.random(2_000) < 0.5, one, np.nan)
    assert stability(one, half_known)[0] > 0.25


def test_nothing_is_said_to_have_moved_where_nothing_did() -> None:
    book = usual_book()
    report = watch(book, book.as_of - 28, NOBODY, 90)
    assert {one.shift for one in report.features} == {"steady"}
    assert report.sentences == ("Customers have not changed since the model was trained on 3 Mar 2026.",)
    assert report.calibration is None
    assert DriftReport.from_json(report.as_json()) == report


def test_dearer_orders_are_named_with_both_figures() -> None:
    fitted_on = day_number(date(2025, 9, 1))
    report = watch(usual_book(dearer_from=fitted_on), fitted_on, NOBODY, 90)
    worst = report.features[0]
    assert (worst.name, worst.shift) == ("mean_value", "changed")
    assert report.sentences[0] == "Customers have changed much since the model was trained on 1 Sep 2025."
    assert report.sentences[1].startswith("The value of an order is $") and "; it was $" in report.sentences[1]


def test_visits_that_become_rare_are_named_with_both_figures() -> None:
    last = day_number(LAST)
    fitted_on = last - 60
    orders = [(who - 1, day_number(on), float(minor)) for who, on, minor in simulated_orders(300, FIRST, LAST, 6)]
    visits = [
        (who, day)
        for who in range(300)
        for day in range(last - 400 + who % 5, last, 5)
        if day <= fitted_on or day % 25 == 0
    ]
    report = watch(made_up_book(300, last, orders=orders, visits=visits), fitted_on, NOBODY, 90)
    visited = next(one for one in report.features if one.name == "visits_30d")
    assert (visited.shift, visited.before, visited.now) == ("changed", 6.0, 0.0)
    assert "The number of visits in 30 days is 0 (median); it was 6." in report.sentences


def test_a_small_book_and_a_fit_of_the_day_say_so() -> None:
    small = watch(usual_book(20), day_number(LAST) - 28, NOBODY, 90)
    assert small.features == () and small.sentences[0].startswith("Too few customers bought within a year")
    fresh = watch(usual_book(), day_number(LAST), NOBODY, 90)
    assert fresh.sentences == ("The model was trained on 31 Mar 2026, so there is nothing to compare yet.",)


def test_what_was_said_is_held_against_what_came() -> None:
    book = usual_book()
    on = book.as_of - 90
    known = np.unique(book.orders.row[book.orders.day <= on])
    bought = np.isin(known, book.orders.row[book.orders.day > on])
    said = SaidBefore(known, np.full(known.size, on), np.full(known.size, float((~bought).mean())))
    right = watch(book, on, said, 90).calibration
    assert right is not None and not right.off
    assert (right.on, right.customers, right.left) == ("2025-12-31", known.size, pytest.approx((~bought).mean()))
    wrong = watch(book, on, SaidBefore(said.row, said.day, np.full(known.size, 0.99)), 90)
    assert wrong.calibration is not None and wrong.calibration.off
    assert "were predicted to leave within 90 days" in wrong.sentences[-1] and "too high" in wrong.sentences[-1]


def test_a_window_that_is_not_over_is_refused() -> None:
    book = usual_book()
    rows = np.arange(100)
    with pytest.raises(ValueError, match="ends after"):
        watch(book, book.as_of - 28, SaidBefore(rows, np.full(100, book.as_of - 30), np.full(100, 0.5)), 90)


def test_two_points_within_chance_are_no_news() -> None:
    assert not CalibrationDrift("2026-01-01", 100, 0.31, 0.30, 0.22, 0.40).off
    assert not CalibrationDrift("2026-01-01", 100_000, 0.31, 0.30, 0.297, 0.303).off
    assert CalibrationDrift("2026-01-01", 1000, 0.40, 0.30, 0.27, 0.33).off
