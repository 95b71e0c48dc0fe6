"""A fitted model: tables and coefficients that give a risk, and exactly what each feature adds to it.

On the logit scale every model is a sum: base + one term a feature, each a line, a step function or their mean. What is
added to the base is measured against a customer who is ordinary in that feature; the closed form's term is told apart
into the gap, the number of purchase days and the time known, against the typical customer (see `frame`). Platt's line
keeps sums.
Numbers only: a model is kept as JSON and scores without the library that fitted it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import ADDITIVE, DEPTH_3, LOGISTIC, MBG, PRIOR, RULE
from services.scoring.model_selection.calibration import sigmoid
from services.scoring.model_selection.frame import BTYD, INPUTS, SUREST, Frame, shapley

Floats = NDArray[np.float64]

#: Names of models and references for people.
LABELS = {
    PRIOR: "Share that left before",
    MBG: "MBG/NBD",
    LOGISTIC: "Logistic",
    ADDITIVE: "Additive",
    DEPTH_3: "Trees of depth 3",
    RULE: "No order for N days",
}


@dataclass(frozen=True)
class Line:
    """coefficient × (value − ordinary), for values from `low` to `high`; nothing where the value is not known.

    Beyond what was seen when it was fitted, the line goes on level: nobody knows what happens there.
    """

    coefficient: float
    ordinary: float
    low: float
    high: float

    def points(self, column: Floats) -> Floats:
        """What each value adds to the logit."""
        return np.asarray(np.nan_to_num(self.coefficient * (np.clip(column, self.low, self.high) - self.ordinary)))


@dataclass(frozen=True)
class Steps:
    """Points by step: `points[i]` for values in (thresholds[i-1], thresholds[i]], `missing` where not known."""

    thresholds: tuple[float, ...]
    steps: tuple[float, ...]
    missing: float

    def points(self, column: Floats) -> Floats:
        """What each value adds to the logit."""
        place = np.searchsorted(np.array(self.thresholds), column, side="left")
        return np.where(np.isnan(column), self.missing, np.array(self.steps)[np.minimum(place, len(self.thresholds))])


@dataclass(frozen=True)
class Mean:
    """The mean of a line and a step function of one feature, in which the steps count for `share`."""

    line: Line
    steps: Steps
    share: float = 0.5

    def points(self, column: Floats) -> Floats:
        """What each value adds to the logit."""
        return np.asarray((1.0 - self.share) * self.line.points(column) + self.share * self.steps.points(column))


Term = Line | Steps | Mean


@dataclass(frozen=True)
class FittedModel:
    """One model, fitted and calibrated.

    Attributes
    ----------
    name
        As in `models.values.backtest`.
    base
        Logit of a customer who is ordinary in every feature, before calibration.
    terms
        What each feature adds, by its name.
    slope, intercept
        Platt's line: calibrated logit = slope × logit + intercept.
    customers, windows
        On how many it was fitted (customers of the newest window).
    """

    name: str
    base: float
    terms: tuple[tuple[str, Term], ...]
    slope: float = 1.0
    intercept: float = 0.0
    customers: int = 0
    windows: int = 0

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the columns of `contributions`: the closed form's inputs first, where it has a term."""
        others = tuple(name for name, _ in self.terms if name != BTYD)
        return (*INPUTS, *others) if len(others) < len(self.terms) else others

    def raw(self, frame: Frame) -> Floats:
        """Logit before calibration, shape (customers,)."""
        total = np.full(frame.size, self.base)
        for name, term in self.terms:
            total += term.points(frame.column(name))
        return total

    def calibrated(self, slope: float, intercept: float) -> FittedModel:
        """The model with a line put through its logit."""
        return replace(self, slope=slope * self.slope, intercept=slope * self.intercept + intercept)

    def logit(self, frame: Frame) -> Floats:
        """Calibrated logit, shape (customers,)."""
        return np.asarray(self.slope * self.raw(frame) + self.intercept)

    def risk(self, frame: Frame) -> Floats:
        """Probability of leaving, shape (customers,)."""
        return sigmoid(self.logit(frame))

    def contributions(self, frame: Frame) -> tuple[Floats, Floats]:
        """What makes up the logit: base, shape (customers,), and points by `parts`, shape (customers, parts).

        base + points.sum(axis=1) is the logit, to rounding.
        """
        base = np.full(frame.size, self.slope * self.base + self.intercept)
        columns: list[Floats] = []
        for name, term in self.terms:
            if name == BTYD:
                corners = {chosen: term.points(odds) for chosen, odds in frame.corners.items()}
                base = base + self.slope * corners[False, False, False]
                told = self.slope * shapley(corners)
                columns[:0] = [told[:, place] for place in range(len(INPUTS))]
            else:
                columns.append(self.slope * term.points(frame.column(name)))
        return base, np.column_stack(columns) if columns else np.zeros((frame.size, 0))

    def as_json(self) -> dict[str, Any]:
        """Plain values for the store."""
        plain = asdict(self)
        plain["terms"] = [[name, {"kind": type(term).__name__, **asdict(term)}] for name, term in self.terms]
        return plain

    @staticmethod
    def from_json(values: dict[str, Any]) -> FittedModel:
        """The inverse of `as_json`."""
        terms = tuple((name, _term(plain)) for name, plain in values["terms"])
        return FittedModel(**{**values, "terms": terms})


def _term(plain: dict[str, Any]) -> Term:
    values = {name: value for name, value in plain.items() if name != "kind"}
    if plain["kind"] == "Line":
        return Line(**values)
    if plain["kind"] == "Mean":
        return Mean(Line(**values["line"]), _steps(values["steps"]), values.get("share", 0.5))
    return _steps(values)


def _steps(values: dict[str, Any]) -> Steps:
    return Steps(tuple(values["thresholds"]), tuple(values["steps"]), values["missing"])


#: The closed form as it is: it needs no window.
CLOSED_FORM = FittedModel(MBG, 0.0, ((BTYD, Line(1.0, 0.0, -SUREST, SUREST)),))
