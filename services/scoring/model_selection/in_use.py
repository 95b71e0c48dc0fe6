"""The models in use: chosen when a refit is due, and what they say of customers between refits.

A refit judges on fewer customers and windows than the backtest of the whole book, which follows in the background: the
choice needs no more. Until its models are judged, a rhythm is scored by the closed form.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import CANDIDATES, MBG
from services.scoring.events import BookEvents
from services.scoring.features import Features, features_at
from services.scoring.ledger import Ledger
from services.scoring.model_selection.calibration import sigmoid
from services.scoring.model_selection.fitted_model import FittedModel
from services.scoring.model_selection.frame import Frame, frame_at
from services.scoring.model_selection.groups import ASPECT_NAMES, ASPECT_OF, GROUP_OF_ASPECT, GROUPS
from services.scoring.model_selection.judging import Judged, judge, sampled
from services.scoring.model_selection.record import group_of, record_of
from services.scoring.model_selection.windows import Label, contract_days
from services.scoring.parameters import MBG_CUSTOMERS, Chosen, ChurnModel, Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Measure:
    """What a refit judges on: so many customers, test cutoffs, and windows of training."""

    customers: int
    tests: int
    windows: int


_FULL = _Measure(8_000, 3, 8)
#: Of a book of more customers, scores are wanted within seconds, and each customer adds less to what is known.
_LARGE_BOOK = 40_000
_BRIEF = _Measure(3_000, 2, 6)
#: The frame of each ledger that is being scored: its risks, its reasons and its confidence are told from the same one.
_FRAMES: WeakKeyDictionary[Ledger, tuple[Features, Parameters, int, Frame]] = WeakKeyDictionary()
#: Less than this on the logit's scale moves nothing.
_STILL = 1e-12
#: A book is contractual from so many contracts on, of which so many were left.
_CONTRACTS, _LEFT = 50, 10


def with_chosen_models(book: BookEvents, parameters: Parameters, horizon_days: int) -> Parameters:
    """Parameters with the model of each rhythm that predicted the past best; a rhythm of few keeps what it has."""
    bench = _Bench(book, parameters, horizon_days)
    return replace(
        parameters,
        horizon_days=horizon_days,
        orders=bench.judged_rhythm(parameters.orders, "orders"),
        activity=bench.judged_rhythm(parameters.activity, "activity"),
        contract=bench.judged_contracts(),
    )


class _Bench:
    """The customers on whom a refit judges, and what is known of them today."""

    def __init__(self, book: BookEvents, parameters: Parameters, horizon_days: int) -> None:
        self._measure = _FULL if book.customer_ids.size <= _LARGE_BOOK else _BRIEF
        self._contracts = book.contracts
        self._few = sampled(book, self._measure.customers)
        self._parameters, self._horizon_days = parameters, horizon_days

    def judged_rhythm(self, model: ChurnModel, label: Label) -> ChurnModel:
        """The rhythm with the model that predicted best who would stop."""
        if not model.candidate or model.btyd.customers < MBG_CUSTOMERS:
            return model
        found = self._judge(label)
        return replace(model, candidate=CANDIDATES.index(found.used), chosen=self._chosen(found))

    def judged_contracts(self) -> Chosen | None:
        """The model that predicts who leaves their contract; None where too few have, or none of it lies far back."""
        if self._contracts.row.size < _CONTRACTS:
            return None
        if int((self._contracts.values["left"] <= self._few.as_of).sum()) < _LEFT:
            return None
        found = self._judge("contract")
        return self._chosen(found) if found.tests and found.used != MBG else None

    def _judge(self, label: Label) -> Judged:
        return judge(
            self._few,
            self._few.as_of,
            self._horizon_days,
            label=label,
            tests=self._measure.tests,
            most_customers=self._measure.customers,
            most_windows=self._measure.windows,
            with_references=False,
        )

    def _chosen(self, judged: Judged) -> Chosen:
        report = next((one for one in judged.reports if one.name == judged.used), None)
        error = report.mean.ece if report is not None else None
        record = record_of(judged, self._few, *self._today(judged.label))
        return Chosen(judged.model, judged.horizon_days, judged.why, error, judged.beats_rule, record.as_json())

    def _today(self, label: Label) -> tuple[Frame, NDArray[np.bool_]]:
        """What is known today, and who could leave."""
        ledger = self._ledger
        if label == "contract":
            return self._frame, contract_days(ledger, ledger.day)[0]
        rows = ledger.orders if label == "orders" else ledger.activity
        return self._frame, (rows.end > rows.start) & (ledger.by_activity == (label == "activity")) & ~ledger.left

    @cached_property
    def _ledger(self) -> Ledger:
        return Ledger(self._few, self._few.as_of)

    @cached_property
    def _frame(self) -> Frame:
        seen = features_at(self._ledger, self._parameters.gaps)
        return frame_at(self._ledger, seen, self._parameters, self._horizon_days)


def learnt(parameters: Parameters, horizon_days: int) -> bool:
    """Whether anybody is scored by a model that was learnt from the past."""
    rhythms = (parameters.orders, parameters.activity)
    return by_contract(parameters, horizon_days) is not None or any(
        model.learnt(horizon_days) is not None for model in rhythms
    )


def by_contract(parameters: Parameters, horizon_days: int) -> FittedModel | None:
    """The model that predicts who leaves their contract within the horizon, None without."""
    chosen = parameters.contract
    return chosen.model if chosen is not None and chosen.horizon_days == horizon_days else None


def under_contract(ledger: Ledger, parameters: Parameters, horizon_days: int) -> NDArray[np.bool_]:
    """Who is scored by their contract, shape (customers,)."""
    if by_contract(parameters, horizon_days) is None:
        return np.zeros(ledger.customers, np.bool_)
    return contract_days(ledger, ledger.day)[0]


def frame_in_use(ledger: Ledger, seen: Features, parameters: Parameters, horizon_days: int) -> Frame:
    """The frame of a ledger's customers, made once however many of their scores are told from it."""
    kept = _FRAMES.get(ledger)
    if kept is None or kept[0] is not seen or kept[1] is not parameters or kept[2] != horizon_days:
        kept = (seen, parameters, horizon_days, frame_at(ledger, seen, parameters, horizon_days))
        _FRAMES[ledger] = kept
    return kept[3]


def _models(
    ledger: Ledger, seen: Features, parameters: Parameters, horizon_days: int
) -> tuple[Frame, list[tuple[NDArray[np.bool_], FittedModel]]]:
    """The frame, and the models that were learnt with the customers whom each scores: nobody is scored by two."""
    frame = frame_in_use(ledger, seen, parameters, horizon_days)
    under = under_contract(ledger, parameters, horizon_days)
    free = ~under & (seen.rhythm_count > 0)
    sides = (
        (free & ~seen.by_activity, parameters.orders.learnt(horizon_days)),
        (free & seen.by_activity, parameters.activity.learnt(horizon_days)),
        (under, by_contract(parameters, horizon_days)),
    )
    return frame, [(among, model) for among, model in sides if model is not None and among.any()]


def risks_over(ledger: Ledger, seen: Features, parameters: Parameters, horizon_days: int, closed: Floats) -> Floats:
    """The churn risk by the model in use, shape (customers,); `closed`: that of the closed form, where it scores."""
    if not learnt(parameters, horizon_days):
        return closed
    frame, models = _models(ledger, seen, parameters, horizon_days)
    for among, model in models:
        closed = np.where(among, model.risk(frame), closed)
    return closed


@dataclass(frozen=True)
class Grouped:
    """What a model that was learnt says of the customers whom it scores.

    Attributes
    ----------
    among
        Whom it scores, shape (customers,).
    base
        Of the logit, shape (customers,).
    points
        What each of `GROUPS` adds to it, shape (customers, groups).
    leads
        Which of `ASPECT_NAMES` moved each group most its way, shape (customers, groups); -1 where it has none.
    """

    among: NDArray[np.bool_]
    base: Floats
    points: Floats
    leads: NDArray[np.int64]


def grouped(ledger: Ledger, seen: Features, parameters: Parameters, horizon_days: int) -> list[Grouped]:
    """What makes up the logit of each customer, by each model that was learnt.

    For one-time buyers all time known is gap: the inputs of the closed form are told as one.
    """
    if not learnt(parameters, horizon_days):
        return []
    frame, models = _models(ledger, seen, parameters, horizon_days)
    once = seen.frequency == 0
    found = []
    for among, model in models:
        base, points = model.contributions(frame)
        told, aspects = np.zeros((frame.size, len(GROUPS))), np.zeros((frame.size, len(ASPECT_NAMES)))
        for place, part in enumerate(model.parts):
            told[:, GROUPS.index(part if part in GROUPS[:3] else group_of(part))] += points[:, place]
            if part in ASPECT_OF:
                aspects[:, ASPECT_OF[part]] += points[:, place]
        told[:, 0] += np.where(once, told[:, 1] + told[:, 2], 0.0)
        told[once, 1:3] = 0.0
        found.append(Grouped(among, base, told, _leads(told, aspects, once)))
    return found


def _leads(told: Floats, aspects: Floats, once: NDArray[np.bool_]) -> NDArray[np.int64]:
    leads = np.full(told.shape, -1, np.int64)
    for group in dict.fromkeys(GROUP_OF_ASPECT):
        place = GROUPS.index(group)
        ours = np.array([of == group for of in GROUP_OF_ASPECT])
        way = np.where(told[:, place] < 0, -1.0, 1.0)[:, None] * aspects
        if place == 0:  # whose inputs are told as one
            wide = np.array([of in GROUPS[:3] for of in GROUP_OF_ASPECT])
            ours = np.where(once[:, None], wide, ours)
        leads[:, place] = np.argmax(np.where(ours, way, -np.inf), axis=1)
    return leads


def on_the_scale_of_risk(base: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Base and points of a logit as risk: what raises and what lowers the logit each on a scale of its own.

    Either side adds the mean of what it moves the risk by first and last (Shapley's value of the two sides), shared out
    by the logit's points. So signs stay, sums still add up, the order within a side stays, and no side moves the risk
    by more than all of it however far the two cancel; where nothing cancels it is the straight way to the risk.
    """
    above, below = np.maximum(points, 0.0), np.minimum(points, 0.0)
    up, down = above.sum(axis=1), below.sum(axis=1)
    none, raised, lowered, both = sigmoid(base), sigmoid(base + up), sigmoid(base + down), sigmoid(base + up + down)
    raises = ((raised - none) + (both - lowered)) / 2.0
    lowers = ((lowered - none) + (both - raised)) / 2.0
    slopes = [
        np.where(np.abs(total) < _STILL, 0.0, moved / np.where(np.abs(total) < _STILL, 1.0, total))
        for moved, total in ((raises, up), (lowers, down))
    ]
    return none, above * slopes[0][:, None] + below * slopes[1][:, None]
