"""How improbable a silence is, judged by the customer's own gaps alone.

Given its shape k, a gap is Gamma(k, rate) distributed; with the rate unknown (prior 1 / rate) the next gap g after n
gaps that add up to S is beta prime distributed: P(g > s) = 1 - I(s / (S + s); k, n k). The shape is not known either:
the answer is the mean over a grid of shapes, each weighted by the likelihood of the customer's gaps, so that few gaps
make no silence improbable quickly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from models.values.scores import OWN_GAPS
from services.scoring.features import Features
from services.scoring.ledger import Ledger, Rows

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

#: From this probability down a silence is improbable.
IMPROBABLE: Final = 0.05
#: From far more irregular than chance to an invoice that comes on the day.
_SHAPES: Final = np.geomspace(0.25, 1024.0, 13)
_NO_WEIGHT: Final = 1e-12
#: From this probability down the season is asked for as well: no rule can be set to look at a likelier silence.
LATE: Final = 0.5
#: The same weeks of a year before, with so much room at either end of the silence.
_ROOM_SHARE, _ROOM_DAYS, _YEARS_BACK = 1 / 12, 30.0, 5
#: No gap is told to last, or to end, more surely than this: gaps of the past do not know what else may come.
_SUREST: Final = 1e-3

#: P of the silence of today, of each ledger that is in use: the score and the frame of its model ask for the same.
_TODAY: WeakKeyDictionary[Ledger, tuple[Features, Floats]] = WeakKeyDictionary()


def silence_p(ledger: Ledger, seen: Features, days: Floats | None = None, among: Flags | None = None) -> Floats:
    """P(a gap longer than `days` | the customer's own gaps), shape (customers,); nan below `OWN_GAPS` gaps.

    Parameters
    ----------
    days
        Length of the silence that is asked about; None: that of today.
    among
        Who is asked about; None: everyone.
    """
    if days is None and among is None:
        kept = _TODAY.get(ledger)
        if kept is None or kept[0] is not seen:
            kept = _TODAY[ledger] = (seen, silence_p(ledger, seen, seen.days_since))
        return kept[1]
    silence = seen.days_since if days is None else days
    found = np.full(seen.own_gaps.shape, np.nan)
    for place, rows in _with_gaps(ledger, seen, among):
        # Weights that add up to one add up to a hair more in floating point.
        found[place] = np.minimum(_lasts(rows, seen, place, silence[place], ledger.day), 1.0)
    return found


def wait_log_odds(ledger: Ledger, seen: Features, horizon_days: int) -> Floats:
    """Log-odds that the gap of today lasts beyond the horizon, by the customer's own gaps; shape (customers,).

    As if nobody ever left: who is invoiced each quarter and was ten weeks ago is all but sure to be within ninety days.
    Nan below `OWN_GAPS` gaps.
    """
    found = np.full(seen.own_gaps.shape, np.nan)
    today = silence_p(ledger, seen)
    for place, rows in _with_gaps(ledger, seen, None):
        then = _lasts(rows, seen, place, seen.days_since[place] + horizon_days, ledger.day + horizon_days)
        share = np.clip(then / np.maximum(today[place], 1e-300), _SUREST, 1.0 - _SUREST)
        found[place] = np.log(share) - np.log1p(-share)
    return found


def _with_gaps(ledger: Ledger, seen: Features, among: Flags | None) -> Iterator[tuple[Whole, Rows]]:
    """Places of the customers with enough gaps of their own, and the rows of their rhythm."""
    asked = seen.own_gaps >= OWN_GAPS if among is None else among & (seen.own_gaps >= OWN_GAPS)
    for where, rows in ledger.rhythm_rows():
        own = asked & (~seen.by_activity if where is None else where)
        if own.any():
            yield np.flatnonzero(own), rows


def _lasts(rows: Rows, seen: Features, place: Whole, silence: Floats, day: int) -> Floats:
    """P(a gap longer than `silence`) of the customers at `place`, whose silence would end on `day`."""
    p = _longer(silence, seen.own_gaps[place], seen.recency[place], rows.log_gaps[place])
    late = np.flatnonzero(p <= LATE)
    p[late] = np.maximum(p[late], _by_season(rows, day, silence[late], place[late]))
    return p


def _longer(silence: Floats, count: Floats, total: Floats, logs: Floats) -> Floats:
    """P(the next gap > silence) after `count` gaps of `total` days whose logarithms add up to `logs`."""
    from scipy.special import betaincc, gammaln

    shape = _SHAPES[:, None]
    # The likelihood of the gaps with the rate integrated out, up to what the shapes have in common.
    weight = (shape - 1.0) * logs - count * gammaln(shape) + gammaln(count * shape) - count * shape * np.log(total)
    weight = np.exp(weight - weight.max(axis=0))
    weight /= weight.sum(axis=0)
    silent = np.maximum(silence, 0.0) / (total + np.maximum(silence, 0.0))
    # Some gaps leave few shapes likely; the others are most of the work and add nothing that a float could tell.
    at, who = np.nonzero(weight > _NO_WEIGHT)
    longer = weight[at, who] * betaincc(_SHAPES[at], count[who] * _SHAPES[at], silent[who])
    return np.bincount(who, weights=longer, minlength=silent.size).astype(np.float64)


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
