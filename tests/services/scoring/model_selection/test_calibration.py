"""Calibration: a slope that later windows agree on is put right, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.model_selection.calibration import log_odds, platt, sigmoid


def _windows(slopes: list[float], size: int = 4_000) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """What a model said of each window, and who left where the truth has so steep a slope."""
    rng = np.random.default_rng(3)
    said = [rng.normal(0.4, 1.5, size) for _ in slopes]
    left = [rng.random(size) < sigmoid(slope * logit) for slope, logit in zip(slopes, said, strict=True)]
    return said, left


def test_a_model_that_is_too_sure_in_every_window_is_drawn_in() -> None:
    slope, intercept = platt(*_windows([0.6, 0.6, 0.6, 0.6]))
    assert 0.5 < slope < 0.75
    assert slope * 0.4 + intercept == pytest.approx(0.4, abs=0.05), "an ordinary risk stays where it is"


def test_windows_that_do_not_agree_change_nothing() -> None:
    assert platt(*_windows([0.7, 1.3, 0.75, 1.25])) == (1.0, 0.0)


def test_two_windows_are_too_few_to_say() -> None:
    assert platt(*_windows([0.5, 0.5])) == (1.0, 0.0)


def test_windows_in_which_all_or_nobody_left_say_nothing() -> None:
    said, left = _windows([0.5, 0.5, 0.5])
    assert platt(said, [np.ones_like(left[0]), np.zeros_like(left[1]), left[2]]) == (1.0, 0.0)


def test_few_customers_hardly_turn_the_line() -> None:
    slope, _ = platt(*_windows([0.5] * 4, size=30))
    assert 0.8 < slope <= 1.05


def test_the_season_of_a_window_does_not_pass_for_a_slope() -> None:
    said, _ = _windows([1.0] * 4)
    rng = np.random.default_rng(4)
    left = [rng.random(one.size) < sigmoid(one + 1.2) for one in said]
    slope, intercept = platt(said, left)
    assert slope == pytest.approx(1.0, abs=0.08)
    assert intercept == pytest.approx(0.0, abs=0.08)


@given(st.lists(st.floats(-3.0, 3.0), min_size=3, max_size=5))
def test_a_riskier_customer_always_remains_the_riskier_one(slopes: list[float]) -> None:
    slope, intercept = platt(*_windows(slopes, size=400))
    assert slope > 0.0
    assert np.isfinite(intercept)


def test_log_odds_are_the_inverse_of_the_sigmoid_and_finite_at_certainty() -> None:
    risk = np.array([0.0, 0.2, 0.9, 1.0])
    assert np.isfinite(log_odds(risk)).all()
    np.testing.assert_allclose(sigmoid(log_odds(risk)), risk, atol=1e-8)
