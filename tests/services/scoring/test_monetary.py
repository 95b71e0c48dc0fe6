"""Gamma-Gamma: published digits, and books that have little to say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring import monetary
from services.scoring.monetary import GammaGammaParameters
from tests.services.scoring.cdnow import read_summary

FITTED = GammaGammaParameters(6.25, 3.74, 15.44, 0.0, 946)


@pytest.mark.data
def test_gamma_gamma_reproduces_the_published_fit(data_dir: Path) -> None:
    cdnow = read_summary(data_dir)
    fitted = monetary.fit(cdnow.x, cdnow.mean_value)
    assert fitted.customers == 946
    assert [round(value, 2) for value in (fitted.p, fitted.q)] == [6.25, 3.74]
    assert round(fitted.scale, 1) == 15.4
    assert fitted.scale == pytest.approx(15.44, abs=0.01)
    used = cdnow.x > 0
    published, _ = monetary._likelihood(np.log([6.25, 2.74, 15.44]), cdnow.x[used], cdnow.mean_value[used])
    assert fitted.log_likelihood >= published  # the last digit of the scale is that of the search that was published
    assert fitted.log_likelihood == pytest.approx(published, abs=0.01)
    assert round(float(monetary.expected_value(fitted, cdnow.x, cdnow.mean_value).mean()), 2) == 35.25


@pytest.mark.data
def test_the_unit_of_money_only_scales_the_scale(data_dir: Path) -> None:
    cdnow = read_summary(data_dir)
    dollars, cents = monetary.fit(cdnow.x, cdnow.mean_value), monetary.fit(cdnow.x, cdnow.mean_value * 100)
    assert cents.scale == pytest.approx(dollars.scale * 100, rel=1e-3)
    assert (cents.p, cents.q) == pytest.approx((dollars.p, dollars.q), rel=1e-3)


@given(st.integers(1, 500), st.floats(0, 1e6))
@settings(max_examples=80, deadline=None)
def test_an_expectation_lies_between_the_customers_mean_and_the_books(x: int, mean: float) -> None:
    expected = float(monetary.expected_value(FITTED, np.array([float(x)]), np.array([mean]))[0])
    assert min(mean, FITTED.mean) - 1e-6 <= expected <= max(mean, FITTED.mean) + 1e-6


def test_the_order_of_rows_does_not_change_a_fit() -> None:
    rng = np.random.default_rng(8)
    x, mean = rng.integers(1, 30, 700).astype(float), rng.gamma(4.0, 900.0, 700)
    order = rng.permutation(700)
    assert monetary.fit(x, mean) == monetary.fit(x[order], mean[order])


def test_those_without_a_repeat_purchase_get_the_books_mean() -> None:
    expected = monetary.expected_value(FITTED, np.array([0.0, 3.0]), np.array([99.0, np.nan]))
    assert expected.tolist() == pytest.approx([FITTED.mean, FITTED.mean])


@pytest.mark.parametrize(
    "values",
    [[], [np.nan] * 20, [-5.0] * 20, [0.0] * 20, [40.0] * 20, [40.0] * 3, [1e-3, *([1e9] * 12)]],
)
def test_values_that_cannot_be_fitted_still_give_finite_parameters(values: list[float]) -> None:
    mean = np.array(values)
    x = np.ones(mean.shape)
    fitted = monetary.fit(x, mean)
    assert all(np.isfinite([fitted.p, fitted.q, fitted.scale, fitted.mean]))
    assert fitted.q > 1
    assert np.all(monetary.expected_value(fitted, x, mean) >= 0)


def test_a_constant_value_is_expected_again() -> None:
    fitted = monetary.fit(np.full(40, 4.0), np.full(40, 25.0))
    assert monetary.expected_value(fitted, np.array([4.0]), np.array([25.0]))[0] == pytest.approx(25.0)
