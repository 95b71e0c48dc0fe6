"""The churn models: published digits, closed forms, laws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1

from services.scoring import btyd
from services.scoring.btyd import BtydParameters, LogNormalPrior
from tests.benchmarks.bench_btyd import drawn
from tests.services.scoring.cdnow import Floats, expected_purchases, read_purchases, read_summary

pytestmark = pytest.mark.usefixtures("fits_anew")

BG = BtydParameters("bg", 0.243, 4.414, 0.793, 2.426, 0.0, 0, True, True)
MBG = BtydParameters("mbg", 0.525, 6.183, 0.891, 1.614, 0.0, 0, True, True)
FAMILIES = st.sampled_from(["mbg", "bg"])

parameters = st.builds(
    lambda family, r, alpha, a, b: BtydParameters(family, r, alpha, a, b, 0.0, 0, True, True),
    FAMILIES,
    st.floats(0.05, 20),
    st.floats(0.5, 500),
    st.floats(0.01, 20),
    st.floats(0.05, 50),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[float, float, float]:
    """x, t_x and T that a customer may have."""
    age = draw(st.integers(0, 2000))
    x = draw(st.integers(0, min(age, 100)))
    return float(x), float(draw(st.integers(x, age)) if x else 0), float(age)


def arrays(*values: float) -> list[Floats]:
    return [np.array([value]) for value in values]


@pytest.mark.data
def test_bg_nbd_reproduces_the_published_fit(data_dir: Path) -> None:
    cdnow = read_summary(data_dir)
    fitted = btyd.fit(cdnow.x, cdnow.t_x, cdnow.age, family="bg")
    found = [round(value, 3) for value in (fitted.r, fitted.alpha, fitted.a, fitted.b)]
    assert found == [0.243, 4.414, 0.793, 2.426]
    assert round(fitted.log_likelihood, 1) == -9582.4
    assert fitted.converged
    assert fitted.dropout_identifiable


@pytest.mark.data
def test_mbg_nbd_reproduces_the_published_fit(data_dir: Path) -> None:
    cdnow = read_summary(data_dir)
    fitted = btyd.fit(cdnow.x, cdnow.t_x, cdnow.age, family="mbg")
    found = [round(value, 3) for value in (fitted.r, fitted.alpha, fitted.a, fitted.b)]
    assert found == [0.525, 6.183, 0.891, 1.614]


@pytest.mark.data
def test_bg_nbd_reproduces_the_published_conditional_expectations(data_dir: Path) -> None:
    cdnow = read_summary(data_dir)
    fitted = btyd.fit(cdnow.x, cdnow.t_x, cdnow.age, family="bg")
    expected = expected_purchases(fitted, cdnow.x, cdnow.t_x, cdnow.age, 39.0)
    by_x = [round(float(expected[np.minimum(cdnow.x, 7) == x].mean()), 3) for x in range(8)]
    assert by_x == [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157]


@pytest.mark.data
def test_bg_nbd_reproduces_the_published_sales_at_week_78(data_dir: Path) -> None:
    cdnow = read_summary(data_dir)
    fitted = btyd.fit(cdnow.x, cdnow.t_x, cdnow.age, family="bg")
    nothing = np.zeros(1)
    # The published sum counts the day of the first purchase: one day more than T.
    total = sum(
        float((cdnow.age == age).sum() * expected_purchases(fitted, nothing, nothing, nothing, age + 39 + 1 / 7)[0])
        for age in np.unique(cdnow.age).tolist()
    )
    assert round(total, 1) == 4165.7
    bought = {(customer, day) for customer, day, _ in read_purchases(data_dir, "CDNOW_sample.txt")}
    assert len(bought) - len({customer for customer, _ in bought}) == 4339  # what came, 78 weeks to the end of June


@pytest.mark.data
def test_the_unit_of_time_only_scales_alpha(data_dir: Path) -> None:
    cdnow = read_summary(data_dir)
    weeks = btyd.fit(cdnow.x, cdnow.t_x, cdnow.age)
    days = btyd.fit(cdnow.x, cdnow.t_x * 7, cdnow.age * 7)
    assert days.alpha == pytest.approx(weeks.alpha * 7, rel=1e-3)
    assert (days.r, days.a, days.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-3)


@pytest.mark.data
def test_one_minus_p_alive_is_not_churn_risk(data_dir: Path) -> None:
    cdnow = read_summary(data_dir)
    fitted = btyd.fit(cdnow.x, cdnow.t_x, cdnow.age, family="bg")
    one_timers = cdnow.x == 0
    gone = 1 - btyd.p_alive(fitted, cdnow.x, cdnow.t_x, cdnow.age)
    silent = btyd.p_no_purchase(fitted, cdnow.x, cdnow.t_x, cdnow.age, 13.0)
    assert np.all(gone[one_timers] == 0)  # BG/NBD cannot see a one-time buyer leave
    assert silent[one_timers].mean() > silent[~one_timers].mean()


@pytest.mark.parametrize("family", ["mbg", "bg"])
def test_the_gradient_is_that_of_the_likelihood(family: btyd.Family) -> None:
    rng = np.random.default_rng(3)
    age = rng.integers(1, 300, 80).astype(float)
    x = rng.integers(0, 12, 80).astype(float)
    t_x = np.where(x > 0, np.floor(age * rng.random(80)), 0.0)
    rows = btyd._group(x, t_x, age)
    at = np.log(np.array([0.6, 40.0, 0.8, 2.0]))
    _, gradient = btyd._likelihood(family, at, rows)
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-6
        above, below = btyd._likelihood(family, at + step, rows)[0], btyd._likelihood(family, at - step, rows)[0]
        assert gradient[place] == pytest.approx((above - below) / 2e-6, rel=1e-5, abs=1e-5)


@given(parameters, st.lists(histories(), min_size=1, max_size=8), st.floats(1, 400))
@settings(max_examples=60, deadline=None)
def test_expected_purchases_agree_with_the_closed_form(
    model: BtydParameters, known: list[tuple[float, float, float]], horizon: float
) -> None:
    x, t_x, age = np.array(known).T
    n = x + 1 if model.family == "mbg" else x
    if abs(model.a - 1) < 0.05 or np.any(np.abs(model.a + model.b + n - 1) < 0.05):
        return  # poles of the closed form, none of the expectation
    scale = model.alpha + age
    series = hyp2f1(model.r + x, model.b + n, model.a + model.b + n - 1, horizon / (scale + horizon))
    closed = (model.a + model.b + n - 1) / (model.a - 1) * (1 - (scale / (scale + horizon)) ** (model.r + x) * series)
    closed = closed * btyd.p_alive(model, x, t_x, age)
    usable = np.isfinite(closed)
    # The closed form loses digits to cancellation; the bound is the coarser of the two.
    np.testing.assert_allclose(
        expected_purchases(model, x, t_x, age, horizon)[usable], closed[usable], rtol=2e-2, atol=1e-4
    )


@given(parameters, histories(), st.floats(0, 1000), st.floats(0, 1000))
@settings(max_examples=150, deadline=None)
def test_silence_is_a_probability_that_falls_with_the_horizon(
    model: BtydParameters, known: tuple[float, float, float], one: float, other: float
) -> None:
    short, long = sorted((one, other))
    nearer = btyd.p_no_purchase(model, *arrays(*known), short)[0]
    farther = btyd.p_no_purchase(model, *arrays(*known), long)[0]
    assert 0 <= farther <= nearer + 1e-12 <= 1 + 2e-12


@given(parameters, histories(), st.integers(0, 500))
@settings(max_examples=150, deadline=None)
def test_a_longer_silence_never_lowers_the_risk(
    model: BtydParameters, known: tuple[float, float, float], earlier: int
) -> None:
    x, t_x, age = known
    if x == 0:
        return
    before = btyd.p_no_purchase(model, *arrays(x, max(t_x - earlier, x), age), 90.0)[0]
    assert before >= btyd.p_no_purchase(model, *arrays(x, max(t_x, x), age), 90.0)[0] - 1e-9


@given(parameters, histories(), st.integers(0, 500))
@settings(max_examples=100, deadline=None)
def test_time_without_a_purchase_never_lowers_the_risk(
    model: BtydParameters, known: tuple[float, float, float], days: int
) -> None:
    x, t_x, age = known
    now = btyd.p_no_purchase(model, *arrays(x, t_x, age), 90.0)[0]
    assert btyd.p_no_purchase(model, *arrays(x, t_x, age + days), 90.0)[0] >= now - 1e-9


@given(parameters, histories())
@settings(max_examples=60, deadline=None)
def test_the_quadrature_is_a_probability(model: BtydParameters, known: tuple[float, float, float]) -> None:
    nodes, weights = btyd.dropout_quadrature(model, np.array([known[0]]))
    n = known[0] + (1 if model.family == "mbg" else 0)
    assert weights.sum() == pytest.approx(1)
    assert np.all((nodes > 0) & (nodes <= 1))
    assert (nodes * weights).sum() == pytest.approx(model.a / (model.a + model.b + n), rel=1e-6)


def _made_up(count: int, seed: int) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    age = rng.integers(30, 400, count).astype(float)
    x = rng.poisson(age * rng.gamma(0.8, 1 / 60, count)).astype(float)
    return x, np.where(x > 0, np.floor(age * rng.beta(4, 1, count)), 0.0), age


def test_row_order_and_grouping_do_not_change_a_fit() -> None:
    x, t_x, age = _made_up(400, 1)
    order = np.random.default_rng(2).permutation(400)
    assert btyd.fit(x, t_x, age) == btyd.fit(x[order], t_x[order], age[order])
    twice = [np.concatenate((column, column)) for column in (x, t_x, age)]
    assert btyd.fit(*twice).alpha == pytest.approx(btyd.fit(x, t_x, age).alpha, rel=1e-4)


@pytest.mark.parametrize("family", ["mbg", "bg"])
def test_a_search_that_begins_with_a_sample_ends_at_the_same_optimum(
    family: btyd.Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = drawn(9_000, family)
    monkeypatch.setattr(btyd, "_SAMPLED_FROM", 10**9)
    whole = btyd.fit(known.x, known.t_x, known.age, family=family)
    monkeypatch.setattr(btyd, "_SAMPLED_FROM", 2_000)
    monkeypatch.setattr(btyd, "_SAMPLE", 1_500)
    sampled = btyd.fit(known.x, known.t_x, known.age, family=family)
    assert sampled.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-12)
    for name in ("r", "alpha", "a", "b"):
        assert getattr(sampled, name) == pytest.approx(getattr(whole, name), rel=1e-4)
    assert sampled.dropout_identifiable == whole.dropout_identifiable


def test_rows_alike_are_one_with_their_number() -> None:
    x, t_x, age = _made_up(500, 4)
    for unit in (1.0, 1 / 7):
        rows = btyd._group(x, t_x * unit, age * unit)
        assert rows.customers == 500
        assert rows.weight @ rows.x == x.sum()
        assert rows.weight @ rows.t_x == pytest.approx(t_x.sum() * unit)
        assert np.array_equal(rows.distinct_x[rows.of_x], rows.x)
        assert len(set(zip(rows.x, rows.t_x, rows.age, strict=True))) == rows.x.size
        fewer = rows.without_recency()
        assert fewer.weight @ fewer.age == pytest.approx(age.sum() * unit)
        assert len(set(zip(fewer.x, fewer.age, strict=True))) == fewer.x.size


def test_a_prior_alone_is_the_fit_of_no_customers() -> None:
    prior = LogNormalPrior(0.6, 50.0, 0.8, 2.0, (1.5, 2.0, 1.5, 1.5))
    nobody = np.empty(0)
    fitted = btyd.fit(nobody, nobody, nobody, prior=prior)
    assert (fitted.r, fitted.alpha, fitted.a, fitted.b) == pytest.approx((0.6, 50.0, 0.8, 2.0))
    assert not fitted.dropout_identifiable
    with pytest.raises(ValueError, match="at least one customer"):
        btyd.fit(nobody, nobody, nobody)


def test_where_nobody_leaves_dropout_is_not_identifiable_and_the_risk_is_still_told() -> None:
    rng = np.random.default_rng(5)
    age = np.full(300, 100.0)
    x = rng.poisson(rng.gamma(5, 1 / 5, 300) * 10).astype(float)
    t_x = np.where(x > 0, np.floor(100 * rng.random(300) ** (1 / np.maximum(x, 1))), 0.0)
    fitted = btyd.fit(x, t_x, age)
    assert not fitted.dropout_identifiable
    risk = btyd.p_no_purchase(fitted, x, t_x, age, 30.0)
    assert np.all((risk >= 0) & (risk <= 1))
    assert np.isfinite(expected_purchases(fitted, x, t_x, age, 365.0)).all()


@pytest.mark.parametrize(("x", "t_x", "age"), [(-1, 0, 5), (1, 6, 5), (1, -1, 5)])
def test_impossible_histories_are_refused(x: float, t_x: float, age: float) -> None:
    with pytest.raises(ValueError, match="recency <= age"):
        btyd.fit(*arrays(x, t_x, age))
