"""Active, win-back or lost: one definition for every score, list, alert and export.

*Active*: the last purchase (of who never ordered: activity) lies no further back than 180 days, or three usual gaps,
or 30 days past the day on which the silence became improbable. *Lost*, which takes precedence: a contract that ended,
or a chance below 5 % of any purchase within a year. *Win-back*: everybody else who is silent for longer.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.values.scores import OWN_GAPS
from services.scoring import btyd
from services.scoring.features import Features
from services.scoring.ledger import Ledger
from services.scoring.model_selection.windows import contract_days
from services.scoring.parameters import Parameters
from services.scoring.silence import IMPROBABLE, silence_p

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

#: Codes of a customer's standing, and what the public table calls them; of who never did anything nothing is known.
ACTIVE, WIN_BACK, LOST, UNKNOWN = 0, 1, 2, -1
NAMES: Final = ("active", "win_back", "lost")
_ACTIVE_DAYS, _ACTIVE_GAPS, _GRACE_DAYS = 180, 3.0, 30
_LEAST_CHANCE, _YEAR_DAYS = 0.05, 365.0


def standing_of(ledger: Ledger, seen: Features, parameters: Parameters) -> Whole:
    """The standing of every customer at the end of the ledger's day as a code, shape (customers,)."""
    since = seen.days_since
    near = (since <= _ACTIVE_DAYS) | (since <= _ACTIVE_GAPS * seen.usual_gap)
    # The gaps are asked only where they can decide.
    far = ~near & (seen.own_gaps >= OWN_GAPS)
    if far.any():
        near |= far & (silence_p(ledger, seen, since - _GRACE_DAYS, far) > IMPROBABLE)
    contract, _ = contract_days(ledger, ledger.day)
    rhythm = seen.rhythm_count > 0
    found = np.where(near, ACTIVE, np.where(rhythm, WIN_BACK, np.where(contract, ACTIVE, UNKNOWN)))
    return np.asarray(np.where(ledger.left | (rhythm & ~contract & _hopeless(seen, parameters)), LOST, found))


def _hopeless(seen: Features, parameters: Parameters) -> Flags:
    """Of whom a purchase within a year is all but ruled out."""
    x, t_x, age = seen.frequency, seen.recency, seen.age
    silent = btyd.p_no_purchase(parameters.orders.btyd, x, t_x, age, _YEAR_DAYS)
    if seen.by_activity.any():
        other = btyd.p_no_purchase(parameters.activity.btyd, x, t_x, age, _YEAR_DAYS)
        silent = np.where(seen.by_activity, other, silent)
    return np.asarray(1.0 - silent < _LEAST_CHANCE)
