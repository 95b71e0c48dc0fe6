"""Falling activity: found where the customer's own history makes it unlikely, with few false alarms over a book."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerting.activity import discoveries, prior, tails
from tests.measured import Tell


def average_precision(score: np.ndarray, truth: np.ndarray) -> float:
    order = np.argsort(-score, kind="stable")
    hits = truth[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(np.sum(precision * hits) / hits.sum())


def test_planted_drops_are_found_with_hardly_a_false_alarm(tell: Tell) -> None:
    """The simulation of SCORING.md: 5 % of customers drop by 90 % in the last 4 weeks, rates above .75 a week."""
    random = np.random.default_rng(4)
    rate = random.gamma(1.2, 1.5, 20_000)
    rate = rate[rate > 0.75]
    dropped = random.random(rate.size) < 0.05
    before = random.poisson(rate * 48).astype(float)
    recent = random.poisson(np.where(dropped, 0.1, 1.0) * rate * 4).astype(float)
    weeks = np.full(rate.size, 48.0)
    chance, fall = tails(recent, before, weeks, prior(before, weeks))
    found = discoveries(chance, 0.05)
    false_alarms = float((found & ~dropped).sum() / (~dropped).sum())
    tell(f"average precision {average_precision(-chance, dropped):.3f}, false alarms {false_alarms:.1e}")
    assert average_precision(-chance, dropped) >= 0.75
    assert false_alarms <= 3e-3
    assert np.median(fall[found]) > 0.8


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 60), st.integers(0, 300), st.integers(8, 48))
def test_a_tail_is_a_probability_that_grows_with_the_count(recent: int, before: int, weeks: int) -> None:
    counts = np.array([float(recent), float(recent + 1)])
    chance, fall = tails(counts, np.full(2, float(before)), np.full(2, float(weeks)), (1.5, 4.0))
    assert np.all((chance >= 0) & (chance <= 1)) and chance[0] <= chance[1]
    assert np.all((fall >= 0) & (fall <= 1)) and fall[0] >= fall[1]


@pytest.mark.parametrize(
    ("chances", "found"),
    [
        ([], []),
        ([0.2, 0.9], [False, False]),
        ([0.01, 0.04, 0.03, 0.9], [True, False, False, False]),
        # .024 alone would not pass its rank of 1, but stands below a later one that passes: the step-up rule
        ([0.001, 0.024, 0.025, 0.04], [True, True, True, True]),
    ],
)
def test_benjamini_and_hochberg(chances: list[float], found: list[bool]) -> None:
    assert discoveries(np.array(chances), 0.05).tolist() == found
