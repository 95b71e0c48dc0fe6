"""Segments: a grid on recency (against the usual gap), frequency, value and trend that people can read.

Membership is stable by hysteresis: a customer stays in a segment until 15 % past its bounds. The state from which that
is judged is not remembered but replayed, every four weeks over the last year, so that the same events always give the
same segment, whatever was scored in between.

======================  ===========================================================================================
One-time, New           one purchase day; New for 60 days
Promising, Loyal        two or three, and four or more purchase days, last one within 2 usual gaps
Champion                six or more, of the highest fifth by yearly value, last one within 1.5 usual gaps
Cooling VIP             of the highest fifth, silent for 1.5 to 4 usual gaps, or for one and buying less often
At risk                 silent for 2 to 4 usual gaps, or for 1.5 and buying less often; also who said within 90 days
                        that they leave and would else be New, Promising, Loyal or Champion
Hibernating, Lost       silent for 4 to 8 usual gaps; longer, and for half a year at least, or for two years; whoever
                        has left is Lost from that day on, whatever their rhythm says
======================  ===========================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from models.store import UnitOfWork
from models.values.scores import SEGMENTS
from services.scoring import trends
from services.scoring.events import EPOCH
from services.scoring.ledger import Ledger, Pace, paces_at, trend_window
from services.scoring.migration import keep_migration

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

NAMES = SEGMENTS
NONE = -1
LOST, AT_RISK = NAMES.index("Lost"), NAMES.index("At risk")
#: Segments of which nobody is who says that they leave.
_GOES_WELL = tuple(map(NAMES.index, ("New", "Promising", "Loyal", "Champion")))
MARK_DAYS = 28
MARKS = 13
#: Over so many days moves between segments are counted.
MIGRATION_DAYS = 90
_MARGIN = 0.15


@dataclass(frozen=True)
class Membership:
    """Segment of each customer, shape (customers,): indices into `NAMES` (-1: none).

    `since` is the day number of the first mark at which the customer is known to have been in it without a break,
    and `before` the segment until then; both -1 where the last year shows no change. `earlier` is the segment as it
    was `MIGRATION_DAYS` before.
    """

    now: Whole
    before: Whole
    since: Whole
    earlier: Whole


def _members(pace: Pace, gap: Floats, worth: Floats, falling: Flags, margin: float) -> list[Flags]:
    """Whether each customer is inside each segment's bounds, widened by `margin`, in the order of `NAMES`."""
    more, less = 1.0 + margin, 1.0 - margin
    since, count = np.nan_to_num(pace.days_since, nan=np.inf), pace.count
    silent = since / np.maximum(np.nan_to_num(gap, nan=90.0), 1.0)
    top = worth >= less
    again, often = count >= 2, count >= 4

    def silent_from(gaps: float) -> Flags:
        return np.asarray(silent > gaps * less)

    def silent_to(gaps: float) -> Flags:
        return np.asarray(silent <= gaps * more)

    gone = (silent_from(8.0) & (since >= 180 * less)) | (since >= 730 * less)
    vip = top & often & silent_to(4.0) & (silent_from(1.5) | (falling & silent_from(1.0)))
    fading = again & silent_to(4.0) & (silent_from(2.0) | (falling & silent_from(1.5)))
    return [
        (count >= 1) & gone & (again | (since >= 730 * less)),
        again & silent_from(4.0) & ((silent <= 8.0 * more) | (since < 180 * more)),
        (count == 1) & (since <= 60 * more),
        (count == 1) & (since > 60 * less) & (since <= 730 * more),
        vip,
        fading,
        top & (count >= 6) & silent_to(1.5),
        often & silent_to(2.0),
        again & ~often & silent_to(2.0),
    ]


def assign(pace: Pace, gap: Floats, worth: Floats, previous: Whole | None = None) -> Whole:
    """Segment of each customer at one moment.

    Parameters
    ----------
    pace
        Counts, ages and silences at that moment.
    gap
        Usual gap in days.
    worth
        Yearly value at the usual pace, as a multiple of that of the highest fifth; nan counts as 0.
    previous
        Segments before; a customer keeps theirs while inside its widened bounds.
    """
    value = np.nan_to_num(worth)
    falling = trends.direction(pace.recent, trend_window(gap), pace.earlier, pace.exposure) == trends.FALLING
    result = np.full(gap.shape, NONE, np.int64)
    for index, inside in reversed(list(enumerate(_members(pace, gap, value, falling, 0.0)))):
        result[inside] = index
    if previous is not None:
        widened = np.stack(_members(pace, gap, value, falling, _MARGIN))
        keeps = (previous >= 0) & widened[np.maximum(previous, 0), np.arange(gap.size)] & (pace.count > 0)
        result = np.where(keeps, previous, result)
    return result


def replay(ledger: Ledger, gap: Floats, worth: Floats) -> Membership:
    """Segments at the ledger's day, from a year of four-weekly marks that lie on fixed calendar days.

    The day on which the segments of then are looked up is no mark: looking changes nobody's segment.
    """
    last_mark = (ledger.day - 1) // MARK_DAYS * MARK_DAYS
    window, then = trend_window(gap), ledger.day - MIGRATION_DAYS
    now = np.full(gap.shape, NONE, np.int64)
    before, since, earlier, rhythm = now.copy(), now.copy(), now.copy(), now.copy()
    marks = [last_mark - MARK_DAYS * step for step in range(MARKS - 1, -1, -1)] + [ledger.day]
    days = sorted({*marks, then})
    for day, pace in zip(days, paces_at(ledger, days, window), strict=True):
        rhythm_then = assign(pace, gap, worth, rhythm)
        speaks = ledger.leaving_by(day) & np.isin(rhythm_then, _GOES_WELL)
        after = np.where(ledger.left_by(day), LOST, np.where(speaks, AT_RISK, rhythm_then))
        if day == then:
            earlier = after
        if day not in marks:
            continue
        moved = (after != now) & (now != NONE)
        before, since = np.where(moved, now, before), np.where(moved, day, since)
        now, rhythm = after, rhythm_then
    return Membership(now, before, _on_the_day(ledger, since), earlier)


def _on_the_day(ledger: Ledger, since: Whole) -> Whole:
    """Since when: of those who have left, from the day on which they did."""
    return np.asarray(np.where(ledger.left, np.nan_to_num(ledger.left_on), since).astype(np.int64))


class Moves:
    """Counts over all parts of a book who went from which segment to which in `MIGRATION_DAYS`.

    Attributes
    ----------
    counts
        Customers by segment then and now, shape (segments + 1, segments + 1); the last is none.
    """

    def __init__(self) -> None:
        self.counts: Whole = np.zeros((len(NAMES) + 1, len(NAMES) + 1), np.int64)

    def add(self, member: Membership) -> None:
        """Count the customers of one part."""
        kinds = self.counts.shape[0]
        both = (member.earlier % kinds) * kinds + member.now % kinds
        self.counts += np.bincount(both, minlength=kinds * kinds).reshape(kinds, kinds)

    def keep(self, work: UnitOfWork, day: int) -> None:
        """Keep what was counted up to a day number as the book's report of that day."""
        since, as_of = ((EPOCH + timedelta(days=at)).isoformat() for at in (day - MIGRATION_DAYS, day))
        keep_migration(work, as_of, since, MIGRATION_DAYS, self.counts.tolist())
