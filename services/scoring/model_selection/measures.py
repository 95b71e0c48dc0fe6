"""How well probabilities predicted what happened: exact, whatever the order of the rows, None where nothing is known.

Customers of equal risk count as one: where a bin or a tenth cuts through them, each side gets its share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import CalibrationBin, Measures
from models.values.past_cases import wilson

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BINS = 15
#: Bins of the calibration curve, and customers in one of them at the least.
_BINS_OF_CURVE, _FEWEST = 10, 20
#: A risk is never taken for more certain than this when its log loss is measured.
_SUREST = 1e-9


def known(risk: Floats, left: Flags) -> tuple[Floats, Flags]:
    """Return the customers who have a risk."""
    told = np.isfinite(risk)
    return (risk, left) if told.all() else (risk[told], left[told])


def auc(risk: Floats, left: Flags) -> float | None:
    """Share of pairs (left, stayed) in which the one who left had the higher risk, half of those of equal risk."""
    risk, left = known(risk, left)
    gone, stayed = int(left.sum()), int((~left).sum())
    if not gone or not stayed:
        return None
    _, place, count = np.unique(risk, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2.0
    ranks = float((np.bincount(place, weights=left, minlength=count.size) * middle).sum())
    return (ranks - gone * (gone + 1) / 2.0) / (gone * stayed)


def brier(risk: Floats, left: Flags) -> float | None:
    """Mean squared error of the risk."""
    risk, left = known(risk, left)
    return float(np.mean((risk - left) ** 2)) if risk.size else None


def log_losses(risk: Floats, left: Flags) -> Floats:
    """Negative log likelihood of each customer in nats, nan without a risk."""
    held = np.clip(np.where(left, risk, 1.0 - risk), _SUREST, 1.0)
    return np.asarray(-np.log(held))


def log_loss(risk: Floats, left: Flags) -> float | None:
    """Mean negative log likelihood in nats."""
    risk, left = known(risk, left)
    return float(np.mean(log_losses(risk, left))) if risk.size else None


def ece15(risk: Floats, left: Flags) -> float | None:
    """Expected calibration error over 15 bins of equal count: mean over bins of |mean risk − share that left|."""
    risk, left = known(risk, left)
    if not risk.size:
        return None
    levels, gone, count = _levels(risk, left)
    edges = np.linspace(0.0, risk.size, min(BINS, risk.size) + 1)
    said = np.diff(np.interp(edges, *_running(levels * count, count)))
    happened = np.diff(np.interp(edges, *_running(gone, count)))
    return float(np.abs(said - happened).sum() / risk.size)


def ece15_by_chance(risk: Floats) -> float | None:
    """The calibration error to expect of risks that are right: who of them leaves is still chance.

    Of a bin of n customers the distance is that of a normal law of variance sum p (1 - p) / n²: on average sqrt(2 / π)
    times its spread.
    """
    risk = risk[np.isfinite(risk)]
    if not risk.size:
        return None
    levels, _, count = _levels(risk, np.zeros(risk.size, np.bool_))
    edges = np.linspace(0.0, risk.size, min(BINS, risk.size) + 1)
    spread = np.diff(np.interp(edges, *_running(levels * (1.0 - levels) * count, count)))
    return float(np.sqrt(2.0 / np.pi * spread).sum() / risk.size)


def _levels(risk: Floats, left: Flags) -> tuple[Floats, Floats, Floats]:
    """Distinct risks, rising, with how many left and how many there are."""
    levels, place, count = np.unique(risk, return_inverse=True, return_counts=True)
    gone = np.bincount(place, weights=left, minlength=levels.size).astype(np.float64)
    return levels, gone, count.astype(np.float64)


def _running(values: Floats, count: Floats) -> tuple[Floats, Floats]:
    return np.concatenate(([0.0], np.cumsum(count))), np.concatenate(([0.0], np.cumsum(values)))


def top_decile_lift(risk: Floats, left: Flags) -> float | None:
    """Share that left among the tenth of highest risk, divided by the share that left in all."""
    risk, left = known(risk, left)
    if not left.any():
        return None
    _, gone, count = _levels(risk, left)
    top = risk.size / 10.0
    caught = float(np.interp(top, *_running(gone[::-1], count[::-1])))
    return (caught / top) / float(left.mean())


def bias(risk: Floats, left: Flags) -> float | None:
    """Mean risk − share that left."""
    risk, left = known(risk, left)
    return float(np.mean(risk) - np.mean(left)) if risk.size else None


def measure(risk: Floats, left: Flags) -> Measures:
    """Measure probabilities against what happened.

    Parameters
    ----------
    risk
        Shape (customers,), 0 to 1; nan where nothing was predicted, which is left out.
    left
        Shape (customers,): whether the customer left in the window.
    """
    risk, left = known(risk, left)
    return Measures(
        auc=auc(risk, left),
        brier=brier(risk, left),
        log_loss=log_loss(risk, left),
        ece=ece15(risk, left),
        top_decile_lift=top_decile_lift(risk, left),
        bias=bias(risk, left),
        customers=int(risk.size),
        left=int(left.sum()),
        ece_chance=ece15_by_chance(risk),
    )


def curve(
    risk: Floats, left: Flags, counted_times: float = 1.0, bins: int = _BINS_OF_CURVE
) -> tuple[CalibrationBin, ...]:
    """The calibration curve: customers of like risk in bins of equal count, how many of each left, and chance's range.

    Customers of one risk stay together, so that no order of rows matters.

    Parameters
    ----------
    risk, left
        Shape (scores,): the predicted risk, and whether the customer left; of one or several windows.
    counted_times
        How often a day is told, see `times_told`.
    """
    if not risk.size:
        return ()
    ordered = np.sort(risk)
    count = int(np.clip(risk.size // _FEWEST, 1, bins))
    borders = np.unique(ordered[(np.arange(1, count) * risk.size) // count])
    place = np.searchsorted(borders, risk, side="right")
    found = []
    for number in np.unique(place).tolist():
        among = place == number
        size, gone = int(among.sum()), int(left[among].sum())
        low, high = wilson(gone / counted_times, size / counted_times)
        found.append(CalibrationBin(float(risk[among].mean()), gone, size, low, high))
    return tuple(found)
