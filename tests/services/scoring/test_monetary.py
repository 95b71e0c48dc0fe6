"""Gamma-Gamma on single values: the published digits by way of the means, and books that have little to say."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import gammaln

from services.scoring import monetary
from services.scoring.monetary import GammaGammaParameters
from tests.services.scoring.cdnow import Floats, read_purchases, read_summary

FITTED = GammaGammaParameters(6.25, 3.74, 15.44, 0.0, 946)
LAST = "1997-09-30"


def statistics(values: list[Floats]) -> tuple[Floats, Floats, Floats]:
    """Number, sum and sum of logarithms of each customer's values."""
    return (
        np.array([float(z.size) for z in values]),
        np.array([z.sum() for z in values]),
        np.array([np.log(z).sum() for z in values]),
    )


def fit(values: list[Floats]) -> GammaGammaParameters:
    count, total, log_sum = statistics(values)
    return monetary.fit(count, total / count, log_sum / count)


def of_means(log_theta: Floats, values: tuple[Floats, Floats, Floats]) -> float:
    """The published likelihood of customers' means: that of their values, without how each sum is shared out."""
    count, total, log_sum = values
    p = float(np.exp(log_theta[0]))
    shares = gammaln(p * count) - count * gammaln(p) + (p - 1.0) * (log_sum - count * np.log(total))
    of_sums = monetary.likelihood(log_theta, *values)[0] - float((shares - (count - 1.0) * np.log(total)).sum())
    return of_sums + float(np.log(count).sum())


@pytest.mark.data
def test_without_the_shares_of_each_sum_the_likelihood_is_the_published_one_of_means(data_dir: Path) -> None:
    days: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for who, day, cents in read_purchases(data_dir, "CDNOW_sample.txt"):
        if day.isoformat() <= LAST:
            days[who][day.isoformat()] += cents / 100
    repeats = [np.array([of[day] for day in sorted(of)[1:]]) for of in days.values() if len(of) > 1]
    values = statistics([kept for z in repeats if (kept := z[z > 0]).size])
    assert values[0].size == 946
    found = minimize(
        lambda theta: -of_means(theta, values),
        np.log([6.0, 3.0, 12.0]),
        method="Nelder-Mead",
        options={"xatol": 1e-6, "fatol": 1e-6},
    ).x
    p, excess, scale = np.exp(found)
    assert (p, 1.0 + excess, scale) == pytest.approx((6.25, 3.74, 15.44), rel=0.005)
    published = of_means(np.log([6.25, 2.74, 15.44]), values)
    assert of_means(found, values) == pytest.approx(published, abs=0.01)
    cdnow = read_summary(data_dir)
    of_this = GammaGammaParameters(p, 1.0 + excess, scale, 0.0, 946)
    assert round(float(monetary.expected_value(of_this, cdnow.x, cdnow.mean_value).mean()), 2) == 35.25


def drawn(p: float, q: float, scale: float, customers: int, count: int, seed: int = 5) -> list[Floats]:
    """Values of customers who all bought equally often."""
    rng = np.random.default_rng(seed)
    return [rng.gamma(p, 1.0 / nu, count) for nu in rng.gamma(q, 1.0 / scale, customers)]


@pytest.mark.parametrize(("p", "q"), [(3.4, 4.5), (60.0, 1.6), (0.8, 3.0)])
def test_equal_purchase_counts_tell_what_lies_within_customers_and_what_between_them(p: float, q: float) -> None:
    fitted = fit(drawn(p, q, 500.0, 2_000, 8))
    assert (fitted.p, fitted.q) == pytest.approx((p, q), rel=0.12)
    assert fitted.mean == pytest.approx(p * 500.0 / (q - 1.0), rel=0.12)


def test_firms_of_80_000_and_of_960_000_a_year_keep_their_values() -> None:
    rng = np.random.default_rng(2)
    fitted = fit([level * rng.normal(1.0, 0.05, 7) for level in [20_000.0] * 40 + [240_000.0] * 10])
    expected = monetary.expected_value(fitted, np.full(2, 8.0), np.array([20_000.0, 240_000.0]))
    assert expected.tolist() == pytest.approx([20_000.0, 240_000.0], rel=0.02)


def test_a_few_customers_are_told_by_what_shops_are_like() -> None:
    fitted = fit([np.array([40.0, 60.0]), np.array([30.0])])
    assert 1.5 < fitted.p < 6.0 and 2.5 < fitted.q < 7.0
    assert 30.0 < fitted.mean < 60.0


def test_the_gradient_is_that_of_the_likelihood() -> None:
    values, theta = statistics(drawn(4.0, 3.0, 20.0, 60, 5)), np.log([2.5, 1.7, 30.0])
    _, gradient = monetary.likelihood(theta, *values)
    steps = np.eye(3) * 1e-6
    differences = [monetary.likelihood(theta + step, *values)[0] - monetary.likelihood(theta - step, *values)[0]
                   for step in steps]  # fmt: skip
    assert gradient.tolist() == pytest.approx([one / 2e-6 for one in differences], rel=1e-5)


def test_the_unit_of_money_only_scales_the_scale() -> None:
    values = drawn(6.0, 4.0, 15.0, 500, 4)
    dollars, cents = fit(values), fit([100.0 * z for z in values])
    assert (cents.p, cents.q, cents.scale) == pytest.approx((dollars.p, dollars.q, 100.0 * dollars.scale), rel=1e-3)


@given(st.integers(1, 500), st.floats(0, 1e6))
@settings(max_examples=80, deadline=None)
def test_an_expectation_lies_between_the_customers_mean_and_the_books(x: int, mean: float) -> None:
    expected = float(monetary.expected_value(FITTED, np.array([float(x)]), np.array([mean]))[0])
    assert min(mean, FITTED.mean) - 1e-6 <= expected <= max(mean, FITTED.mean) + 1e-6


def test_the_order_of_rows_does_not_change_a_fit() -> None:
    values = [z[: 1 + place % 7] for place, z in enumerate(drawn(4.0, 3.0, 900.0, 700, 8))]
    order = np.random.default_rng(8).permutation(700)
    assert fit(values) == fit([values[place] for place in order])


def test_those_without_a_repeat_purchase_get_the_books_mean() -> None:
    expected = monetary.expected_value(FITTED, np.array([0.0, 3.0]), np.array([99.0, np.nan]))
    assert expected.tolist() == pytest.approx([FITTED.mean, FITTED.mean])


@pytest.mark.parametrize(
    "values",
    [[], [np.nan] * 20, [-5.0] * 20, [0.0] * 20, [40.0] * 20, [40.0] * 3, [1e-3, *([1e9] * 12)]],
)
def test_values_that_cannot_be_fitted_still_give_finite_parameters(values: list[float]) -> None:
    mean = np.array(values)
    count = np.ones(mean.shape)
    fitted = monetary.fit(count, mean, np.log(np.where(mean > 0, mean, np.nan)))
    assert all(np.isfinite([fitted.p, fitted.q, fitted.scale, fitted.mean]))
    assert fitted.q > 1
    assert np.all(monetary.expected_value(fitted, count, mean) >= 0)


def test_a_constant_value_is_expected_again() -> None:
    fitted = fit([np.full(4, 25.0)] * 40)
    assert monetary.expected_value(fitted, np.array([4.0]), np.array([25.0]))[0] == pytest.approx(25.0, rel=1e-3)
