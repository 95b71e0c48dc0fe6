"""Models: what they add up to, which way they go, and that nothing about them depends on chance or order."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from models.values.backtest import ADDITIVE, LOGISTIC, MBG, RULE
from services.scoring.model_selection import FittedModel, Frame, Window, fit_challenger, fit_model
from services.scoring.model_selection.frame import BTYD, DIRECTIONS, INPUTS


def _with(frame: Frame, name: str, values: np.ndarray) -> Frame:
    columns = frame.values.copy()
    columns[:, frame.names.index(name)] = values
    logit = values if name == BTYD else frame.logit_btyd
    return replace(frame, values=columns, logit_btyd=logit)


def test_base_and_contributions_add_up_to_the_logit(model: FittedModel, past_windows: list[Window]) -> None:
    frame = past_windows[-1].frame
    base, points = model.contributions(frame)
    assert points.shape == (frame.size, len(model.parts))
    assert np.abs(base + points.sum(axis=1) - model.logit(frame)).max() < 1e-9


def test_risks_are_probabilities_and_never_nan(model: FittedModel, past_windows: list[Window]) -> None:
    risk = model.risk(past_windows[-1].frame)
    assert np.isfinite(risk).all()
    assert ((risk > 0.0) & (risk < 1.0)).all()


def test_a_riskier_value_of_a_feature_of_known_direction_never_lowers_the_risk(
    model: FittedModel, past_windows: list[Window]
) -> None:
    frame = past_windows[-1].frame
    for name, direction in DIRECTIONS.items():
        if name not in frame.names:
            continue
        column = frame.column(name)
        values = np.unique(column[np.isfinite(column)])[:: 1 if direction > 0 else -1]
        steps = values[:: max(values.size // 60, 1)]
        risks = np.stack(
            [model.logit(_with(frame.only(np.arange(frame.size) < 20), name, np.full(20, value))) for value in steps]
        )
        assert (np.diff(risks, axis=0) >= -1e-12).all(), name


def test_a_model_scores_the_same_after_a_journey_through_json(model: FittedModel, past_windows: list[Window]) -> None:
    text = json.dumps(model.as_json(), allow_nan=False)
    again = FittedModel.from_json(json.loads(text))
    assert again == model
    np.testing.assert_array_equal(again.risk(past_windows[-1].frame), model.risk(past_windows[-1].frame))


def _shuffled(window: Window, seed: int) -> Window:
    order = np.random.default_rng(seed).permutation(window.customers.size)
    frame = window.frame
    rhythms = tuple(
        (np.ones(order.size, bool), replace(one, own=_taken(one.own, order), typical=_taken(one.typical, order)))
        for _, one in frame.rhythms
    )
    moved = Frame(frame.names, frame.values[order], frame.logit_btyd[order], rhythms)
    return replace(window, customers=window.customers[order], frame=moved, left=window.left[order])


def _taken(columns: tuple[np.ndarray, ...], order: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first, second, third = (column[order] for column in columns)
    return first, second, third


@pytest.mark.parametrize("name", [LOGISTIC, ADDITIVE, RULE])
def test_a_fit_is_the_same_again_and_in_any_order_of_rows(name: str, past_windows: list[Window]) -> None:
    train = past_windows[:3]
    first = fit_model(name, train)
    assert fit_model(name, train) == first
    shuffled = [_shuffled(window, seed) for seed, window in enumerate(train)]
    assert fit_model(name, shuffled) == first


def test_the_closed_form_is_told_by_gap_orders_and_tenure(past_windows: list[Window]) -> None:
    frame = past_windows[-1].frame
    model = fit_model(MBG, [])
    assert model.parts == INPUTS
    np.testing.assert_allclose(model.logit(frame), frame.logit_btyd, atol=1e-12)
    _, points = model.contributions(frame)
    assert np.isfinite(points).all()


def test_of_two_customers_alike_but_for_the_gap_the_longer_gap_is_the_reason(past_windows: list[Window]) -> None:
    frame = past_windows[-1].frame
    _, points = fit_model(MBG, []).contributions(frame)
    relative = frame.column("relative_gap")
    repeat = frame.column("frequency") > 0
    assert (points[repeat & (relative > 8.0), 0] > 0).all()


def test_additive_tells_leavers_by_their_tickets(past_windows: list[Window]) -> None:
    model = fit_model(ADDITIVE, past_windows[:5])
    frame = past_windows[-1].frame
    places = [model.parts.index(name) for name in model.parts if name.startswith("ticket") or name == "satisfaction"]
    _, points = model.contributions(frame)
    told = points[:, places].sum(axis=1)
    unhappy = frame.column("tickets_unhappy") > 0
    assert unhappy.sum() > 10
    assert told[unhappy].mean() > told[~unhappy].mean() + 0.3


@pytest.mark.parametrize("answerers_leave", [0.7, 1.3])
def test_who_answers_an_email_is_never_worse_off_by_it(past_windows: list[Window], answerers_leave: float) -> None:
    """Emails go to those who are about to leave: that is what the mails say, and nothing of who answers them."""
    rng = np.random.default_rng(8)

    def with_mails(window: Window) -> Window:
        mailed = rng.random(window.left.size) < np.where(window.left, 0.9, 0.3)
        answers = rng.random(window.left.size) < 0.4 * np.where(window.left, answerers_leave, 1.0)
        share = np.where(mailed, np.where(answers, rng.choice([0.1, 0.3, 1.0], window.left.size), 0.0), np.nan)
        frame = window.frame
        names, values = (*frame.names, "answer_share"), np.column_stack([frame.values, share])
        return replace(window, frame=replace(frame, names=names, values=values))

    made = [with_mails(one) for one in past_windows]
    for train in (made[:5], made[:1]):
        model = fit_model(ADDITIVE, train)
        _, points = model.contributions(made[-1].frame)
        told, share = points[:, model.parts.index("answer_share")], made[-1].frame.column("answer_share")
        assert (told[share > 0] <= 1e-12).all()
        assert (told[share == 0] >= -1e-12).all()


def test_a_column_that_the_book_no_longer_has_is_not_known_and_no_error(
    model: FittedModel, past_windows: list[Window]
) -> None:
    frame = past_windows[-1].frame
    fewer = Frame((BTYD,), frame.values[:, :1], frame.logit_btyd, frame.rhythms)
    assert np.isfinite(model.risk(fewer)).all()


def test_where_everybody_left_there_is_a_model_all_the_same(past_windows: list[Window]) -> None:
    train = [replace(window, left=np.ones(window.left.size, bool)) for window in past_windows[:3]]
    for name in (LOGISTIC, ADDITIVE, RULE):
        risk = fit_model(name, train).risk(past_windows[-1].frame)
        assert np.isfinite(risk).all() and (risk > 0.5).all() and risk.mean() > 0.95
    assert fit_challenger(train) is None


def test_a_model_without_a_window_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a window"):
        fit_model(LOGISTIC, [])


def test_few_customers_hardly_move_the_additive_model_from_the_closed_form(past_windows: list[Window]) -> None:
    frame = past_windows[-1].frame

    def strays(train: list[Window]) -> float:
        moved = fit_model(ADDITIVE, train).logit(frame) - fit_model(MBG, train).logit(frame)
        return float(np.std(moved))

    few = [
        replace(
            one, customers=one.customers[:60], frame=one.frame.only(np.arange(one.frame.size) < 60), left=one.left[:60]
        )
        for one in past_windows[:-1]
    ]
    assert strays(few) < strays(past_windows[:-1]) / 2.0
