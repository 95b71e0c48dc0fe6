"""Fits each model on windows. The only place that imports scikit-learn.

Rows are put in an order of their own before a fit, so that the same windows give the same model in whatever order their
customers come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import ADDITIVE, LOGISTIC, MBG, PRIOR, RULE
from services.scoring.model_selection.calibration import newton, sigmoid
from services.scoring.model_selection.fitted_model import CLOSED_FORM, FittedModel, Line, Mean, Steps, Term
from services.scoring.model_selection.frame import ACTS, BTYD, DIRECTIONS, Frame
from services.scoring.model_selection.groups import GROUP_OF
from services.scoring.model_selection.windows import Window, times_told
from services.scoring.traits import PREFIX

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Features of the logistic model beside the closed form.
LOGISTIC_FEATURES = (
    "days_since", "frequency", "tenure", "pulse_42", "spend", "spend_pulse", "contract_age", "anniversary",
)  # fmt: skip


#: How firmly the slopes of the logistic model are held at the closed form, as by so many customers: fifty cannot bend
#: it far where the closed form is right.
_LOGISTIC = 300.0
#: The additive model leans on few customers as little as the logistic one does, and frees itself as they become more:
#: its lines are held as by 30 customers among very many, twice that among `_LINES_FREE`, and so on; the stumps count
#: for half among very many and for a quarter among `_STUMPS_FREE`. So it may be tried in any book. Customers count
#: once each: windows that overlap repeat the same days.
_LINES, _LINES_FREE = 30.0, 2_000.0
_STUMPS, _STUMPS_FREE = 0.5, 800.0
#: By how much (log-odds) the share that leaves swings from one window to the next, by season and sale; how far the
#: closed form's level is usually off, with as many books behind that figure; and how firmly a level is held at all,
#: enough for windows in which nobody left.
_SWING, _OFF, _BOOKS, _LEVEL = 0.25, 0.22, 9.0, 0.1
#: Beyond so many customers a level is drawn to the closed form less and less: they tell a season's shape as well.
_LEVEL_FREE = 300.0
#: Most rows of a fit: beyond, each customer counts in a share of the windows only.
MOST_ROWS = 100_000
_CHECKED = 200
#: Words of leaving are a feature from so many customers on who wrote some: of fewer the past tells little but chance.
_WRITERS = 20
#: Days without activity from which on the baseline takes one under contract for leaving.
_QUIET_DAYS = 14
#: A precision that leaves a coefficient where it is.
_FIXED = 1e12
SETTINGS = {"max_iter": 300, "learning_rate": 0.08, "l2_regularization": 5.0, "min_samples_leaf": 40}


@dataclass(frozen=True)
class Rows:
    """Rows of several windows: features by name, shape (rows,) each, who left, and what a row counts.

    Windows that overlap tell the same days several times: together they count as one that tells them once. `start`: how
    much of the closed form a regression begins with; of the end of a contract it says nothing. `windows`: how many that
    do not overlap would say as much.
    """

    columns: dict[str, Floats]
    left: Flags
    weight: float = 1.0
    start: float = 1.0
    windows: float = 1.0

    @property
    def size(self) -> int:
        """How many rows there are."""
        return int(self.left.size)


def gather(train: Sequence[Window], names: Sequence[str]) -> Rows:
    """The rows of all windows in an order that depends on their contents alone."""
    values = np.concatenate([np.column_stack([one.frame.column(name) for name in names]) for one in train])
    left = np.concatenate([one.left for one in train])
    kept = _spread(np.concatenate([one.customers + 1_000_003 * place for place, one in enumerate(train)]))
    values, left = values[kept], left[kept]
    order = np.lexsort((left, *values.T))
    values, left = values[order], left[order]
    columns = {name: np.ascontiguousarray(values[:, place]) for place, name in enumerate(names)}
    told = times_told([one.cutoff for one in train], train[0].horizon_days)
    weight = kept.size / max(left.size, 1) / told
    return Rows(columns, left, weight, 0.0 if train[0].label == "contract" else 1.0, len(train) / told)


def _spread(keys: NDArray[np.int64]) -> Flags:
    """At most `MOST_ROWS` of the rows, picked by a hash of customer and window."""
    if keys.size <= MOST_ROWS:
        return np.ones(keys.size, np.bool_)
    mixed = mixed_numbers(keys)
    return np.asarray(mixed <= np.partition(mixed, MOST_ROWS - 1)[MOST_ROWS - 1])


def mixed_numbers(keys: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Whole numbers that look like chance but are the same for the same key (the finaliser of splitmix64)."""
    z = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))


def fit_model(name: str, train: Sequence[Window]) -> FittedModel:
    """Fit a model, or the rule, on windows.

    Raises
    ------
    ValueError
        If there is no such model, or nothing to fit it on.
    """
    if name == MBG and not train:
        return CLOSED_FORM
    if not train:
        raise ValueError(f"The model {name} needs a window.")
    fit = {PRIOR: _prior, MBG: _levelled, RULE: _rule, LOGISTIC: _logistic, ADDITIVE: _additive}[name]
    return replace(fit(train), customers=int(train[-1].customers.size), windows=len(train))


def _share(left: Flags) -> float:
    """Share that left, drawn to one half as by one customer, as log-odds."""
    gone = (float(left.sum()) + 0.5) / (left.size + 1.0)
    return float(np.log(gone) - np.log1p(-gone))


def _prior(train: Sequence[Window]) -> FittedModel:
    return FittedModel(PRIOR, _share(np.concatenate([one.left for one in train])), ())


def _levelled(train: Sequence[Window]) -> FittedModel:
    """The closed form with the level of windows later than its fits."""
    own, believed = _levels(gather(train, (BTYD,)))
    return replace(CLOSED_FORM, intercept=own + believed)


def _levels(rows: Rows) -> tuple[float, float]:
    """How far the windows' level lies from the closed form's, and what to add to it for the next window.

    A level swings from window to window, so a few windows tell the next one little: what they say is drawn to the
    closed form by its variance, that of the swing over the windows that do not overlap and that of the customers. How
    far a level may be off is learnt from other books and from this one, so that one far off is believed (empirical
    Bayes; a t law in effect). Where the closed form says nothing, of contracts, there is nothing to draw a level to.
    """
    if not rows.start:
        return 0.0, 0.0
    odds, weight = rows.columns[BTYD], np.full(rows.size, rows.weight)
    design = np.column_stack([odds, np.ones(rows.size)])
    held = np.array([_FIXED, _LEVEL])
    own = float(newton(design, rows.left.astype(np.float64), np.array([1.0, 0.0]), held, weight)[1])
    risk = sigmoid(odds + own)
    chance = _SWING**2 / rows.windows + 1.0 / max(rows.weight * float(np.sum(risk * (1.0 - risk))), 1e-9)
    spread = (_BOOKS * _OFF**2 + own**2) / (_BOOKS + 1.0)
    drawn = min(1.0, _LEVEL_FREE / (rows.size * rows.weight))
    return own, -own * drawn * chance / (spread + chance)


@dataclass(frozen=True)
class Rule:
    """The rule that needs no model: whoever's `column` is above `above` stands on one side; `words` is its name."""

    column: str
    above: float
    words: str


def rule_of(window: Window) -> Rule:
    """The baseline of a window's label: silence as long as the horizon.

    Who is under contract leaves by notice, and hardly anybody was silent for a quarter of a year before it: there it is
    silence of two weeks, and in a book of no activity the end of the contract's year.
    """
    silent = f"for {window.horizon_days} days"
    if window.label != "contract":
        return Rule("days_since", 1.0, f"No {'activity' if window.label == 'activity' else 'order'} {silent}")
    if "activity_gap" in window.frame.names:
        return Rule("activity_gap", float(np.log1p(_QUIET_DAYS)), f"No activity for {_QUIET_DAYS} days")
    if np.isfinite(window.frame.column("days_since")).any():
        return Rule("days_since", 1.0, f"No order {silent}")
    return Rule("anniversary", 1.0, f"Contract year ends within {window.horizon_days} days")


def _rule(train: Sequence[Window]) -> FittedModel:
    """The baseline as a probability: the share that left on each side of it."""
    rule = rule_of(train[-1])
    rows = gather(train, (rule.column,))
    over = rows.columns[rule.column] > rule.above
    steps = (_share(rows.left[~over]), _share(rows.left[over]))
    base = _share(rows.left)
    points = Steps((rule.above,), (steps[0] - base, steps[1] - base), steps[0] - base)
    return FittedModel(RULE, base, ((rule.column, points),))


def _logistic(train: Sequence[Window]) -> FittedModel:
    rows = gather(train, (BTYD, *LOGISTIC_FEATURES))
    base, lines = _lines(rows, _LOGISTIC)
    return FittedModel(LOGISTIC, base + _levels(rows)[1], tuple(lines.items()))


def _lines(rows: Rows, held: float) -> tuple[float, dict[str, Line]]:
    """Logistic regression that starts from the closed form; a feature that would go the wrong way is left out."""
    scaled = {
        name: _Scaled.of(name, column, scale)
        for name, column in rows.columns.items()
        if (scale := _scale(column)) > 1e-9 or name == BTYD
    }
    while True:
        base, lines = _regression(rows, scaled, held)
        wrong = {
            name: abs(line.coefficient) * scaled[name].unit
            for name, line in lines.items()
            if name != BTYD and line.coefficient * DIRECTIONS.get(name, 0) < 0
        }
        if not wrong:
            return base, lines
        del scaled[max(wrong, key=lambda name: wrong[name])]


def _scale(column: Floats) -> float:
    known = column[np.isfinite(column)]
    return float(known.std()) if known.size else 0.0


def _ordinary(name: str, column: Floats) -> Floats:
    """The values against which a feature's points are measured: nobody is ordinary by what is not known of them.

    Of an act of the customer's own it is the least that anybody did: whoever did more is never worse off by it.
    """
    known = column[np.isfinite(column)]
    return known[known > 0.0].min(keepdims=True) if name in ACTS and (known > 0.0).any() else known


@dataclass(frozen=True)
class _Scaled:
    """A feature as a regression has it: about its ordinary value, in units of its scale; what is not known is 0."""

    values: Floats
    centre: float
    unit: float
    least: float
    most: float

    @classmethod
    def of(cls, name: str, column: Floats, scale: float) -> _Scaled:
        """Scale a column; the closed form is taken as it is, so that its coefficient means the same in every book."""
        centre, unit = (0.0, 1.0) if name == BTYD else (float(_ordinary(name, column).mean()), scale)
        values = np.nan_to_num((column - centre) / unit)
        return cls(values, centre, unit, float(np.nanmin(column)), float(np.nanmax(column)))


def _regression(rows: Rows, scaled: dict[str, _Scaled], held: float) -> tuple[float, dict[str, Line]]:
    matrix = np.column_stack([*(one.values for one in scaled.values()), np.ones(rows.size)])
    means, precision = np.zeros(matrix.shape[1]), np.full(matrix.shape[1], held)
    means[0], precision[-1] = rows.start, _LEVEL
    left, weight = rows.left.astype(np.float64), np.full(rows.size, rows.weight)
    beta = newton(matrix, left, means, precision, weight)
    if beta[0] < 0.0:  # the closed form may count for nothing, never against itself
        precision[0], means[0] = 1e9, 0.0
        beta = newton(matrix, left, means, precision, weight)
        beta[0] = max(beta[0], 0.0)
    lines = {
        name: Line(float(beta[place] / one.unit), one.centre, one.least, one.most)
        for place, (name, one) in enumerate(scaled.items())
    }
    return float(beta[-1]), lines


def _matrix(frame: Frame, names: Sequence[str]) -> Floats:
    return np.column_stack([frame.column(name) for name in names])


def _boosted(rows: Rows, names: Sequence[str], depth: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    directions = [DIRECTIONS.get(name, 0) for name in names]
    model = HistGradientBoostingClassifier(
        max_depth=depth, monotonic_cst=directions, early_stopping=False, random_state=0, **SETTINGS
    )
    return model.fit(np.column_stack([rows.columns[name] for name in names]), rows.left)


def useful(train: Sequence[Window]) -> tuple[str, ...]:
    """Names of columns of the windows that are not everywhere the same; fields only where contracts end.

    Words of leaving only where enough customers wrote them.
    """
    fields = () if train[-1].label == "contract" else (PREFIX,)
    names = dict.fromkeys(name for one in train for name in one.frame.names if not name.startswith(fields))
    found = []
    for name in names:
        column = np.concatenate([one.frame.column(name) for one in train])
        told = column[np.isfinite(column)]
        if GROUP_OF.get(name) == "leaving":
            writers = np.concatenate([one.customers for one in train])[column > 0]
            if np.unique(writers).size < _WRITERS:
                continue
        if told.size and (told.min() < told.max() or told.size < column.size):
            found.append(name)
    return tuple(found)


def _additive(train: Sequence[Window]) -> FittedModel:
    """The mean of boosted stumps and of lines through the same features: still one function a feature.

    Stumps find bends and steps, lines tell what lies between: together they tell later windows better than either. Of
    few customers stumps find what chance has left there, and the lines count for more.
    """
    names = useful(train)
    rows = gather(train, names)
    if not names or rows.left.all() or not rows.left.any():
        return FittedModel(ADDITIVE, _share(rows.left), ())
    base, steps = _stumps(rows, names)
    told = rows.size * rows.weight
    level, lines = _lines(rows, _LINES * (1.0 + _LINES_FREE / told))
    share = _STUMPS * told / (told + _STUMPS_FREE)
    nothing = Steps((), (0.0,), 0.0)
    terms: list[tuple[str, Term]] = [
        (name, Mean(lines.get(name, Line(0.0, 0.0, 0.0, 0.0)), steps.get(name, nothing), share))
        for name in names
        if name in lines or name in steps
    ]
    return FittedModel(ADDITIVE, share * base + (1.0 - share) * level + _levels(rows)[1], tuple(terms))


def _stumps(rows: Rows, names: Sequence[str]) -> tuple[float, dict[str, Steps]]:
    """Return boosted stumps as step functions with a mean of 0 each; the rest is the base."""
    model = _boosted(rows, names, 1)
    base, tables = _tables(model, names)
    told = base + sum(term.points(rows.columns[name][:_CHECKED]) for name, term in tables)
    asked = model.decision_function(np.column_stack([rows.columns[name][:_CHECKED] for name in names]))
    if np.abs(told - asked).max() > 1e-9:
        raise ArithmeticError("The tables of the additive model do not give the model's own scores.")
    centred = {}
    for name, term in tables:
        ordinary = float(term.points(_ordinary(name, rows.columns[name])).mean())
        base += ordinary
        steps = tuple(float(value - ordinary) for value in term.steps)
        centred[name] = Steps(term.thresholds, steps, float(term.missing - ordinary))
    return base, centred


def _tables(model: Any, names: Sequence[str]) -> tuple[float, list[tuple[str, Steps]]]:
    """Add up the stumps of each feature: base and a step function a feature."""
    splits: dict[int, list[tuple[float, float, float, bool]]] = {}
    base = float(model._baseline_prediction.ravel()[0])
    for (predictor,) in model._predictors:
        root = predictor.nodes[0]
        if root["is_leaf"]:
            base += float(root["value"])
            continue
        below, above = (float(predictor.nodes[root[side]]["value"]) for side in ("left", "right"))
        split = float(root["num_threshold"]), below, above, bool(root["missing_go_to_left"])
        splits.setdefault(int(root["feature_idx"]), []).append(split)
    return base, [(names[place], _table(found)) for place, found in sorted(splits.items())]


def _table(splits: list[tuple[float, float, float, bool]]) -> Steps:
    thresholds = sorted({split[0] for split in splits if np.isfinite(split[0])})
    place = {threshold: at for at, threshold in enumerate(thresholds)}
    steps, missing = np.zeros(len(thresholds) + 1), 0.0
    for threshold, below, above, to_left in splits:
        last_below = place.get(threshold, len(thresholds))  # an endless threshold parts what is known from what is not
        steps[: last_below + 1] += below
        steps[last_below + 1 :] += above
        missing += below if to_left else above
    return Steps(tuple(thresholds), tuple(float(value) for value in steps), missing)


@dataclass(frozen=True)
class Challenger:
    """A deeper model, fitted only to be compared with the candidates; it gives no reasons and no scores."""

    model: Any
    names: tuple[str, ...]

    def risk(self, frame: Frame) -> Floats:
        """Probability of leaving, shape (customers,)."""
        return sigmoid(np.asarray(self.model.decision_function(_matrix(frame, self.names))))


def fit_challenger(train: Sequence[Window]) -> Challenger | None:
    """The depth-3 model with the settings of the additive model; None where nobody left or everybody did."""
    names = useful(train)
    rows = gather(train, names)
    if not names or rows.left.all() or not rows.left.any():
        return None
    return Challenger(_boosted(rows, names, 3), names)
