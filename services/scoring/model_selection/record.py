"""The record of the model in use: how far off it was for customers like each, and which facts its risk rests on.

Customers are similar where as much is known of them (purchase days; under contract, the time since it began) and their
risk was nearest. Neighbours by risk, not bands of it: a risk of 74 % and one of 75 % have all but the same past cases.
What a few cases say is drawn to what all cases say, so that chance does not lower anybody's confidence.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.values.past_cases import CONTRACT_DAYS, KNOWN_DAYS, STEPS
from services.scoring.events import BookEvents
from services.scoring.ledger import Ledger
from services.scoring.model_selection.fitted_model import FittedModel
from services.scoring.model_selection.frame import BTYD, Frame
from services.scoring.model_selection.groups import GROUP_OF
from services.scoring.model_selection.judging import Judged
from services.scoring.model_selection.windows import Label, times_told
from services.scoring.traits import PREFIX

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

__all__ = [
    "Record",
    "Similar",
    "group_of",
    "kinds_of",
    "known_at",
    "record_of",
    "similar_cases",
    "weights",
]

#: The error of similar customers counts as much as that of the whole book from so many of them on: kinds of customers
#: differ by some 5 points where a share is known to within sqrt(p (1 - p) / n) of itself.
_BELIEVED = 100.0
#: So many cases are looked at, as near in risk as they are, and none further away than this.
_NEAREST, _NEAR = 100.0, 0.1
#: The highest risks stand out from so many times the usual one on; from this AUC on a ranking is more than a coin's.
_STANDS_OUT, _RANKS = 1.5, 0.6


@dataclass(frozen=True)
class Similar:
    """Past cases of one kind of customer whose risk was nearest to one step of risk.

    Attributes
    ----------
    kind, step
        Place among the kinds of the model's label, and the risk in parts of `STEPS`.
    cases
        Customers; one whom overlapping windows repeat counts once.
    told, left
        Mean risk, and the share that left; 0 to 1.
    off
        told - left, drawn to that of all cases.
    risks
        The lowest and the highest risk among them; nothing in a fit of before they were kept.
    """

    kind: int
    step: int
    cases: int
    told: float
    left: float
    off: float
    risks: tuple[float, ...] = ()


@dataclass(frozen=True)
class Record:
    """What the past says of a model.

    Attributes
    ----------
    cases, off
        On how many cases it was judged, and by how much it was too high for all of them.
    similar
        Past cases by kind and step of risk, where there are any.
    weights
        Share of the model's risk that rests on each column of the frame (mean distance of its points from their mean);
        they sum to 1, or there are none.
    apart
        Whether its risks tell customers apart: those of today differ, and in back-tests they ranked better than chance.
    """

    cases: int = 0
    off: float = 0.0
    similar: tuple[Similar, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()
    apart: bool = True

    def as_json(self) -> dict[str, Any]:
        """Plain values for the store."""
        similar = [[*astuple(one)[:6], list(one.risks)] for one in self.similar]
        weights = dict(self.weights)
        return {"cases": self.cases, "off": self.off, "similar": similar, "weights": weights, "apart": self.apart}

    @staticmethod
    def from_json(values: dict[str, Any]) -> Record:
        """The inverse of `as_json`; a fit of before there was a record has an empty one."""
        if "similar" not in values:
            return Record()
        similar = tuple(Similar(*one[:6], *map(tuple, one[6:])) for one in values["similar"])
        weights = tuple(values["weights"].items())
        return Record(values["cases"], values["off"], similar, weights, values.get("apart", True))

    def share(self, groups: frozenset[str]) -> float:
        """Share of the model's say that rests on columns of some groups."""
        return sum(weight for name, weight in self.weights if group_of(name) in groups)


def group_of(column: str) -> str:
    """The group of reasons that a column of the frame belongs to."""
    return "fields" if column.startswith(PREFIX) else GROUP_OF.get(column, "gap")


def kinds_of(label: Label, known: Floats) -> Whole:
    """The kind of each customer by what is `known`: days of the rhythm, or days under contract; shape (customers,)."""
    return np.digitize(known, CONTRACT_DAYS if label == "contract" else KNOWN_DAYS)


def known_at(ledger: Ledger, label: Label) -> Floats:
    """What tells a customer's kind at the end of the ledger's day, shape (customers,)."""
    if label == "contract":
        begun = np.full(ledger.customers, np.nan)
        begun[ledger.book.contracts.row] = ledger.book.contracts.day
        return np.asarray(ledger.day - begun)
    rows = ledger.activity if label == "activity" else ledger.orders
    return (rows.end - rows.start).astype(np.float64)


def record_of(judged: Judged, book: BookEvents, frame: Frame, among: Flags) -> Record:
    """The record of the model that was chosen.

    Parameters
    ----------
    judged
        The outcome of judging `book`.
    frame, among
        What is known of its customers today, and who of them are scored by the model.
    """
    tests = [one for one in judged.tests if judged.used in one.risks and one.left.size]
    kinds, risks, lefts = [], [], []
    for one in tests:
        known = known_at(Ledger(book, one.cutoff), judged.label)
        kinds.append(kinds_of(judged.label, known[np.searchsorted(book.customer_ids, one.customers)]))
        risks.append(one.risks[judged.used])
        lefts.append(one.left)
    today = frame.only(among)
    rests_on = weights(judged.model, today) if among.any() else ()
    apart = not among.any() or differ(judged.model.risk(today))
    if not tests:
        return Record(weights=rests_on, apart=apart)
    risk, left = np.concatenate(risks), np.concatenate(lefts)
    told = times_told([one.cutoff for one in tests], judged.horizon_days)
    off = float(risk.mean() - left.mean())
    mean = next(one.mean for one in judged.reports if one.name == judged.used)
    apart = apart and not by_chance(mean.auc, float(left.sum()) / told, float((~left).sum()) / told)
    similar = similar_cases(np.concatenate(kinds), risk, left, told)
    return Record(round(left.size / told), round(off, 4), similar, rests_on, apart)


def differ(risk: Floats) -> bool:
    """Whether the highest or the lowest tenth of risks stands out from the usual one, as risks or as chances to stay.

    Where most leave, as one-time buyers do, it is the few who stay that the model tells from the others.
    """
    usual, rising, tenth = float(np.median(risk)), np.sort(risk), max(1, risk.size // 10)
    lowest, highest = float(rising[:tenth].mean()), float(rising[-tenth:].mean())
    high = min(_STANDS_OUT * usual, 1.0 - (1.0 - usual) / _STANDS_OUT)
    return highest >= high or lowest <= usual / _STANDS_OUT


def by_chance(auc: float | None, left: float, stayed: float) -> bool:
    """Whether a ranking of so many who left and who stayed is hardly better than a coin's, and could be one's.

    The standard error is that of Hanley and McNeil (1982), eq. 2. Of few customers a good ranking is believed.
    """
    if auc is None or auc >= _RANKS:
        return False
    one, other = auc / (2.0 - auc), 2.0 * auc * auc / (1.0 + auc)
    spread = auc * (1.0 - auc) + (left - 1.0) * (one - auc * auc) + (stayed - 1.0) * (other - auc * auc)
    return bool(auc - 1.96 * np.sqrt(max(spread, 0.0) / (left * stayed)) <= 0.5)


def similar_cases(kind: Whole, risk: Floats, left: Flags, counted_times: float = 1.0) -> tuple[Similar, ...]:
    """The nearest past cases of each kind at each step of risk; shape (cases,) each.

    Cases of equal risk stay together, so that no order of rows matters. `counted_times`: how often a day of the windows
    is repeated, see `times_told`.
    """
    overall = float(risk.mean() - left.mean())
    most = round(_NEAREST * counted_times)
    found = []
    order = np.lexsort((left, risk, kind))
    kind, risk, left = kind[order], risk[order], left[order]
    for ours in np.unique(kind).tolist():
        its, gone = risk[kind == ours], left[kind == ours]
        for step in range(STEPS + 1):
            away = np.abs(its - step / STEPS)
            furthest = np.partition(away, most - 1)[most - 1] if away.size > most else _NEAR
            here = away <= min(float(furthest), _NEAR)
            if not here.any():
                continue
            cases, told, share = float(here.sum()) / counted_times, float(its[here].mean()), float(gone[here].mean())
            off = overall + cases / (cases + _BELIEVED) * (told - share - overall)
            risks = round(float(its[here].min()), 4), round(float(its[here].max()), 4)
            found.append(Similar(ours, step, round(cases), round(told, 4), round(share, 4), round(off, 4), risks))
    return tuple(found)


def weights(model: FittedModel, frame: Frame) -> tuple[tuple[str, float], ...]:
    """Share of a model's say that rests on each column, over the customers of `frame`; see `Record.weights`."""
    found = {}
    for name, term in model.terms:
        points = term.points(frame.logit_btyd if name == BTYD else frame.column(name))
        found[name] = float(np.abs(points - points.mean()).mean())
    total = sum(found.values())
    return tuple((name, round(size / total, 4)) for name, size in found.items()) if total > 0 else ()
