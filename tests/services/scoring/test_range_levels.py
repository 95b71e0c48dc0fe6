"""Where the ends of ranges are read: learnt from an earlier window, drawn to the model, smooth, of nothing later."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.events import BookEvents, day_number
from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.scoring.lifetime_value import AS_TOLD, History, RangeLevels, spend_law
from services.scoring.monetary import GammaGammaParameters
from services.scoring.parameters import Parameters, fit_parameters
from services.scoring.pareto import ParetoParameters
from services.scoring.range_levels import Outcomes, learnt_levels, levels_of, with_levels
from tests.services.scoring.books import simulated_orders
from tests.services.scoring.cdnow import Floats
from tests.services.scoring.made_up import made_up_book, read_through

FIRST, LAST = date(2024, 1, 1), date(2026, 3, 31)
BUYS = ParetoParameters(0.8, 40.0, 0.6, 90.0, 0.0, 0)
VALUE = GammaGammaParameters(6.0, 4.0, 2_000.0, 0.0, 0)
DAYS = 180.0


def book(customers: int = 300, seed: int = 5) -> BookEvents:
    orders = [
        (who - 1, day_number(on), float(minor)) for who, on, minor in simulated_orders(customers, FIRST, LAST, seed)
    ]
    return made_up_book(customers, day_number(LAST), orders=orders)


def outcomes(factor: float = 1.0, customers: int = 4_000, seed: int = 3) -> Outcomes:
    """What customers of the model were told, and `factor` times what they then spent by it."""
    rng = np.random.default_rng(seed)
    x = rng.poisson(rng.gamma(0.8, 6.0, customers)).astype(np.float64)
    age = rng.uniform(60.0, 500.0, customers)
    t_x = np.where(x > 0, age * rng.beta(3.0, 1.0, customers), 0.0)
    mean = rng.gamma(3.0, 1_300.0, customers)
    law = spend_law(BUYS, VALUE, History(x, t_x, age, mean), days=DAYS)
    return Outcomes(law, factor * law.quantile(rng.random(customers)))


def test_outcomes_of_the_model_itself_leave_its_levels_where_they_are() -> None:
    found = levels_of(outcomes())
    assert found.customers == 4_000
    for name in ("lower", "upper", "alone"):
        assert getattr(found, name) == pytest.approx(getattr(AS_TOLD, name), abs=0.03)


def test_levels_come_down_where_less_came_than_was_told_and_rise_where_more_did() -> None:
    less, more = levels_of(outcomes(0.6)), levels_of(outcomes(1.6))
    for name in ("lower", "upper", "alone"):
        assert getattr(less, name) < getattr(AS_TOLD, name) < getattr(more, name)
    cautious = levels_of(outcomes(0.6, customers=40))
    assert less.alone < cautious.alone < AS_TOLD.alone


def test_a_level_holds_the_share_of_outcomes_that_it_names() -> None:
    told = outcomes()
    for at in (0.1, 0.5, 0.8, 0.9):
        assert told.below(at) == pytest.approx(at, abs=0.03)


def test_a_window_says_the_same_whatever_came_after_it_and_in_whatever_order_its_customers_are() -> None:
    whole = book()
    day = whole.as_of - 200
    then = learnt_levels(read_through(whole, day), day, 365)
    assert learnt_levels(whole, day, 365) == then
    assert then.customers > 100
    orders = whole.orders
    last = whole.customer_ids.size - 1
    turned = made_up_book(
        last + 1,
        whole.as_of,
        orders=[
            (last - int(row), int(on), float(value))
            for row, on, value in zip(orders.row, orders.day, orders.values["value"], strict=True)
        ],
    )
    again = learnt_levels(turned, day, 365)
    assert asdict(again) == pytest.approx(asdict(then), abs=1e-3)


def test_without_a_history_the_levels_are_those_of_the_model() -> None:
    assert learnt_levels(made_up_book(5, day_number(LAST)), day_number(LAST), 365) == AS_TOLD
    young = book()
    first = int(young.orders.day.min())
    assert learnt_levels(read_through(young, first + 50), first + 50, 365) == AS_TOLD
    one = made_up_book(1, day_number(LAST), orders=[(0, day_number(FIRST), 5_000.0)])
    assert learnt_levels(one, day_number(LAST), 365).customers == 1


def test_levels_are_kept_with_the_fit_and_an_older_fit_has_those_of_the_model() -> None:
    seen = book()
    fitted = with_levels(seen, fit_parameters(features_at(Ledger(seen, seen.as_of)), "USD"), 12)
    assert fitted.levels != AS_TOLD
    plain = fitted.as_json()
    assert Parameters.from_json(plain) == fitted
    del plain["levels"]
    assert Parameters.from_json(plain).levels == AS_TOLD


def _levels() -> st.SearchStrategy[RangeLevels]:
    return st.builds(
        lambda lower, alone, above: RangeLevels(lower, max(0.75, min(alone + above, 0.99)), alone),
        st.floats(0.02, 0.3),
        st.floats(0.5, 0.95),
        st.floats(0.0, 0.4),
    )


@given(_levels(), st.floats(0.0, 1.0), st.floats(0.0, 1e-4))
@settings(max_examples=150, deadline=None)
def test_ends_are_in_order_and_move_with_the_chance_of_nothing_without_a_jump(
    levels: RangeLevels, silent: float, step: float
) -> None:
    chances = np.array([silent, min(silent + step, 1.0)])
    lower, upper = levels.ends(chances)
    assert np.all((lower >= 0.0) & (lower < upper) & (upper < 1.0))
    assert lower[1] <= lower[0] + 1e-12 and upper[1] <= upper[0] + 1e-12
    assert abs(upper[1] - upper[0]) <= 10 * step and abs(lower[1] - lower[0]) <= 10 * step
    within = levels.nothing_within(chances)
    assert np.all((within >= 0.0) & (within <= 1.0))


def covered(levels: RangeLevels, told: Outcomes) -> float:
    law, spent = told.law, told.spent
    low, high = law.range(levels)
    inside: Floats = np.where(spent > 0, (low <= spent) & (spent <= high), levels.nothing_within(law.silent))
    return float(inside.mean())


@pytest.mark.parametrize("factor", [0.6, 1.0, 1.6])
def test_levels_of_one_window_hold_nearer_to_four_in_five_in_the_next(factor: float) -> None:
    now, later = outcomes(factor), outcomes(factor, seed=4)
    learnt, told = covered(levels_of(now), later), covered(AS_TOLD, later)
    assert abs(learnt - 0.8) <= max(abs(told - 0.8), 0.015)
    assert learnt == pytest.approx(0.8, abs=0.04)  # three quarters of what a window says are believed
