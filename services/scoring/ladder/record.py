"""The record of the rung in use: how far off it was for customers like each, and which facts its say rests on.

Customers are alike in how much is known of them (purchase days; under contract, the time since it began) and in the
risk that they were told. What a few cases say of a kind is drawn to what all cases say, so that chance does not lower
anybody's confidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.values.past_cases import CONTRACT_DAYS, KNOWN_DAYS, RISKS
from services.scoring.events import BookEvents
from services.scoring.ladder.frame import BTYD, Frame
from services.scoring.ladder.groups import GROUP_OF
from services.scoring.ladder.judging import Judged
from services.scoring.ladder.rungs import FittedRung
from services.scoring.ladder.windows import Label
from services.scoring.ledger import Ledger

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

__all__ = [
    "Band",
    "Record",
    "bands_of",
    "group_of",
    "kinds_of",
    "known_at",
    "record_of",
    "weights",
]

#: A kind's own error counts as much as that of the whole book from so many cases a window on: kinds of customers
#: differ by some 5 points where a share is known to within sqrt(p (1 - p) / n) of itself.
_BELIEVED = 100.0


@dataclass(frozen=True)
class Band:
    """Customers of one kind who were told a risk of one band, over the windows that the rung was judged on.

    Attributes
    ----------
    kind, band
        Place among the kinds of the rung's label, and among the bands between `RISKS`.
    cases
        Customers, each counted in every window.
    told, left
        Mean risk, and the share that left; 0 to 1.
    off
        told - left, drawn to that of all cases.
    """

    kind: int
    band: int
    cases: int
    told: float
    left: float
    off: float


@dataclass(frozen=True)
class Record:
    """What the past says of a rung.

    Attributes
    ----------
    windows
        On how many it was judged.
    bands
        Those with a case, by kind and band.
    weights
        Share of the rung's say that rests on each column of the frame (mean distance of its points from their mean);
        they sum to 1, or there are none.
    """

    windows: int = 0
    bands: tuple[Band, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values for the store."""
        bands = [[one.kind, one.band, one.cases, one.told, one.left, one.off] for one in self.bands]
        return {"windows": self.windows, "bands": bands, "weights": dict(self.weights)}

    @staticmethod
    def from_json(values: dict[str, Any]) -> Record:
        """The inverse of `as_json`; a fit of before there was a record has an empty one."""
        if not values:
            return Record()
        bands = tuple(Band(*one) for one in values["bands"])
        return Record(values["windows"], bands, tuple(values["weights"].items()))

    def share(self, groups: frozenset[str]) -> float:
        """Share of the rung's say that rests on columns of some groups."""
        return sum(weight for name, weight in self.weights if group_of(name) in groups)


def group_of(column: str) -> str:
    """The group of reasons that a column of the frame belongs to."""
    return GROUP_OF.get(column, "gap")


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
    """The record of the rung that was chosen.

    Parameters
    ----------
    judged
        The outcome of judging `book`.
    frame, among
        What is known of its customers today, and who of them are scored by the rung.
    """
    tests = [one for one in judged.tests if judged.used in one.risks and one.left.size]
    kinds, risks, lefts = [], [], []
    for one in tests:
        known = known_at(Ledger(book, one.cutoff), judged.label)
        kinds.append(kinds_of(judged.label, known[np.searchsorted(book.customer_ids, one.customers)]))
        risks.append(one.risks[judged.used])
        lefts.append(one.left)
    bands: tuple[Band, ...] = ()
    if tests:
        bands = bands_of(np.concatenate(kinds), np.concatenate(risks), np.concatenate(lefts), len(tests))
    return Record(len(tests), bands, weights(judged.rung, frame.only(among)) if among.any() else ())


def bands_of(kind: Whole, risk: Floats, left: Flags, windows: int) -> tuple[Band, ...]:
    """How far off each kind of customers was told in each band of risk; shape (cases,) each, of so many windows."""
    overall = float(risk.mean() - left.mean())
    steps = len(RISKS) + 1
    cell = kind * steps + np.digitize(risk, RISKS)
    found = []
    for place in np.unique(cell).tolist():
        here = cell == place
        cases, told, gone = int(here.sum()), float(risk[here].mean()), float(left[here].mean())
        own = cases / windows / (cases / windows + _BELIEVED)
        off = overall + own * (told - gone - overall)
        found.append(Band(place // steps, place % steps, cases, round(told, 4), round(gone, 4), round(off, 4)))
    return tuple(found)


def weights(rung: FittedRung, frame: Frame) -> tuple[tuple[str, float], ...]:
    """Share of a rung's say that rests on each column, over the customers of `frame`; see `Record.weights`."""
    found = {}
    for name, term in rung.terms:
        points = term.points(frame.logit_btyd if name == BTYD else frame.column(name))
        found[name] = float(np.abs(points - points.mean()).mean())
    total = sum(found.values())
    return tuple((name, round(size / total, 4)) for name, size in found.items()) if total > 0 else ()
