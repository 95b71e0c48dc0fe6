"""Anomalies: falls and rises against the customer's own past are found, with hardly a false alarm, and dated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from services.scoring.anomaly_detection import FALSE_DISCOVERIES, chances, joined, learn, summary_of, summed
from services.scoring.channels import WEEKS, Channel, Weekly, weekly
from services.scoring.events import Series
from services.scoring.poisson_gamma import change_day, either_way, largest_discovery, prior, tail
from tests.measured import Tell

Counts = np.ndarray


def whole_year(counts: Counts, units: Counts | None = None) -> Weekly:
    return Weekly(np.arange(len(counts)), counts.astype(float), np.full(len(counts), float(WEEKS)), units)


def average_precision(score: Counts, truth: Counts) -> float:
    hits = truth[np.argsort(-score, kind="stable")]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(np.sum(precision * hits) / hits.sum())


def dropped_book(seed: int, size: int, of: str = "gamma") -> tuple[Counts, Counts]:
    """The simulation of SCORING.md: 5 % of customers drop by 90 % in the last 4 weeks, rates above .75 a week."""
    random = np.random.default_rng(seed)
    rate = random.gamma(1.2, 1.5, size) if of == "gamma" else np.exp(random.normal(0.0, 1.0, size))
    rate = rate[rate > 0.75]
    dropped = random.random(rate.size) < 0.05
    expected = np.repeat(rate[:, None], WEEKS, axis=1)
    expected[dropped, -4:] *= 0.1
    return random.poisson(expected), dropped


@pytest.mark.parametrize("of", ["gamma", "lognormal"])
def test_planted_drops_are_found_with_hardly_a_false_alarm(of: str, tell: Tell) -> None:
    precision, alarms, found_of = [], [], []
    for seed in range(3):
        counts, dropped = dropped_book(seed, 30_000, of)
        parts = summed(whole_year(counts))
        few = np.nan_to_num(chances(parts, learn(parts)).few, nan=1.0)
        found = few <= largest_discovery(few, FALSE_DISCOVERIES)
        precision.append(average_precision(-few, dropped))
        alarms.append(float(found[~dropped].mean()))
        found_of.append(float(found[dropped].mean()))
    tell(
        f"{of} rates: average precision {np.mean(precision):.3f} (goal .79), "
        f"false alarms {np.mean(alarms):.1e} (goal 2e-4), {np.mean(found_of):.0%} of the drops told of"
    )
    assert min(precision) >= 0.79
    assert np.mean(alarms) <= 2e-4 and max(alarms) <= 3e-4
    assert min(found_of) >= 0.2


def test_a_slow_decline_is_found_that_four_weeks_do_not_tell() -> None:
    random = np.random.default_rng(5)
    rate = random.gamma(2.0, 1.5, 6_000) + 0.75
    slow = random.random(rate.size) < 0.05
    expected = np.repeat(rate[:, None], WEEKS, axis=1)
    expected[slow, -12:] *= np.linspace(1.0, 0.15, 12)
    parts = summed(whole_year(random.poisson(expected)))
    few = np.nan_to_num(chances(parts, learn(parts)).few, nan=1.0)
    found = few <= largest_discovery(few, FALSE_DISCOVERIES)
    assert found[slow].mean() >= 0.2
    assert found[~slow].mean() <= 1e-3


def test_a_season_of_the_whole_channel_is_no_news_of_a_customer() -> None:
    random = np.random.default_rng(6)
    rate = random.gamma(2.0, 1.5, 5_000) + 0.75
    expected = np.repeat(rate[:, None], WEEKS, axis=1)
    expected[:, -4:] *= 0.4
    gone = np.zeros(rate.size, bool)
    gone[:100] = True
    expected[gone, -4:] = 0.0
    parts = summed(whole_year(random.poisson(expected)))
    learned = learn(parts)
    few = np.nan_to_num(chances(parts, learned).few, nan=1.0)
    found = few <= largest_discovery(few, FALSE_DISCOVERIES)
    assert learned.levels[0] == pytest.approx(0.4, abs=0.05)
    assert found[~gone].mean() <= 1e-3
    assert found[gone].sum() > 0


def test_a_channel_that_is_silent_as_a_whole_is_no_silence_of_its_customers() -> None:
    random = np.random.default_rng(14)
    counts = random.poisson(random.gamma(2.0, 1.5, 500)[:, None] + 0.75, (500, WEEKS))
    counts[:, -4:] = 0
    parts = summed(whole_year(counts))
    few = np.nan_to_num(chances(parts, learn(parts)).few, nan=1.0)
    assert np.mean(few <= largest_discovery(few, FALSE_DISCOVERIES)) <= 0.01


def test_customers_who_left_make_no_rise_of_those_who_stay() -> None:
    random = np.random.default_rng(15)
    rate = random.gamma(2.0, 1.0, 4_000) + 0.5
    last = random.integers(0, WEEKS, rate.size)  # most leave within the year
    there = np.arange(WEEKS)[None, :] <= last[:, None] * 1.4
    parts = summed(whole_year(random.poisson(rate[:, None] * there)))
    learned = learn(parts)
    many = np.nan_to_num(chances(parts, learned).many, nan=1.0)
    assert learned.levels[0] >= 0.8
    assert np.mean(many <= largest_discovery(many, FALSE_DISCOVERIES)) <= 1e-3


def test_counts_that_scatter_beyond_poissons_raise_hardly_more_alarms() -> None:
    random = np.random.default_rng(7)
    rate = random.gamma(2.0, 2.0, 8_000) + 1.0
    month = random.gamma(2.0, 0.5, (rate.size, WEEKS // 4))  # busy and quiet months, of mean 1
    parts = summed(whole_year(random.poisson(rate[:, None] * np.repeat(month, 4, axis=1))))
    learned = learn(parts)
    few = np.nan_to_num(chances(parts, learned).few, nan=1.0)
    found = few <= largest_discovery(few, FALSE_DISCOVERIES)
    assert learned.dispersion > 2.0
    assert found.mean() <= 1e-3


def test_rises_are_found_like_falls() -> None:
    random = np.random.default_rng(8)
    rate = random.gamma(2.0, 0.5, 4_000) + 0.2
    risen = random.random(rate.size) < 0.05
    expected = np.repeat(rate[:, None], WEEKS, axis=1)
    expected[risen, -4:] *= 5.0
    parts = summed(whole_year(random.poisson(expected)))
    many = np.nan_to_num(chances(parts, learn(parts)).many, nan=1.0)
    found = many <= largest_discovery(many, FALSE_DISCOVERIES)
    assert found[risen].mean() >= 0.5
    assert (found & ~risen).sum() <= 2 * FALSE_DISCOVERIES * found.sum()


def test_who_gets_no_mail_has_not_stopped_answering() -> None:
    random = np.random.default_rng(9)
    sent = random.poisson(2.0, (400, WEEKS)).astype(float)
    sent[:50, -13:] = 0.0
    answered = random.binomial(sent.astype(int), 0.6)
    answered[50:60, -13:] = 0
    parts = summed(whole_year(answered, sent))
    few = chances(parts, learn(parts)).few
    assert np.isnan(few[:50]).all()
    assert (few[50:60] < 1e-3).all()


def test_a_chance_of_poissons_counts_is_the_negative_binomials() -> None:
    count, before, weeks = np.array([0.0, 3.0, 9.0]), np.array([40.0, 40.0, 40.0]), np.full(3, 48.0)
    shape, share = 40.0 + 1.2 * 3.0, (48.0 + 3.0) / (48.0 + 3.0 + 4.0)
    said = [tail(count, before, weeks, np.full(3, 4.0), (1.2, 3.0), few=few) for few in (True, False)]
    assert said[0] == pytest.approx(stats.nbinom.cdf(count, shape, share))
    assert said[1] == pytest.approx(stats.nbinom.sf(count - 1, shape, share))


@settings(max_examples=60)
@given(st.integers(0, 60), st.integers(0, 300), st.integers(8, 48), st.floats(1.0, 5.0))
def test_a_tail_is_a_probability_that_grows_with_the_count(
    recent: int, before: int, weeks: int, dispersion: float
) -> None:
    counts = np.array([float(recent), float(recent + 1)])
    past = (np.full(2, float(before)), np.full(2, float(weeks)), np.full(2, 4.0), (1.5, 4.0), dispersion)
    few, many = tail(counts, *past, few=True), tail(counts, *past, few=False)
    assert np.all((few >= 0) & (few <= 1) & (many >= 0) & (many <= 1))
    assert few[0] <= few[1] and many[0] >= many[1]


@settings(max_examples=60)
@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=30), st.floats(0.01, 0.2))
def test_discoveries_are_those_of_the_step_up_rule(found: list[float], rate: float) -> None:
    limit = largest_discovery(np.array(found), rate)
    adjusted = stats.false_discovery_control(found)
    near = np.abs(adjusted - rate) < 1e-12
    assert np.all((np.array(found) <= limit) == (adjusted <= rate) | near)


def test_no_chance_is_no_discovery_and_tests_beside_them_count() -> None:
    assert largest_discovery(np.empty(0), 0.05) == 0.0
    assert largest_discovery(np.array([np.nan, 0.9]), 0.05) == 0.0
    assert largest_discovery(np.array([0.01]), 0.05) == 0.01
    assert largest_discovery(np.array([0.01]), 0.05, tests=100) == 0.0
    assert either_way(np.array([0.01, np.nan]), np.array([0.5, 0.2]), 0.5).tolist() == [0.02, 0.2]
    assert prior(np.empty(0), np.empty(0)) == (0.0, 1.0)


@pytest.mark.parametrize("down", [True, False])
def test_the_day_of_a_change_is_found(down: bool, tell: Tell) -> None:
    random = np.random.default_rng(12)
    missed = []
    for ago in np.repeat([21, 28, 60, 120], 50).tolist():
        rate = np.where((np.arange(364) < 364 - ago) == down, 0.6, 0.06)
        days = np.repeat(np.arange(364), random.poisson(rate)) + 1000
        missed.append(abs(change_day(days, 1000, 1363, 1363 - 182, down=down) - (1364 - ago)))
    tell(
        f"{'fall' if down else 'rise'}: the day is {np.median(missed):g} days off, {np.quantile(missed, 0.9):g} at 90 %"
    )
    assert np.median(missed) <= 3 and np.quantile(missed, 0.9) <= 12


def test_without_a_change_in_that_direction_the_window_begins_where_it_may() -> None:
    days = np.arange(1000, 1364, 7)
    assert change_day(np.empty(0, np.int64), 1000, 1363, 1181, down=True) == 1181
    assert 1181 <= change_day(days, 1000, 1363, 1181, down=False) <= 1363


def channel_of(events: list[tuple[int, int]], last: int) -> Channel:
    ordered = np.array(sorted(events), np.int64).reshape(-1, 2)
    return Channel("login", Series(ordered[:, 0], ordered[:, 1]), last)


def test_before_the_first_event_there_was_nobody_to_count() -> None:
    last = 10_000
    old, new = [(0, last - 360 + 7 * week) for week in range(50)], [(1, last - 70 + 7 * week) for week in range(10)]
    (found,) = weekly(channel_of([*old, *new], last), 3, 6)
    assert found.row.tolist() == [0, 1]
    assert found.known.tolist() == [52.0, 11.0]
    assert found.counts.sum(axis=1).tolist() == [50.0, 9.0]


def test_groups_of_customers_are_told_like_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(11)
    events = [(who, int(day)) for who in range(40) for day in random.integers(9_600, 10_000, 30)]
    channel = channel_of(events, 9_999)
    whole = summary_of(weekly(channel, 40, 6))
    monkeypatch.setattr("services.scoring.channels._AT_ONCE", 7)
    parts = [summed(one) for one in weekly(channel, 40, 6)]
    together = joined(parts)
    assert len(parts) == 6 and whole is not None
    np.testing.assert_array_equal(together.row, whole.row)
    both = chances(together, learn(together)), chances(whole, learn(whole))
    np.testing.assert_allclose(both[0].few, both[1].few, rtol=1e-9)
    np.testing.assert_allclose(both[0].many, both[1].many, rtol=1e-9)
    assert summary_of(weekly(channel_of([], 9_999), 40, 6)) is None


@settings(max_examples=30)
@given(st.integers(0, 1_000))
def test_fewer_recent_events_are_never_less_suspicious(seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.poisson(random.gamma(2.0, 1.0, 60)[:, None] + 0.8, (60, WEEKS)).astype(float)
    parts = summed(whole_year(counts))
    learned = learn(parts)
    fewer = counts.copy()
    fewer[:, -1] = 0.0
    before, after = chances(parts, learned).few, chances(summed(whole_year(fewer)), learned).few
    told = ~np.isnan(before) & ~np.isnan(after)
    assert np.all(after[told] <= before[told] + 1e-12)
