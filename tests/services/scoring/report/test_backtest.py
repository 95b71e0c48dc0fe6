"""The backtest as arrays: which model it is about, the season, misses, and the whole report of public books."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from models.values.backtest import ADDITIVE, LOGISTIC, MBG, RULE
from models.values.errors import UserError
from services.scoring.events import BookEvents, day_number
from services.scoring.model_selection import CLOSED_FORM, Judged, Judgement
from services.scoring.model_selection.choosing import Choice
from services.scoring.report.backtest import InUse, _beats_rule, _seasonal, _used, backtest_of
from services.settings import Policy
from tests.services.scoring.books import simulated_orders
from tests.services.scoring.made_up import made_up_book, read_through

AS_OF = day_number(date(2026, 11, 20))
LEFT = np.arange(1_000) < 400


def judgement(cutoff: int, **risks: float) -> Judgement:
    said = {name: np.where(LEFT, 0.5 + level / 2, level) for name, level in risks.items()}
    return Judgement(cutoff, np.arange(1_000), LEFT, said)


def judged(*tests: Judgement) -> Judged:
    return Judged(AS_OF, 90, "orders", tests, (), Choice(MBG, "MBG/NBD told the past best.", True), CLOSED_FORM)


def year_ago(risk: float) -> Judged:
    return judged(Judgement(AS_OF - 365, np.arange(1_000), LEFT, {MBG: np.full(1_000, risk)}))


def shop(last: date = date(2026, 6, 30), customers: int = 280) -> BookEvents:
    orders = simulated_orders(customers, date(2025, 1, 1), last, seed=12)
    return made_up_book(
        customers, day_number(last), orders=[(who - 1, day_number(on), float(minor)) for who, on, minor in orders]
    )


def test_a_season_that_was_told_wrongly_a_year_ago_is_said() -> None:
    said = _seasonal(year_ago(0.46), MBG)
    assert said.startswith("At this time last year the model over-predicted churn by 6 points: ")
    assert "on 20 Nov 2025, 46" in said and said.endswith("fewer will leave than the scores predict.")
    assert "under-predicted churn by 10 points" in _seasonal(year_ago(0.30), MBG)


def test_a_year_ago_told_rightly_or_by_chance_wrong_or_not_at_all_says_nothing() -> None:
    assert _seasonal(year_ago(0.41), MBG) == ""
    few = Judgement(AS_OF - 365, np.arange(30), LEFT[:30] & (np.arange(30) < 12), {MBG: np.full(30, 0.5)})
    assert _seasonal(judged(few), MBG) == ""
    assert _seasonal(judged(judgement(AS_OF - 120, **{MBG: 0.9})), MBG) == ""
    assert _seasonal(judged(), MBG) == ""


def seasonal_shop(last: date) -> BookEvents:
    """Two years of a shop in which customers buy three times as often in the last quarter of a year."""
    rng = np.random.default_rng(8)
    days = np.arange(day_number(date(last.year - 2, last.month, last.day)) + 1, day_number(last) + 1)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    pace = np.where(months >= 9, 3.0, 1.0)
    orders: list[tuple[int, int, float]] = []
    for customer in range(400):
        begun = int(rng.integers(0, 500))
        leaves = begun + rng.exponential(900.0)
        among = (rng.random(days.size) < rng.gamma(1.2, 1 / 160) * pace) & (np.arange(days.size) < leaves)
        among[:begun] = False
        among[begun] = True
        orders += [(customer, int(day), 5_000.0) for day in days[among]]
    return made_up_book(400, day_number(last), orders=orders)


def test_before_a_peak_the_report_of_a_seasonal_book_says_what_the_peak_did_a_year_ago() -> None:
    said = backtest_of(seasonal_shop(date(2026, 9, 30)), Policy(), horizon_days=90).seasonal
    assert said.startswith("At this time last year the model over-predicted churn by ")
    assert "scored on 30 Sep 2025" in said and said.endswith("fewer will leave than the scores predict.")
    assert not backtest_of(shop(date(2026, 12, 31)), Policy(), horizon_days=90).seasonal


def test_the_report_is_on_the_model_in_use_and_says_where_the_past_speaks_for_another() -> None:
    found = judged(judgement(AS_OF - 90, **{MBG: 0.1, LOGISTIC: 0.2, RULE: 0.4}))
    assert _used(found, None) == InUse(MBG, "MBG/NBD told the past best.")
    assert _used(found, InUse(MBG, "Chosen at the fit.")) == InUse(MBG, "MBG/NBD told the past best.")
    other = _used(found, InUse(LOGISTIC, "Chosen at the fit."))
    assert other.name == LOGISTIC
    assert other.why == (
        "Chosen at the fit. This back-test favours the purchase rhythm; the next training of the model decides."
    )
    assert _used(found, InUse(ADDITIVE, "Not judged here.")).name == MBG
    assert _beats_rule(found, LOGISTIC) is True
    assert _beats_rule(found, ADDITIVE) is None
    assert _beats_rule(judged(judgement(AS_OF - 90, **{MBG: 0.4, RULE: 0.1})), MBG) is False


def test_no_later_day_and_no_order_of_customers_moves_the_report() -> None:
    book = shop()
    day = book.as_of - 60
    cutoffs = [day - 120, day - 90]
    then = backtest_of(read_through(book, day), Policy(), horizon_days=90, cutoffs=cutoffs)
    later = backtest_of(book, Policy(), horizon_days=90, cutoffs=cutoffs)
    assert [one.mean for one in later.models if one.name == MBG] == [one.mean for one in then.models if one.name == MBG]
    turned = made_up_book(
        280,
        book.as_of,
        orders=[
            (279 - int(row), int(on), float(value))
            for row, on, value in zip(book.orders.row, book.orders.day, book.orders.values["value"], strict=True)
        ],
    )
    again = backtest_of(turned, Policy(), horizon_days=90, cutoffs=cutoffs)
    for one, other in zip(later.models, again.models, strict=True):
        assert one.mean.log_loss == pytest.approx(other.mean.log_loss, abs=1e-9)
    assert [(one.left, one.customers) for one in later.calibration] == [
        (one.left, one.customers) for one in again.calibration
    ]
    assert {281 - one.customer_id for one in again.missed} == {one.customer_id for one in later.missed}


def test_cutoffs_that_cannot_be_judged_are_refused_with_what_can() -> None:
    book = shop(customers=60)
    with pytest.raises(UserError, match="Choose a day up to 2026-04-01"):
        backtest_of(book, Policy(), horizon_days=90, cutoffs=[book.as_of - 30])
    with pytest.raises(UserError, match="no history before"):
        backtest_of(book, Policy(), horizon_days=90, cutoffs=[day_number(date(2020, 1, 1))])


@pytest.mark.parametrize("horizon_days", [30, 180])
def test_every_customer_of_every_window_is_in_the_curve(horizon_days: int) -> None:
    report = backtest_of(shop(), Policy(), horizon_days=horizon_days)
    used = report.model(report.used)
    assert used is not None
    assert sum(one.customers for one in report.calibration) == used.mean.customers
    assert sum(one.left for one in report.calibration) == used.mean.left
    assert used.mean.bias is not None
    weighted = sum(one.said * one.customers - one.left for one in report.calibration) / used.mean.customers
    assert abs(weighted - used.mean.bias) < 0.05
