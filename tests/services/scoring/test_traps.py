"""Traps of churn models, each measured on the public books: what looks like a risk and is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from services.scoring import btyd, confidence
from services.scoring.events import BookEvents, day_number
from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.scoring.lifetime_value import DAYS_A_MONTH
from services.scoring.model_selection.measures import auc
from services.scoring.parameters import fit_parameters
from services.scoring.scorecard import scorecard
from services.settings import Policy
from tests.benchmarks.public_books import cdnow, online_retail
from tests.services.scoring.cdnow import Floats, expected_purchases, read_summary

HORIZON = 90
CUTOFFS = ("1998-01-01", "1998-02-01", "1998-03-01", "1998-04-01")

pytestmark = pytest.mark.data


@dataclass(frozen=True)
class Window:
    """x, t_x and T of everybody who had bought by a cutoff, and whether they stayed away for the horizon after it."""

    x: Floats
    t_x: Floats
    age: Floats
    left: NDArray[np.bool_]


def window(book: BookEvents, cutoff: str) -> Window:
    day = day_number(date.fromisoformat(cutoff))
    seen = features_at(Ledger(book, day))
    came = Ledger(book, day + HORIZON).orders.counted(day, day + HORIZON) > 0
    known = seen.purchase_days > 0
    return Window(seen.frequency[known], seen.recency[known], seen.age[known], ~came[known])


@pytest.fixture(scope="module")
def shop(data_dir: Path) -> BookEvents:
    """CDNOW's master file."""
    return cdnow(data_dir)


@pytest.fixture(scope="module")
def windows(shop: BookEvents) -> tuple[Window, ...]:
    return tuple(window(shop, cutoff) for cutoff in CUTOFFS)


def test_the_chance_of_having_left_is_no_churn_risk(windows: tuple[Window, ...]) -> None:
    for one in windows:
        fitted = btyd.fit(one.x, one.t_x, one.age, family="bg")
        gone = 1 - btyd.p_alive(fitted, one.x, one.t_x, one.age)
        risk = btyd.p_no_purchase(fitted, one.x, one.t_x, one.age, HORIZON)
        told, wrong = auc(risk, one.left), auc(gone, one.left)
        assert told is not None and wrong is not None
        print(f"BG/NBD: 1 - P(alive) has AUC {wrong:.3f}, P(no purchase in {HORIZON} days) {told:.3f}")
        assert 0.32 <= wrong <= 0.37
        assert told >= 0.79


def test_one_time_buyers_cannot_be_told_apart_and_the_scores_say_so(
    shop: BookEvents, windows: tuple[Window, ...]
) -> None:
    for one in windows:
        fitted = btyd.fit(one.x, one.t_x, one.age)
        risk = btyd.p_no_purchase(fitted, one.x, one.t_x, one.age, HORIZON)
        once = one.x == 0
        within = auc(risk[once], one.left[once])
        assert within is not None and 0.47 <= within <= 0.55
    ledger = Ledger(shop, day_number(date(1998, 1, 1)))
    card = scorecard(ledger, fit_parameters(features_at(ledger), "USD"), Policy())
    once = card.figures.seen.purchase_days == 1
    assert set(card.confidence.level[once].tolist()) == {confidence.LOW}
    assert card.confidence.level[~once].max() > confidence.LOW


def test_weeks_taken_for_days_multiply_the_value(data_dir: Path) -> None:
    known = read_summary(data_dir)
    year_days = 12 * DAYS_A_MONTH

    def purchases(fitted: btyd.BtydParameters, unit_days: float, horizon: float) -> float:
        columns = (known.x, known.t_x * 7 / unit_days, known.age * 7 / unit_days)
        return float(expected_purchases(fitted, *columns, horizon).sum())

    weeks = btyd.fit(known.x, known.t_x, known.age, family="bg")
    days = btyd.fit(known.x, known.t_x * 7, known.age * 7, family="bg")
    right = purchases(days, 1, year_days)
    assert purchases(weeks, 7, year_days / 7) == pytest.approx(right, rel=1e-3)
    mixed = purchases(weeks, 7, year_days)
    print(f"a year in days on parameters in weeks: {mixed / right:.2f} times the purchases")
    assert mixed / right > 2.5


def test_before_the_peak_of_a_season_churn_is_told_too_high(data_dir: Path) -> None:
    book = online_retail(data_dir)
    biases = []
    for cutoff in ("2011-07-15", "2011-09-10"):
        one = window(book, cutoff)
        fitted = btyd.fit(one.x, one.t_x, one.age)
        risk = btyd.p_no_purchase(fitted, one.x, one.t_x, one.age, HORIZON)
        biases.append(float(risk.mean() - one.left.mean()))
    print(f"bias with the winter peak in the window: {biases[1]:+.1%}, before: {biases[0]:+.1%}")
    assert biases[1] > max(biases[0], 0.06)


def test_a_history_of_a_few_weeks_cannot_tell_who_left(shop: BookEvents) -> None:
    ledger = Ledger(shop, day_number(date(1997, 2, 1)))
    parameters = fit_parameters(features_at(ledger), "USD")
    assert not parameters.orders.btyd.dropout_identifiable
    card = scorecard(ledger, parameters, Policy())
    known = card.figures.seen.purchase_days > 0
    assert np.all((card.figures.churn_risk >= 0) & (card.figures.churn_risk <= 1))
    told = {reason for bits in np.unique(card.confidence.why) for reason in card.confidence.reasons(int(bits))}
    assert ("pause", ()) in told
    assert card.confidence.level[known].max() < confidence.HIGH
    later = fit_parameters(features_at(Ledger(shop, day_number(date(1997, 3, 1)))), "USD")
    assert later.orders.btyd.dropout_identifiable
