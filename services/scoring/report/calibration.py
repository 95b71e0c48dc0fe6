"""The calibration curve: customers of like risk, their predicted risk, and how many left, with the range of chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import CalibrationBin
from models.values.past_cases import wilson

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_BINS = 10
#: Customers in a bin at the least.
_FEWEST = 20


def curve(risk: Floats, left: Flags, counted_times: float = 1.0, bins: int = _BINS) -> tuple[CalibrationBin, ...]:
    """Bins of equal count by rising risk; customers of one risk stay together, so that no order of rows matters.

    Parameters
    ----------
    risk, left
        Shape (scores,): the predicted risk, and whether the customer left; of one or several windows.
    counted_times
        How often a day is told, see `model_selection.times_told`.
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
