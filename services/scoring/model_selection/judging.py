"""The judge: compares the models on the book's own past and chooses the one to use.

Rolling origin: at each test cutoff the models are fitted on windows that had closed by then, and judged by the days
after it. A model is used where it predicted later windows better (log loss, see `choosing`) than the simpler one,
and never where the book's average predicted them better; a book with too short a past stays with the closed form, which
needs no windows. Once chosen, it is fitted on every window that closed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import (
    ADDITIVE,
    CANDIDATES,
    DEPTH_3,
    LOGISTIC,
    MBG,
    PRIOR,
    REFERENCES,
    RULE,
    CutoffMeasures,
    Measures,
    ModelReport,
    mean_of,
)
from models.values.errors import Cancelled
from models.values.imports import Progress
from services.scoring.events import EPOCH, BookEvents
from services.scoring.model_selection.calibration import log_odds, platt
from services.scoring.model_selection.choosing import Choice, choose
from services.scoring.model_selection.fitted_model import CLOSED_FORM, LABELS, FittedModel
from services.scoring.model_selection.fitting import fit_challenger, fit_model, mixed_numbers, rule_of
from services.scoring.model_selection.measures import measure
from services.scoring.model_selection.windows import MOST_WINDOWS, Label, Past, Window, cutoffs_before, never
from services.scoring.parameters import MBG_CUSTOMERS

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Customers from whom on a model is tried at all, and the closed windows that it takes. The logistic model and the
#: additive one may be tried early, as few customers hardly move them from the closed form (see `fitting`).
#: Among fewer than the closed form is fitted on, it stands on what is assumed of every shop, and is judged as that.
LEAST_CUSTOMERS = {PRIOR: 0, RULE: 0, MBG: 0, LOGISTIC: 50, ADDITIVE: 50, DEPTH_3: 1_000}
LEAST_WINDOWS = {PRIOR: 1, RULE: 1, MBG: 0, LOGISTIC: 1, ADDITIVE: 2, DEPTH_3: 2}
#: Who takes windows in which somebody left and somebody stayed.
_TAUGHT = (LOGISTIC, ADDITIVE, DEPTH_3)
#: The newest closed windows on which the models are judged.
TESTS = 6
#: Of a larger book, so many customers are judged, picked by a hash of their id.
MOST_CUSTOMERS = 30_000


@dataclass(frozen=True)
class Judgement:
    """What each model and reference said at one test cutoff, and who left; arrays of shape (customers,)."""

    cutoff: int
    customers: Whole
    left: Flags
    risks: dict[str, Floats]


@dataclass(frozen=True)
class Judged:
    """The outcome of a backtest of the models.

    Attributes
    ----------
    tests
        By rising cutoff.
    reports
        Every model and reference that could be judged in any window, in the order of the models.
    used, why, beats_rule
        The model in use, why, and whether it predicted later windows better than the rule; None: not known.
    model
        The model in use, fitted on every closed window.
    """

    as_of: int
    horizon_days: int
    label: Label
    tests: tuple[Judgement, ...]
    reports: tuple[ModelReport, ...]
    choice: Choice
    model: FittedModel

    @property
    def used(self) -> str:
        """Name of the model in use."""
        return self.model.name

    @property
    def why(self) -> str:
        """Why this model, in a sentence."""
        return self.choice.why

    @property
    def beats_rule(self) -> bool | None:
        """Whether the model in use predicted later windows better than the rule."""
        return self.choice.beats_rule


@dataclass
class _Bench:
    """The book's past with what is asked between the steps."""

    past: Past
    first_day: int
    progress: Callable[[Progress], None]
    cancelled: Callable[[], bool]
    most_windows: int
    with_references: bool
    as_assumed: bool
    total: int
    done: int = 0

    def step(self) -> None:
        """Tell how far it is; stop where that is asked.

        Raises
        ------
        Cancelled
            If somebody asked to stop.
        """
        if self.cancelled():
            raise Cancelled("The back-test was cancelled.")
        self.progress(Progress("Judging scores", self.done, self.total))
        self.done += 1

    def closed(self, day: int) -> list[Window]:
        """Windows that had closed by a day, those in which nobody left or everybody did among them."""
        cutoffs = cutoffs_before(day, self.first_day, self.past.horizon_days, self.most_windows)
        return [one for cutoff in cutoffs if (one := self.past.window(cutoff)).left.size]


def judge(
    book: BookEvents,
    as_of: int,
    horizon_days: int,
    cutoffs: Sequence[int] | None = None,
    *,
    label: Label = "orders",
    tests: int = TESTS,
    most_customers: int = MOST_CUSTOMERS,
    most_windows: int = MOST_WINDOWS,
    with_references: bool = True,
    as_assumed: bool = False,
    progress: Callable[[Progress], None] = lambda _progress: None,
    cancelled: Callable[[], bool] = never,
) -> Judged:
    """Judge the models on windows that have closed by `as_of`, and fit the one in use.

    Parameters
    ----------
    as_of
        Day number; nothing later is looked at.
    cutoffs
        Day numbers of the test cutoffs; by default the newest `tests` of about one a month.
    label
        What leaving means: no purchase day, no activity (of those who never ordered), or the end of the contract.
    most_customers, most_windows
        A larger book is judged on so many of its customers; a longer one on so many of its newest windows.
    with_references
        Also fit what the candidates are only compared with (depth 3); the rule is always there.
    as_assumed
        The book's scores come from the closed form on what is assumed of every shop, so that is what is judged.

    Raises
    ------
    Cancelled
        If `cancelled` says so between two steps.
    """
    past = Past(sampled(book, most_customers), horizon_days, label, cancelled, as_of)
    first = past.book.first_day()
    begun = as_of if first is None else first
    chosen = sorted(cutoffs) if cutoffs is not None else cutoffs_before(as_of, begun, horizon_days)[-tests:]
    bench = _Bench(past, begun, progress, cancelled, most_windows, with_references, as_assumed, len(chosen) + 1)
    judgements = tuple(_judged(bench, cutoff) for cutoff in chosen)
    bench.step()
    models = tuple(name for name in CANDIDATES[1:] if name != MBG or label != "contract")
    choice = choose(judgements, LEAST_CUSTOMERS, models if first is not None else (), horizon_days)
    model = _calibrated(_fit(choice.used, bench.closed(as_of)), judgements)
    progress(Progress("Judging scores", bench.total, bench.total))
    reports = _reports(judgements, _rule_words(bench, chosen))
    return Judged(as_of, horizon_days, label, judgements, reports, choice, model)


def sampled(book: BookEvents, most: int) -> BookEvents:
    """The book, or so many of its customers, picked by a hash of their id."""
    ids = book.customer_ids
    if ids.size <= most:
        return book
    mixed = mixed_numbers(ids)
    return book.only(np.asarray(mixed <= np.partition(mixed, most - 1)[most - 1]))


def _fit(name: str, train: Sequence[Window]) -> FittedModel:
    if not train:
        return CLOSED_FORM
    return fit_model(name, train)


def _calibrated(model: FittedModel, tests: Sequence[Judgement]) -> FittedModel:
    """The model with the slope of what its earlier fits said of windows that came after them."""
    later = [one for one in tests if model.name in one.risks and one.left.size]
    return model.calibrated(*platt([log_odds(one.risks[model.name]) for one in later], [one.left for one in later]))


def _judged(bench: _Bench, cutoff: int) -> Judgement:
    bench.step()
    window = bench.past.window(cutoff)
    train = bench.closed(cutoff)
    teaches = len(set(np.concatenate([one.left for one in train]).tolist())) > 1 if train else False
    risks = {}
    for name in (*CANDIDATES, *REFERENCES):
        if window.customers.size < LEAST_CUSTOMERS[name] or len(train) < LEAST_WINDOWS[name]:
            continue
        if (name in _TAUGHT and not teaches) or (name == DEPTH_3 and not bench.with_references):
            continue
        if bench.cancelled():
            raise Cancelled("The back-test was cancelled.")
        model = fit_challenger(train) if name == DEPTH_3 else _fitted(bench, name, cutoff, train)
        if model is not None:
            risks[name] = model.risk(window.frame)
    return Judgement(cutoff, window.customers, window.left, risks)


def _fitted(bench: _Bench, name: str, cutoff: int, train: Sequence[Window]) -> FittedModel:
    if name in (PRIOR, RULE):
        return fit_model(name, train)
    few = bench.past.window(cutoff).customers.size < MBG_CUSTOMERS
    return CLOSED_FORM if name == MBG and (few or bench.as_assumed) else _fit(name, train)


def _rule_words(bench: _Bench, cutoffs: Sequence[int]) -> str:
    return rule_of(bench.past.window(cutoffs[-1])).words if cutoffs else LABELS[RULE]


def _reports(judgements: Sequence[Judgement], rule: str) -> tuple[ModelReport, ...]:
    """Measures by model; the mean of each is over the windows in which it could be judged."""
    found = []
    for name in (*CANDIDATES, *REFERENCES):
        measured = [
            CutoffMeasures((EPOCH + timedelta(days=one.cutoff)).isoformat(), measure(one.risks[name], one.left))
            for one in judgements
            if name in one.risks and one.left.size
        ]
        if measured:
            mean: Measures = mean_of([one.measures for one in measured])
            words = rule if name == RULE else LABELS[name]
            found.append(ModelReport(name, words, mean, tuple(measured)))
    return tuple(found)
