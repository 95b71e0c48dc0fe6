"""The calibration curve: Wilson's range, bins that no order of rows moves, and evidence that is not counted twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values.past_cases import wilson
from services.scoring.model_selection.measures import curve
from services.scoring.model_selection.windows import times_told


def test_wilsons_range_is_the_published_one() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=2e-4)  # Newcombe 1998, table I
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=2e-4)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=2e-4)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 400), st.integers(1, 400), st.floats(1, 4))
def test_a_range_holds_the_share_and_is_wider_the_less_is_known(left: int, of: int, times: float) -> None:
    left = min(left, of)
    low, high = wilson(left, of)
    assert 0.0 <= low <= left / of <= high <= 1.0
    wider = wilson(left / times, of / times)
    assert wider[1] - wider[0] >= high - low - 1e-12


def test_windows_that_share_days_count_as_often_as_they_share_them() -> None:
    assert times_told([], 90) == 1.0
    assert times_told([1000], 90) == 1.0
    assert times_told([0, 90, 180], 90) == 1.0
    assert times_told([0, 0, 0], 90) == pytest.approx(3.0)
    assert times_told([0, 30, 60, 90, 120], 90) == pytest.approx((5 + 2 * (4 * 2 / 3 + 3 * 1 / 3)) / 5)


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=300), st.integers(0, 9))
def test_bins_hold_everybody_once_in_any_order(pairs: list[tuple[int, bool]], seed: int) -> None:
    risk = np.array([level / 20 for level, _ in pairs])
    left = np.array([gone for _, gone in pairs], np.bool_)
    found = curve(risk, left)
    shuffled = np.random.default_rng(seed).permutation(risk.size)
    assert [(one.left, one.customers) for one in curve(risk[shuffled], left[shuffled])] == [
        (one.left, one.customers) for one in found
    ]
    assert sum(one.customers for one in found) == risk.size
    assert sum(one.left for one in found) == left.sum()
    assert [one.said for one in found] == sorted(one.said for one in found)
    assert len(found) <= 10


def test_customers_of_one_risk_stay_in_one_bin() -> None:
    risk = np.repeat([0.1, 0.5, 0.9], [500, 30, 470])
    assert [one.customers for one in curve(risk, risk > 0.5)] == [500, 30, 470]
    assert curve(np.full(100, 0.4), np.arange(100) < 38)[0].left == 38
