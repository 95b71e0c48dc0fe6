"""Measures: exact against slow definitions, fair to ties, and silent where there is nothing to tell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.values.backtest import mean_of
from services.scoring.model_selection.measures import (
    auc,
    brier,
    ece15,
    ece15_by_chance,
    log_loss,
    measure,
    top_decile_lift,
)

_rows = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5001, 0.9, 1.0]), st.booleans()), min_size=2)


@given(_rows)
@settings(max_examples=60, deadline=None)
def test_auc_is_the_share_of_pairs_told_in_order(rows: list[tuple[float, bool]]) -> None:
    risk, left = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    pairs = [(a > b) + 0.5 * (a == b) for a in risk[left] for b in risk[~left]]
    told = auc(risk, left)
    if not pairs:
        assert told is None
    else:
        assert told == pytest.approx(np.mean(pairs), abs=1e-12)


@given(_rows, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_no_measure_depends_on_the_order_of_rows(rows: list[tuple[float, bool]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (
        measure(np.array([row[0] for row in each]), np.array([row[1] for row in each])) for each in (rows, shuffled)
    )
    for name in ("auc", "brier", "log_loss", "ece", "top_decile_lift", "bias"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert mine is theirs is None or mine == pytest.approx(theirs, abs=1e-12)


def test_a_perfect_forecast_is_told_as_one() -> None:
    left = np.arange(300) % 3 == 0
    found = measure(left.astype(float), left)
    assert (found.auc, found.brier, found.ece, found.bias) == (1.0, 0.0, 0.0, 0.0)
    assert found.top_decile_lift == pytest.approx(3.0)
    assert (found.customers, found.left) == (300, 100)


def test_calibration_error_is_the_mean_distance_of_bins_of_equal_count() -> None:
    rng = np.random.default_rng(1)
    risk = rng.random(1500)
    left = rng.random(1500) < risk**2
    order = np.argsort(risk)
    bins = [np.array(part) for part in np.split(order, 15)]
    expected = np.mean([abs(risk[part].mean() - left[part].mean()) for part in bins])
    assert ece15(risk, left) == pytest.approx(expected, abs=1e-12)


def test_one_risk_for_all_has_one_bin_and_no_order() -> None:
    left = np.arange(40) < 10
    risk = np.full(40, 0.25)
    assert auc(risk, left) == 0.5
    assert ece15(risk, left) == pytest.approx(0.0, abs=1e-12)
    assert top_decile_lift(risk, left) == pytest.approx(1.0)


def test_customers_without_a_risk_are_left_out() -> None:
    risk, left = np.array([0.2, np.nan, 0.8]), np.array([False, True, True])
    assert measure(risk, left).customers == 2
    assert brier(risk, left) == pytest.approx(0.04)


def test_where_nobody_or_everybody_left_some_measures_have_no_answer() -> None:
    risk = np.array([0.2, 0.6])
    nobody, everybody = measure(risk, np.zeros(2, bool)), measure(risk, np.ones(2, bool))
    assert nobody.auc is None and nobody.top_decile_lift is None
    assert everybody.auc is None and everybody.log_loss is not None
    empty = measure(np.empty(0), np.empty(0, bool))
    assert (empty.brier, empty.customers) == (None, 0)


def test_a_certainty_that_was_wrong_costs_much_but_not_everything() -> None:
    found = log_loss(np.array([0.0]), np.array([True]))
    assert found is not None and 15 < found < 30


def test_the_mean_over_windows_leaves_out_what_could_not_be_told_and_sums_counts() -> None:
    one = measure(np.array([0.2, 0.6]), np.array([False, True]))
    other = measure(np.array([0.2, 0.6]), np.array([False, False]))
    mean = mean_of([one, other])
    assert mean.auc == 1.0
    assert (mean.customers, mean.left) == (4, 1)


def test_the_error_of_risks_that_are_right_is_what_chance_alone_makes() -> None:
    rng = np.random.default_rng(4)
    risk = rng.beta(2.0, 3.0, 900)
    drawn = [ece15(risk, rng.random(900) < risk) or 0.0 for _ in range(300)]
    expected = ece15_by_chance(risk)
    assert expected == pytest.approx(np.mean(drawn), rel=0.05)
    assert measure(risk, risk > 0.5).ece_chance == expected
    assert ece15_by_chance(np.empty(0)) is None
