"""Trend: does a customer buy more or less often than they used to? Recent count against their own earlier rate.

Given the earlier rate, the count of the recent window is compared on the square-root scale (Anscombe), so that a trend
is named only where chance alone would rarely show it (one time in ten), and only from a quarter's difference on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

UNKNOWN, FALLING, STEADY, RISING = range(4)
NAMES = ("unknown", "falling", "steady", "rising")
_CRITICAL = 1.2816  # 90 % point of the normal distribution
_DIFFERENCE = 0.25
#: So many usual gaps are no usual silence.
SEVERAL_GAPS = 3.0
_FEWEST_EARLIER = 3
#: The earlier time must be at least this share of the recent window.
_SHORTEST_SHARE = 0.5


def direction(
    recent: Floats, window: Floats, earlier: Floats, exposure: Floats, silence: Floats | None = None
) -> NDArray[np.int64]:
    """Index into `NAMES` for each customer, shape (customers,).

    Parameters
    ----------
    recent, window
        Events in the recent window, and its length in days.
    earlier, exposure
        Events before it, the first of all left out, and the days from there to the last of them.
    silence
        Days since the last event in usual gaps: several of them without an event are never steady.
    """
    told = (earlier >= _FEWEST_EARLIER) & (exposure >= _SHORTEST_SHARE * window)
    share = window / np.maximum(exposure, 1.0)
    expected = earlier * share
    z = 2.0 * (np.sqrt(recent + 0.375) - np.sqrt((earlier + 0.375) * share)) / np.sqrt(1.0 + share)
    falling = (z <= -_CRITICAL) & (recent <= (1.0 - _DIFFERENCE) * expected)
    rising = (z >= _CRITICAL) & (recent >= (1.0 + _DIFFERENCE) * expected)
    steady = np.where(falling, FALLING, np.where(rising, RISING, STEADY))
    if silence is not None:
        steady = np.where((steady == STEADY) & (np.nan_to_num(silence) >= SEVERAL_GAPS), FALLING, steady)
    return np.where(~told, UNKNOWN, steady)
