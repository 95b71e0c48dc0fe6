"""Active, win-back or lost, and how improbable a silence is: one definition for every score, list, alert and export.

*Active*: the last purchase (of who never ordered: activity) lies no further back than 180 days, or three usual gaps,
or 30 days past the day on which the silence became improbable. *Lost*, which takes precedence: a contract that ended,
or a chance below 5 % of any purchase within a year. *Win-back*: everybody else who is silent for longer.

How improbable a silence is, is judged by the customer's own gaps alone. Given its shape k, a gap is Gamma(k, rate)
distributed; with the rate unknown (prior 1 / rate) the next gap g after n gaps that add up to S is beta prime
distributed: P(g > s) = 1 - I(s / (S + s); k, n k). The shape is not known either: the answer is the mean over a grid
of shapes, each weighted by the likelihood of the customer's gaps, so that few gaps make no silence improbable quickly.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.values.scores import OWN_GAPS
from services.scoring import btyd
from services.scoring.features import Features
from services.scoring.ladder.windows import contract_days
from services.scoring.ledger import Ledger, Rows
from services.scoring.parameters import Parameters

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

#: Codes of a customer's standing, and what the public table calls them; of who never did anything nothing is known.
ACTIVE, WIN_BACK, LOST, UNKNOWN = 0, 1, 2, -1
NAMES: Final = ("active", "win_back", "lost")
#: From this probability down a silence is improbable.
IMPROBABLE: Final = 0.05
_ACTIVE_DAYS, _ACTIVE_GAPS, _GRACE_DAYS = 180, 3.0, 30
_LEAST_CHANCE, _YEAR_DAYS = 0.05, 365.0
#: From far more irregular than chance to an invoice that comes on the day.
_SHAPES: Final = np.geomspace(0.25, 1024.0, 13)
#: The same weeks of a year before, with so much room at either end of the silence.
_ROOM_SHARE, _ROOM_DAYS, _YEARS_BACK = 1 / 12, 30.0, 5


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


def silence_p(ledger: Ledger, seen: Features, days: Floats | None = None, among: Flags | None = None) -> Floats:
    """P(a gap longer than `days` | the customer's own gaps), shape (customers,); nan below `OWN_GAPS` gaps.

    Parameters
    ----------
    days
        Length of the silence that is asked about; None: that of today.
    among
        Who is asked about; None: everyone.
    """
    silence = seen.days_since if days is None else days
    asked = seen.own_gaps >= OWN_GAPS if among is None else among & (seen.own_gaps >= OWN_GAPS)
    found = np.full(seen.own_gaps.shape, np.nan)
    for where, rows in ledger.rhythm_rows():
        own = asked & (~seen.by_activity if where is None else where)
        if not own.any():
            continue
        place = np.flatnonzero(own)
        p = _longer(silence[place], seen.own_gaps[place], seen.recency[place], rows.log_gaps[place])
        late = np.flatnonzero(p <= IMPROBABLE)
        p[late] = np.maximum(p[late], _by_season(rows, ledger.day, silence[place[late]], place[late]))
        found[place] = p
    return found


def _longer(silence: Floats, count: Floats, total: Floats, logs: Floats) -> Floats:
    """P(the next gap > silence) after `count` gaps of `total` days whose logarithms add up to `logs`."""
    from scipy.special import betaincc, gammaln

    shape = _SHAPES[:, None]
    # The likelihood of the gaps with the rate integrated out, up to what the shapes have in common.
    weight = (shape - 1.0) * logs - count * gammaln(shape) + gammaln(count * shape) - count * shape * np.log(total)
    weight = np.exp(weight - weight.max(axis=0))
    silent = np.maximum(silence, 0.0)
    return np.asarray(
        (weight * betaincc(shape, count * shape, silent / (total + silent))).sum(axis=0) / weight.sum(axis=0)
    )


def _by_season(rows: Rows, day: int, silence: Floats, place: Whole) -> Floats:
    """How likely the silence is for the season: every year before was silent in the same weeks, or 0.

    Only a year counts in whose weeks before the silence the customer had bought already.
    """
    room = np.minimum(_ROOM_DAYS, _ROOM_SHARE * silence)
    begin, end = day - silence + room, day - room
    first = rows.days[rows.start[place]]
    years, silent = np.zeros(place.size), np.ones(place.size, np.bool_)
    for back in range(1, _YEARS_BACK + 1):
        shift = round(back * 365.25)
        known = first <= begin - shift
        none = rows.until_of(place, end - shift) == rows.until_of(place, begin - shift)
        years += known
        silent &= none | ~known
    return np.where(silent & (years > 0), (years + 1.0) / (years + 2.0), 0.0)
