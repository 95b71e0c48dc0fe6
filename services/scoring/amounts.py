"""Order values that are not as they were: a robust z of a customer's last three purchase days against those before.

On a log scale, as amounts differ by factors. The median of three is not moved by one odd order, and the spread is the
median absolute deviation of the customer's own earlier orders, drawn to the book's while they are few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from services.scoring.ledger import PurchaseDays

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

LATEST = 3
_EARLIER_AT_LEAST, _EARLIER_AT_MOST = 6, 24
#: The third last purchase day must not be older: an old change is no news.
_NEWS_DAYS = 180
_MAD_TO_DEVIATION = 1.4826
#: Variances of a median, in those of one value: of three values, and of many (× 1 / their number).
_OF_THREE, _OF_MANY = 0.449, 1.571
#: The book's spread counts for so many orders of the customer's own.
_BOOK_WORTH = 6.0
_LEAST_SPREAD = 0.05
_FREE_SHARE = 0.37
_APART = 128.0


@dataclass(frozen=True)
class OrderValues:
    """Customers with enough purchase days to tell; shape (n,) each.

    Attributes
    ----------
    row
        Index into the book's customers.
    since
        Day number of the third last purchase day.
    latest, earlier
        Median value of the last three purchase days, and of those before.
    few, many
        How likely so low, and so high, a median would be if nothing had changed.
    """

    row: Whole
    since: Whole
    latest: Floats
    earlier: Floats
    few: Floats
    many: Floats


@dataclass(frozen=True)
class Latest:
    """Medians of the log values of the latest purchase days and of those before, with the spread of the latter.

    `since` is the day number of the third last purchase day, `count` how many earlier ones there are; shape (n,) each.
    """

    row: Whole
    since: Whole
    latest: Floats
    earlier: Floats
    spread: Floats
    count: Floats


def book_spread(of: Latest) -> float:
    """The typical spread of a customer's order values on a log scale, over the whole book."""
    return max(float(np.median(of.spread)), _LEAST_SPREAD) if of.row.size else 0.5


def order_values(of: Latest, day: int, spread: float) -> OrderValues:
    """Last order values against earlier ones at the end of `day`; `spread`: what `book_spread` found."""
    news = day - of.since <= _NEWS_DAYS
    count = of.count
    variance = (count * of.spread**2 + _BOOK_WORTH * spread**2) / (count + _BOOK_WORTH)
    deviation = np.sqrt(np.maximum(variance, _LEAST_SPREAD**2) * (_OF_THREE + _OF_MANY / np.maximum(count, 1.0)))
    z = (of.latest - of.earlier) / deviation
    # A median absolute deviation knows about a third as much of the spread as a standard deviation does.
    free = np.maximum(_FREE_SHARE * (count + _BOOK_WORTH), 1.0)
    few, many = stdtr(free, z), stdtr(free, -z)
    return OrderValues(
        of.row[news], of.since[news], np.exp(of.latest[news]), np.exp(of.earlier[news]), few[news], many[news]
    )


def latest_of(bought: PurchaseDays, customers: int, first: int = 0) -> Latest:
    """What the purchase days of so many customers tell of their order values; `first` is added to their rows."""
    valued = np.flatnonzero((bought.valued > 0) & (bought.value > 0))
    total = np.bincount(bought.row[valued], minlength=customers)
    enough = total >= LATEST + _EARLIER_AT_LEAST
    valued = valued[enough[bought.row[valued]]]
    chosen = np.flatnonzero(enough)
    end = np.cumsum(total[chosen])
    from_the_end = np.repeat(end, total[chosen]) - np.arange(valued.size)  # 1 for the newest of each
    logs: Floats = np.log(bought.value[valued])
    late = from_the_end <= LATEST
    early = ~late & (from_the_end <= LATEST + _EARLIER_AT_MOST)
    place = np.searchsorted(chosen, bought.row[valued])
    latest = _medians(place[late], logs[late], chosen.size)
    earlier = _medians(place[early], logs[early], chosen.size)
    spread = _MAD_TO_DEVIATION * _medians(place[early], np.abs(logs[early] - earlier[place[early]]), chosen.size)
    count = np.bincount(place[early], minlength=chosen.size).astype(np.float64)
    return Latest(chosen + first, bought.day[valued[end - LATEST]], latest, earlier, spread, count)


def joined(parts: Sequence[Latest]) -> Latest:
    """What several groups of customers tell, as one."""
    if len(parts) == 1:
        return parts[0]
    return Latest(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Latest)))


def _medians(group: Whole, values: Floats, groups: int) -> Floats:
    """Median of the values of each group, none of which is empty; `group` is rising."""
    # One key for both, as no logarithm of an amount is as far from zero: a quarter of the time of two keys.
    ordered = values[np.argsort(group * _APART + values)]
    count = np.bincount(group, minlength=groups)
    start = np.cumsum(count) - count
    return np.asarray((ordered[start + (count - 1) // 2] + ordered[start + count // 2]) / 2.0)
