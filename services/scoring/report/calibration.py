"""The calibration curve: customers of like risk, what was said of them, and how many left, with the range of chance."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import CalibrationBin

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_BINS = 10
#: Customers in a bin at the least.
_FEWEST = 20
_Z95 = 1.959963984540054


def wilson(left: float, customers: float, z: float = _Z95) -> tuple[float, float]:
    """Wilson's range of a share (Wilson 1927); the counts may be effective ones, which are no whole numbers."""
    if customers <= 0:
        return 0.0, 1.0
    share, square = left / customers, z * z / customers
    middle = (share + square / 2.0) / (1.0 + square)
    half = z * sqrt(max(share * (1.0 - share), 0.0) / customers + square / (4.0 * customers)) / (1.0 + square)
    return max(min(middle - half, share), 0.0), min(max(middle + half, share), 1.0)


def curve(risk: Floats, left: Flags, counted_times: float = 1.0, bins: int = _BINS) -> tuple[CalibrationBin, ...]:
    """Bins of equal count by rising risk; customers of one risk stay together, so that no order of rows matters.

    Parameters
    ----------
    risk, left
        Shape (scores,): what was said, and whether the customer left; of one or several windows.
    counted_times
        How often a day is told, see `times_told` of the ladder.
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
