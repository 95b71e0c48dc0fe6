"""Lifetime value: agreement with the models behind it and with a plain simulation, and its laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.scoring import monetary, pareto
from services.scoring.lifetime_value import (
    AS_TOLD,
    DAYS_A_MONTH,
    History,
    LifetimeValue,
    RangeLevels,
    forecast,
    in_whole_units,
)
from services.scoring.monetary import GammaGammaParameters
from services.scoring.pareto import ParetoParameters
from tests.services.scoring.cdnow import Floats

BUYS = ParetoParameters(0.6, 81.1, 0.52, 61.7, 0.0, 0)
VALUE = GammaGammaParameters(6.25, 3.74, 15.44, 0.0, 946)


HORIZON = 90


def one(
    x: float, t_x: float, age: float, mean: float, months: float = 12, yearly_discount: float = 0.0,
    risk: float | None = None, levels: RangeLevels = AS_TOLD,
) -> LifetimeValue:  # fmt: skip
    of = History(*(np.array([value]) for value in (x, t_x, age, mean)))
    told = None if risk is None else np.array([risk])
    return forecast(
        BUYS, VALUE, of, months=months, horizon_days=HORIZON, yearly_discount=yearly_discount, risk=told, levels=levels
    )


def simulated(x: float, t_x: float, age: float, mean: float, months: int) -> tuple[Floats, Floats]:
    """A customer's purchases within the horizon, and their spend, drawn step by step without the tables."""
    rng, draws = np.random.default_rng(11), 120_000
    alive = pareto.p_alive(BUYS, *(np.array([value]) for value in (x, t_x, age)))[0]
    rate = rng.gamma(BUYS.r + x, 1 / (BUYS.alpha + age), draws)
    left = rng.exponential(1 / rng.gamma(BUYS.s, 1 / (BUYS.beta + age), draws)) * (rng.random(draws) < alive)
    soon = rng.poisson(rate * np.minimum(left, HORIZON))
    count = soon + rng.poisson(rate * (np.minimum(left, months * DAYS_A_MONTH) - np.minimum(left, HORIZON)))
    nu = rng.gamma(VALUE.p * (x + 1) + VALUE.q, 1 / (VALUE.scale + (x + 1) * mean), draws)
    return soon, np.where(count > 0, rng.gamma(VALUE.p * np.maximum(count, 1)) / nu, 0.0)


CUSTOMERS = [(25, 300, 310, 40.0), (6, 200, 230, 25.0), (2, 150, 260, 60.0), (0, 0, 30, 20.0)]


@pytest.mark.parametrize(("x", "t_x", "age", "mean"), CUSTOMERS)
def test_mean_median_and_range_agree_with_a_step_by_step_simulation(
    x: float, t_x: float, age: float, mean: float
) -> None:
    found, (_, drawn) = one(x, t_x, age, mean), simulated(x, t_x, age, mean, 12)
    assert found.expected[0] == pytest.approx(drawn.mean(), rel=0.03)
    silent = (drawn == 0).mean()
    near = {"rel": 0.12, "abs": 0.05 * drawn.mean()}
    assert found.low[0] == pytest.approx(np.quantile(drawn, 0.1), **near)
    assert found.high[0] == pytest.approx(np.quantile(drawn, 0.9 - np.clip(silent - 0.1, 0, 0.1)), **near)
    assert found.median[0] == pytest.approx(np.quantile(drawn, 0.5), **near)
    assert np.mean((drawn >= found.low[0]) & (drawn <= found.high[0])) >= 0.78


@pytest.mark.parametrize(("x", "t_x", "age", "mean"), CUSTOMERS)
def test_both_ways_are_what_comes_of_those_who_buy_within_the_horizon_and_of_those_who_do_not(
    x: float, t_x: float, age: float, mean: float
) -> None:
    found, (soon, drawn) = one(x, t_x, age, mean), simulated(x, t_x, age, mean, 12)
    for way, spent in ((found.if_stays, drawn[soon > 0]), (found.if_leaves, drawn[soon == 0])):
        assert way[0] == pytest.approx(spent.mean(), abs=4 * spent.std() / np.sqrt(spent.size) + 1e-6)
    ends = np.quantile(drawn[soon > 0], [0.1, 0.9])
    assert (found.if_stays_low[0], found.if_stays_high[0]) == pytest.approx(tuple(ends), rel=0.15)


def test_a_risk_from_elsewhere_moves_the_expected_value_along_the_line_between_both_ways() -> None:
    found = [one(6, 200, 230, 25.0, risk=risk) for risk in (0.0, 0.25, 1.0)]
    stays, leaves = found[0].if_stays[0], found[0].if_leaves[0]
    assert [value.expected[0] for value in found] == pytest.approx([stays, 0.75 * stays + 0.25 * leaves, leaves])
    assert found[0].low[0] > 0 and found[2].low[0] == 0
    assert found[0].high[0] > found[1].high[0] > found[2].high[0]
    assert found[0].median[0] > found[1].median[0] > found[2].median[0] == 0


def test_a_mean_above_its_range_is_left_where_it_is_and_the_median_says_so() -> None:
    rare = one(1, 30, 700, 40.0)
    assert rare.expected[0] > rare.high[0] and rare.median[0] == 0


@pytest.mark.parametrize("levels", [AS_TOLD, RangeLevels(0.14, 0.91, 0.65), RangeLevels(0.09, 0.86, 0.84)])
def test_the_range_does_not_jump_where_nothing_becomes_likely(levels: RangeLevels) -> None:
    ages = np.arange(200.0, 900.0, 5.0)
    of = History(*(np.full(ages.size, figure) for figure in (8.0, 200.0)), ages, np.full(ages.size, 40.0))
    found = forecast(BUYS, VALUE, of, months=12, levels=levels)
    for end in (found.low, found.high):
        assert np.all(np.abs(np.diff(end)) <= 0.1 * found.high.max())
    assert found.low[0] > 0 and found.low[-1] == 0


def test_a_months_forecast_is_purchases_times_value() -> None:
    x, t_x, age, mean = (np.array([value]) for value in (6.0, 200.0, 230.0, 25.0))
    purchases = pareto.p_alive(BUYS, x, t_x, age) * pareto.expected_if_alive(
        BUYS, x, age, np.array([12 * DAYS_A_MONTH]), np.ones(1)
    )
    assert one(6, 200, 230, 25.0).expected == pytest.approx(purchases * monetary.expected_value(VALUE, x + 1, mean))


def test_a_horizon_need_not_be_whole_months() -> None:
    nine, half, ten = (one(6, 200, 230, 25.0, months, 0.1).expected[0] for months in (9, 9.5, 10))
    assert half == pytest.approx((nine + ten) / 2, rel=0.01)


def test_a_customer_whose_purchases_have_no_known_value_is_worth_the_books_mean() -> None:
    unknown, known = one(6, 200, 230, float("nan")), one(6, 200, 230, VALUE.mean)
    assert unknown == known


def test_a_discount_lowers_the_value_by_less_than_its_rate() -> None:
    plain, discounted = one(6, 200, 230, 25.0), one(6, 200, 230, 25.0, yearly_discount=0.1)
    assert 0.9 * plain.expected[0] < discounted.expected[0] < plain.expected[0]


def test_the_range_is_the_same_whenever_and_with_whomever_it_is_asked() -> None:
    columns = [np.array(column, float) for column in ([6, 0, 25], [200, 0, 300], [230, 30, 310], [25, 0, 40])]
    together = forecast(BUYS, VALUE, History(*columns), months=12)
    alone = one(6, 200, 230, 25.0)
    assert (together.low[0], together.high[0], together.expected[0]) == (alone.low[0], alone.high[0], alone.expected[0])


def test_higher_levels_raise_a_range_and_leave_what_is_expected() -> None:
    told = one(6, 200, 230, 25.0)
    raised = one(6, 200, 230, 25.0, levels=RangeLevels(0.2, 0.95, 0.9))
    assert (raised.expected[0], raised.if_stays[0]) == (told.expected[0], told.if_stays[0])
    assert raised.high[0] > told.high[0] and raised.if_stays_high[0] > told.if_stays_high[0]
    assert raised.low[0] >= told.low[0] and raised.if_stays_low[0] > told.if_stays_low[0]


@given(
    st.integers(0, 300), st.floats(0, 1), st.integers(0, 4000), st.floats(-10, 1e5), st.integers(1, 60), st.floats(0, 1)
)
@example(x=35, share=0.0, age=0, mean=83043.0, months=46, risk=1.0)
@settings(max_examples=120, deadline=None)
def test_values_are_ordered_and_add_up(x: int, share: float, age: int, mean: float, months: int, risk: float) -> None:
    found = one(x, round(share * age) if x else 0, age, mean, months, risk=risk)
    numbers = np.concatenate([getattr(found, name) for name in LifetimeValue.__dataclass_fields__])
    assert np.isfinite(numbers).all()
    assert np.all(numbers >= 0)
    assert found.low[0] <= found.high[0] and found.low[0] <= found.median[0]
    assert found.if_stays_low[0] <= found.if_stays_high[0]
    assert found.if_leaves[0] - 1e-9 <= found.expected[0] <= found.if_stays[0] + 1e-9
    whole = in_whole_units(found, np.array([risk]))
    lost = round(round(risk, 4) * (whole.if_stays[0] - whole.if_leaves[0]))
    assert whole.expected[0] + lost == whole.if_stays[0] and lost >= 0
