"""The models in use: chosen with a refit, kept as JSON, and what they say of customers, alone or among all."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values.backtest import ADDITIVE
from services.scoring.events import BookEvents
from services.scoring.features import Features, features_at
from services.scoring.ledger import Ledger
from services.scoring.model_selection import fit_model
from services.scoring.model_selection.calibration import sigmoid
from services.scoring.model_selection.in_use import GROUPS, grouped, on_the_scale_of_risk, with_chosen_models
from services.scoring.model_selection.windows import Window
from services.scoring.parameters import Chosen, Parameters, fit_parameters
from services.scoring.phrasing import confidence_in_words, reasons_in_words
from services.scoring.scorecard import Scorecard, churn_risk, risk_in_use, scorecard
from services.settings import Policy
from tests.services.scoring.model_selection.conftest import HORIZON
from tests.services.scoring.model_selection.pasts import AS_OF, buying_book

POLICY = Policy(churn_horizon_days=HORIZON)


@pytest.fixture(scope="module")
def learnt(past_book: BookEvents, past_windows: list[Window]) -> Parameters:
    """Parameters with the additive model, fitted on five windows."""
    parameters = fit_parameters(features_at(Ledger(past_book, AS_OF)), "USD")
    model = fit_model(ADDITIVE, past_windows[:5])
    chosen = Chosen(model, HORIZON, "Additive predicted best.", 0.02, True)
    return replace(parameters, horizon_days=HORIZON, orders=replace(parameters.orders, candidate=3, chosen=chosen))


@pytest.fixture(scope="module")
def card(past_book: BookEvents, learnt: Parameters) -> Scorecard:
    """Everybody's scores by the additive model."""
    return scorecard(Ledger(past_book, AS_OF), learnt, POLICY)


def _seen(book: BookEvents, parameters: Parameters) -> Features:
    return features_at(Ledger(book, AS_OF), parameters.gaps)


def test_the_churn_risk_is_that_of_the_model_in_use(past_book: BookEvents, learnt: Parameters, card: Scorecard) -> None:
    seen = _seen(past_book, learnt)
    assert np.abs(card.figures.churn_risk - churn_risk(seen, learnt, HORIZON)).max() > 0.01
    assert set(card.models) == {"Additive v6 (rung 3)"}


def test_for_another_horizon_than_it_was_learnt_for_the_closed_form_scores(
    past_book: BookEvents, learnt: Parameters
) -> None:
    seen = _seen(past_book, learnt)
    other = risk_in_use(Ledger(past_book, AS_OF), seen, learnt, 30)
    np.testing.assert_array_equal(other, churn_risk(seen, learnt, 30))


def test_reasons_add_up_to_the_logit_and_to_the_risk(
    past_book: BookEvents, learnt: Parameters, card: Scorecard
) -> None:
    (told,) = grouped(Ledger(past_book, AS_OF), _seen(past_book, learnt), learnt, HORIZON)
    among, base, points = told.among, told.base, told.points
    assert among.all() and points.shape == (among.size, len(GROUPS))
    risk = card.figures.churn_risk
    np.testing.assert_allclose(base + points.sum(axis=1), np.log(risk) - np.log1p(-risk), atol=1e-9)
    usual, sizes = on_the_scale_of_risk(base, points)
    np.testing.assert_allclose(usual + sizes.sum(axis=1), risk, atol=1e-12)
    assert (np.sign(sizes.round(12)) == np.sign(points.round(12))).all()


def test_points_that_cancel_out_keep_their_sizes() -> None:
    risk, points = on_the_scale_of_risk(np.zeros(1), np.array([[1.0, -1.0]]))
    assert risk[0] == 0.5
    np.testing.assert_allclose(points, np.array([[1.0, -1.0]]) * (sigmoid(np.ones(1))[0] - 0.5))
    assert sigmoid(np.zeros(1))[0] == 0.5


@given(
    st.floats(-6.0, 6.0),
    st.lists(st.one_of(st.just(0.0), st.floats(0.001, 14.0), st.floats(-14.0, -0.001)), min_size=1, max_size=8),
)
def test_no_reason_moves_a_risk_by_more_than_all_of_it(level: float, parts: list[float]) -> None:
    base, points = np.array([level]), np.array([parts])
    usual, sizes = on_the_scale_of_risk(base, points)
    np.testing.assert_allclose(usual + sizes.sum(), sigmoid(base + points.sum()), atol=1e-9)
    assert np.abs(sizes).max() <= 1.0 and np.maximum(sizes, 0.0).sum() <= 1.0 and np.minimum(sizes, 0.0).sum() >= -1.0
    assert (sizes * points >= 0.0).all()
    for side in (points[0] > 0, points[0] < 0):
        assert (np.diff(sizes[0, side][np.argsort(points[0, side], kind="stable")]) >= 0.0).all()


def test_drivers_carry_points_that_add_up_and_what_they_are_on_the_logit(card: Scorecard) -> None:
    for text, risk in list(zip(card.drivers, card.figures.churn_risk, strict=True))[:200]:
        drivers = json.loads(text)
        counted = [one for one in drivers if one["points"] is not None]
        assert all("logit" in one for one in counted)
        assert all((one["points"] >= 0) == (one["kind"] == "raises") for one in counted)
        assert 0.0 < risk - sum(one["points"] for one in counted) / 100.0 < 1.0


def test_base_reasons_and_the_rest_of_the_stored_drivers_add_up_to_the_logit(card: Scorecard) -> None:
    for text, risk in zip(card.drivers, card.figures.churn_risk.tolist(), strict=True):
        drivers = json.loads(text)
        total = drivers[0]["logit_base"] + drivers[0]["logit_rest"] + sum(one.get("logit", 0.0) for one in drivers)
        assert total == pytest.approx(np.log(risk) - np.log1p(-risk), abs=1e-9)


def test_no_reason_of_a_learnt_model_is_told_by_a_figure_of_the_other_side(card: Scorecard) -> None:
    gap = re.compile(r"(?:No order for ([\d,]+) days?|Last order today); the usual gap is ([\d,]+)")
    labels = set()
    for text in card.drivers:
        for one in reasons_in_words(text):
            labels.add(one["label"])
            assert "Nothing to compare" not in one["evidence"]
            found = gap.fullmatch(one["evidence"])
            if found:
                since, usual = (int((part or "0").replace(",", "")) for part in found.groups())
                assert (since <= usual) == (one["points"] <= 0.0), one
    assert {"Gap since last order", "One purchase day so far", "Spending"} <= labels


def test_a_sad_ticket_that_the_model_counts_is_told_once_with_its_points(card: Scorecard) -> None:
    seen = card.figures.seen
    told = 0
    for place in np.flatnonzero(seen.tickets_unhappy_60d > 0).tolist():
        tickets = [one for one in reasons_in_words(card.drivers[place]) if one["code"] == "tickets"]
        assert tickets and tickets[0]["label"].startswith("Unhappy ticket")
        told += sum(one["points"] is not None for one in tickets)
    assert told > 5


def test_a_customer_gets_the_same_scores_alone_as_among_all(
    past_book: BookEvents, learnt: Parameters, card: Scorecard
) -> None:
    few = np.zeros(past_book.customer_ids.size, bool)
    few[[3, 40, 41, 700]] = True
    alone = scorecard(Ledger(past_book.only(few), AS_OF), learnt, POLICY)
    np.testing.assert_array_equal(alone.figures.churn_risk, card.figures.churn_risk[few])
    assert alone.drivers == [card.drivers[place] for place in np.flatnonzero(few).tolist()]


def test_parameters_with_models_survive_the_store(past_book: BookEvents, learnt: Parameters, card: Scorecard) -> None:
    again = Parameters.from_json(json.loads(json.dumps(learnt.as_json(), allow_nan=False)))
    assert again == learnt
    risk = risk_in_use(Ledger(past_book, AS_OF), _seen(past_book, again), again, HORIZON)
    np.testing.assert_array_equal(risk, card.figures.churn_risk)


def test_a_refit_judges_the_models_and_keeps_why() -> None:
    book = buying_book(400, 3)
    parameters = fit_parameters(features_at(Ledger(book, AS_OF)), "USD")
    found = with_chosen_models(book, parameters, HORIZON)
    assert found.horizon_days == HORIZON
    assert found.orders.chosen is not None and found.orders.chosen.why.endswith(".")
    assert found.orders.candidate in (1, 2, 3)
    assert found.activity == parameters.activity


def test_a_record_that_is_far_off_lowers_the_confidence(past_book: BookEvents, learnt: Parameters) -> None:
    assert learnt.orders.chosen is not None
    poor = replace(learnt.orders, chosen=replace(learnt.orders.chosen, error=0.2, beats_rule=False))
    found = scorecard(Ledger(past_book, AS_OF), replace(learnt, orders=poor), POLICY).confidence
    assert (found.level <= 1).all()
    stored = [{"phrase": phrase, "figures": figures} for phrase, figures in found.reasons(int(found.why[0]))]
    told = " ".join(confidence_in_words(json.dumps(stored)))
    assert "off by 20 points" in told and "no more accurate than “no order for 60 days”" in told
