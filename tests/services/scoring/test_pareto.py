"""Pareto/NBD: the published anchors, agreement with its textbook form and with a simulation, and its laws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1

from services.scoring import pareto
from services.scoring.pareto import ParetoParameters
from tests.services.scoring.cdnow import Floats, read_summary

MODEL = ParetoParameters(0.6, 81.0, 0.52, 62.0, 0.0, 0)


def textbook_p_alive(model: ParetoParameters, x: float, t_x: float, age: float) -> float:
    """Fader and Hardie 2005, eqs. 15 and 17: two hypergeometric functions."""
    r, alpha, s, beta = model.r, model.alpha, model.s, model.beta
    large, apart = max(alpha, beta), abs(alpha - beta)
    second = s + 1 if alpha >= beta else r + x

    def part(y: float) -> float:
        return hyp2f1(r + s + x, second, r + s + x + 1, apart / (large + y)) / (large + y) ** (r + s + x)

    gone = s / (r + s + x) * (alpha + age) ** (r + x) * (beta + age) ** s * (part(t_x) - part(age))
    return float(1 / (1 + gone))


@pytest.mark.data
def test_the_published_parameters_and_likelihood(data_dir: Path) -> None:
    cdnow = read_summary(data_dir)
    fitted = pareto.fit(cdnow.x, cdnow.t_x, cdnow.age, weak_prior=False)
    assert round(fitted.r, 3) == pytest.approx(0.553, abs=0.0011)
    assert (fitted.alpha, fitted.s, fitted.beta) == pytest.approx((10.578, 0.606, 11.669), rel=0.003)
    assert round(fitted.log_likelihood, 1) == -9595.0


@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0, 30), (0, 0, 270), (1, 20, 250), (4, 200, 260), (25, 240, 270)])
def test_the_chance_to_be_active_is_the_textbooks(x: float, t_x: float, age: float) -> None:
    for model in (MODEL, ParetoParameters(0.7, 20.0, 1.4, 200.0, 0.0, 0)):
        found = pareto.p_alive(model, *(np.array([value]) for value in (float(x), float(t_x), float(age))))[0]
        assert found == pytest.approx(textbook_p_alive(model, x, t_x, age), rel=1e-7)


@pytest.mark.parametrize(("x", "age"), [(0.0, 30.0), (3.0, 200.0), (40.0, 900.0)])
def test_purchases_and_silence_agree_with_a_simulation(x: float, age: float) -> None:
    rng, draws, days = np.random.default_rng(3), 200_000, 273.0
    rate = rng.gamma(MODEL.r + x, 1 / (MODEL.alpha + age), draws)
    leaves = rng.exponential(1 / rng.gamma(MODEL.s, 1 / (MODEL.beta + age), draws))
    counts = rng.poisson(rate * np.minimum(leaves, days))
    columns = np.array([x]), np.array([age])
    expected = pareto.expected_if_alive(MODEL, *columns, np.array([days]), np.ones(1))[0]
    assert expected == pytest.approx(counts.mean(), rel=0.02)
    assert pareto.p_silent_if_alive(MODEL, *columns, days)[0] == pytest.approx((counts == 0).mean(), abs=0.004)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    rng = np.random.default_rng(5)
    age = rng.integers(1, 400, 60).astype(float)
    x = rng.integers(0, 12, 60).astype(float)
    t_x = np.where(x > 0, np.floor(age * rng.random(60)), 0.0)
    rows, at = pareto._group(x, t_x, age), np.log([0.7, 30.0, 0.8, 50.0])
    _, gradient = pareto._likelihood(at, rows)
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-5
        rise = pareto._likelihood(at + step, rows)[0] - pareto._likelihood(at - step, rows)[0]
        assert gradient[place] == pytest.approx(rise / 2e-5, rel=2e-4, abs=2e-4)


def test_a_fit_finds_what_a_book_was_drawn_from_in_any_order_of_its_customers() -> None:
    rng = np.random.default_rng(8)
    truth, count = ParetoParameters(0.8, 40.0, 0.9, 120.0, 0.0, 0), 6_000
    age = rng.integers(100, 700, count).astype(float)
    rate, leaves = rng.gamma(truth.r, 1 / truth.alpha, count), rng.gamma(truth.s, 1 / truth.beta, count)
    active = np.minimum(rng.exponential(1 / leaves), age)
    x = rng.poisson(rate * active).astype(float)
    t_x = np.where(x > 0, np.ceil(active * rng.random(count) ** (1 / np.maximum(x, 1))), 0.0)
    t_x = np.minimum(t_x, age)
    found = pareto.fit(x, t_x, age)
    assert (found.r, found.alpha) == pytest.approx((truth.r, truth.alpha), rel=0.15)
    assert found.s / found.beta == pytest.approx(truth.s / truth.beta, rel=0.2)
    shuffled = rng.permutation(count)
    assert pareto.fit(x[shuffled], t_x[shuffled], age[shuffled]) == found


def test_a_large_book_is_fitted_on_an_even_spread_of_its_customers() -> None:
    rng = np.random.default_rng(9)
    age = rng.integers(1, 3000, 40_000).astype(float)
    x = rng.poisson(age / 300).astype(float)
    t_x = np.where(x > 0, np.floor(age * rng.random(age.size)), 0.0)
    rows = pareto._group(x, t_x, age)
    assert rows.weight.sum() == 12_000
    assert np.average(rows.x, weights=rows.weight) == pytest.approx(x.mean(), rel=0.002)
    shuffled = rng.permutation(age.size)
    again = pareto._group(x[shuffled], t_x[shuffled], age[shuffled])
    assert np.array_equal(again.t_x, rows.t_x) and np.array_equal(again.weight, rows.weight)


@given(st.integers(0, 3000), st.floats(0, 1), st.integers(0, 5000), st.floats(1, 2000))
@settings(max_examples=150, deadline=None)
def test_chances_are_chances_and_silence_lowers_them(x: int, share: float, age: int, horizon: float) -> None:
    columns: list[Floats] = [
        np.full(2, float(x)),
        np.full(2, float(round(share * age) if x else 0)),
        np.array([float(age), age + 50.0]),
    ]
    for model in (
        MODEL,
        ParetoParameters(0.7, 61.0, 0.0067, 2981.0, 0.0, 0),
        ParetoParameters(3.0, 9.0, 4.0, 9.0, 0, 0),
    ):
        alive = pareto.p_alive(model, *columns)
        silent = pareto.p_silent_if_alive(model, columns[0], columns[2], horizon)
        assert np.all((alive >= 0) & (alive <= 1)) and np.all((silent >= 0) & (silent <= 1))
        assert alive[1] <= alive[0] + 1e-9
        expected = pareto.expected_if_alive(model, columns[0], columns[2], np.array([horizon]), np.ones(1))
        assert np.all(np.isfinite(expected)) and np.all(expected >= 0)
        assert np.all(1.0 - silent <= expected + 1e-9)


def test_without_customers_the_belief_about_shops_holds() -> None:
    nobody = np.empty(0)
    assert pareto.fit(nobody, nobody, nobody) == pareto.BELIEVED


@pytest.mark.parametrize("s", [1.0, 300.0, 1e5])
def test_a_search_that_runs_away_still_has_a_likelihood(s: float) -> None:
    x, t_x, age = np.array([0.0, 3.0, 10.0]), np.array([0.0, 100.0, 900.0]), np.full(3, 1000.0)
    value, gradient = pareto._likelihood(np.log([1.0, 50.0, s, 10_000.0]), pareto._group(x, t_x, age))
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
