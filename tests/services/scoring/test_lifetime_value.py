"""Lifetime value: agreement with the models behind it and with a plain simulation, and its laws."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring import btyd, monetary
from services.scoring.btyd import BtydParameters
from services.scoring.lifetime_value import DAYS_A_MONTH, LifetimeValue, forecast, value_at_risk
from services.scoring.monetary import GammaGammaParameters
from tests.services.scoring.cdnow import Floats, read_purchases

CHURN = BtydParameters("mbg", 0.637, 51.17, 0.807, 1.228, 0.0, 0, True, True)
VALUE = GammaGammaParameters(6.25, 3.74, 15.44, 0.0, 946)


def one(x: float, t_x: float, age: float, mean: float, months: int = 12, yearly_discount: float = 0.0) -> LifetimeValue:
    columns = [np.array([value]) for value in (x, t_x, age, mean)]
    return forecast(CHURN, VALUE, *columns, months=months, yearly_discount=yearly_discount)


def simulated(x: float, t_x: float, age: float, mean: float, months: int) -> Floats:
    """A customer's spend, drawn step by step from the posterior: nothing shared with the tables."""
    rng, draws = np.random.default_rng(11), 60_000
    alive = btyd.p_alive(CHURN, *(np.array([value]) for value in (x, t_x, age)))[0]
    rate = rng.gamma(CHURN.r + x, 1 / (CHURN.alpha + age), draws)
    leaves = rng.beta(CHURN.a, CHURN.b + x + 1, draws)
    left = rng.exponential(1 / (rate * leaves))
    days = months * DAYS_A_MONTH
    count = rng.poisson(rate * (1 - leaves) * np.minimum(left, days)) + (left < days)
    nu = rng.gamma(VALUE.p * x + VALUE.q, 1 / (VALUE.scale + x * mean), draws)
    spend = np.where(count > 0, rng.gamma(VALUE.p * np.maximum(count, 1)) / nu, 0.0)
    return spend * (rng.random(draws) < alive)


@pytest.mark.parametrize(
    ("x", "t_x", "age", "mean"), [(25, 300, 310, 40.0), (6, 200, 230, 25.0), (2, 150, 260, 60.0), (0, 0, 30, 0.0)]
)
def test_mean_and_range_agree_with_a_step_by_step_simulation(x: float, t_x: float, age: float, mean: float) -> None:
    found, drawn = one(x, t_x, age, mean), simulated(x, t_x, age, mean, 12)
    assert found.expected[0] == pytest.approx(drawn.mean(), rel=0.03)
    for quantile, level in ((found.low[0], 0.1), (found.high[0], 0.9)):
        assert quantile == pytest.approx(np.quantile(drawn, level), rel=0.12, abs=0.05 * drawn.mean())


def test_a_months_forecast_is_purchases_times_value() -> None:
    x, t_x, age, mean = (np.array([value]) for value in (6.0, 200.0, 230.0, 25.0))
    purchases = btyd.expected_purchases(CHURN, x, t_x, age, 12 * DAYS_A_MONTH)
    assert one(6, 200, 230, 25.0).expected == pytest.approx(purchases * monetary.expected_value(VALUE, x, mean))


def test_a_discount_lowers_the_value_by_less_than_its_rate() -> None:
    plain, discounted = one(6, 200, 230, 25.0), one(6, 200, 230, 25.0, yearly_discount=0.1)
    assert 0.9 * plain.expected[0] < discounted.expected[0] < plain.expected[0]


def test_the_range_is_the_same_whenever_and_with_whomever_it_is_asked() -> None:
    columns = [np.array(column, float) for column in ([6, 0, 25], [200, 0, 300], [230, 30, 310], [25, 0, 40])]
    together = forecast(CHURN, VALUE, *columns, months=12)
    alone = one(6, 200, 230, 25.0)
    assert (together.low[0], together.high[0], together.expected[0]) == (alone.low[0], alone.high[0], alone.expected[0])


@given(
    st.integers(0, 300), st.floats(0, 1), st.integers(0, 4000), st.floats(-10, 1e5), st.integers(1, 60), st.floats(0, 1)
)
@settings(max_examples=120, deadline=None)
def test_values_are_ordered_and_value_at_risk_never_exceeds_what_staying_is_worth(
    x: int, share: float, age: int, mean: float, months: int, risk: float
) -> None:
    found = one(x, round(share * age) if x else 0, age, mean, months)
    numbers = np.concatenate([getattr(found, name) for name in LifetimeValue.__dataclass_fields__])
    assert np.isfinite(numbers).all()
    assert np.all(numbers >= 0)
    assert found.low[0] <= found.high[0]
    assert found.if_stays_low[0] <= found.if_stays_high[0]
    assert found.expected[0] <= found.if_stays[0] + 1e-9
    assert value_at_risk(np.array([risk]), found.if_stays)[0] <= found.if_stays[0]


@pytest.mark.data
def test_on_a_held_out_half_year_the_range_covers_at_least_three_quarters(data_dir: Path) -> None:
    calibrated, first, later = date(1997, 9, 30), {}, {}
    bought: dict[str, dict[date, int]] = {}
    for customer, day, cents in read_purchases(data_dir):
        if day <= calibrated:
            first.setdefault(customer, day)
            days = bought.setdefault(customer, {})
            days[day] = days.get(day, 0) + cents
        elif (day - calibrated).days <= 9 * DAYS_A_MONTH:
            later[customer] = later.get(customer, 0) + cents
    x = np.array([len(days) - 1.0 for days in bought.values()])
    t_x = np.array([float((max(days) - min(days)).days) for days in bought.values()])
    age = np.array([float((calibrated - min(days)).days) for days in bought.values()])
    repeat = np.array([sum(days.values()) - days[min(days)] for days in bought.values()]) / np.maximum(x, 1)
    churn, value = btyd.fit(x, t_x, age), monetary.fit(x, repeat)
    found = forecast(churn, value, x, t_x, age, repeat, months=9)
    actual = np.array([later.get(customer, 0) for customer in bought], float)
    assert np.mean((found.low <= actual) & (actual <= found.high)) >= 0.75
    best = np.argsort(-found.expected)[: actual.size // 10]
    assert actual[best].sum() >= 0.5 * actual.sum()
