"""The book at the end of a day: which days count as purchase days, and windows of any length over them.

Several orders on one day are one purchase day. A return whose order is known reduces that order from the return's own
date on; another reduces spend on its own date; a purchase day whose orders were all cancelled is none from the
cancellation's date on. Which order a cancellation takes back that names none is said in `models.queries.purchases`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.scoring.events import BookEvents, Series

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

#: Keys of (customer, day) are customer * STRIDE + day: no calendar day comes near it.
STRIDE = 1 << 24
_TREND_HISTORY_DAYS = 730
#: So long words of leaving stand; a purchase takes them back that comes so long after them.
LEAVING_DAYS, _UNDER_WAY_DAYS = 90, 14


class Rows:
    """Events ordered by customer and day, with places and running sums: any window is two look-ups."""

    def __init__(self, row: Whole, day: Whole, customers: int) -> None:
        self.row, self.day = row, day
        self.base = np.arange(customers, dtype=np.int64) * STRIDE
        self._key = row * STRIDE + day
        self.start = np.searchsorted(row, np.arange(customers))
        self.end = np.append(self.start[1:], row.size) if customers else self.start

    @cached_property
    def days(self) -> Whole:
        """Days with one more at their end, so that the place after the last event can be looked up too."""
        return np.append(self.day, 0)

    def until(self, day: Whole | int) -> Whole:
        """Place after the last event of each customer up to and including `day` (a number, or one a customer)."""
        if not self.day.size:
            return self.start
        return np.asarray(np.clip(np.searchsorted(self._key, self.base + day, side="right"), self.start, self.end))

    def until_of(self, place: Whole, day: Floats) -> Whole:
        """The same of the customers at `place` alone, each at a day of their own."""
        if not self.day.size:
            return np.asarray(self.start[place])
        found = np.searchsorted(self._key, self.base[place] + np.floor(day).astype(np.int64), side="right")
        return np.asarray(np.clip(found, self.start[place], self.end[place]))

    def counted(self, after: Whole | int, until: Whole | int) -> Floats:
        """Events of each customer in (after, until]."""
        return (self.until(until) - self.until(after)).astype(np.float64)

    def places(self, days: Whole, back: Whole | None = None) -> Whole:
        """`until` of several rising days at once, shape (days, customers); `back` counts each customer's days earlier.

        One walk over the events instead of a search for each customer and day.
        """
        customers, marks = self.start.size, days.size
        if not self.day.size:
            return np.broadcast_to(self.start, (marks, customers))
        day = self.day if back is None else self.day + back[self.row]
        first = int(day.min())
        mark_of = np.searchsorted(days, np.arange(first, int(day.max()) + 1))  # the first mark that sees the day
        kind = self.row * (marks + 1) + mark_of[day - first]
        counts = np.bincount(kind, minlength=customers * (marks + 1)).reshape(customers, marks + 1)
        counts[:, 0] += self.start
        return np.cumsum(counts[:, :marks].T, axis=0)

    @cached_property
    def log_gaps(self) -> Floats:
        """Sum of the logarithms of the gaps between days of each customer, shape (customers,)."""
        same = self.row[1:] == self.row[:-1]
        gaps = (self.day[1:] - self.day[:-1])[same]
        return np.asarray(np.bincount(self.row[1:][same], np.log(gaps), self.start.size), np.float64)

    @cached_property
    def median_gaps(self) -> Floats:
        """Median gap between days of each customer, nan with fewer than two days; shape (customers,)."""
        customers = self.start.size
        same = self.row[1:] == self.row[:-1]
        owner = self.row[1:][same]
        ordered = np.sort(owner * STRIDE + (self.day[1:] - self.day[:-1])[same])
        gaps = ordered - owner * STRIDE  # sorting within customers leaves the owners in place
        if not gaps.size:
            return np.full(customers, np.nan)
        count = np.bincount(owner, minlength=customers)
        start = np.concatenate(([0], np.cumsum(count)[:-1]))
        low = np.minimum(start + np.maximum(count - 1, 0) // 2, gaps.size - 1)
        high = np.minimum(start + count // 2, gaps.size - 1)
        return np.where(count > 0, (gaps[low] + gaps[high]) / 2.0, np.nan)


@dataclass(frozen=True)
class PurchaseDays:
    """One event a customer and purchase day: net value in minor units, 1 where it is known, number of orders."""

    row: Whole
    day: Whole
    value: Floats
    valued: Floats
    orders: Floats


def purchase_days(book: BookEvents, day: int) -> tuple[PurchaseDays, Series]:
    """Purchase days through `day`, and the returns that belong to none of them (value, by their own day)."""
    orders = book.orders.until(day)
    key = orders.row * STRIDE + orders.day
    first = np.flatnonzero(np.concatenate((np.ones(min(key.size, 1), np.bool_), key[1:] != key[:-1])))
    amount = orders.values["value"]
    known = ~np.isnan(amount)
    if first.size:
        value = np.add.reduceat(np.where(known, amount, 0.0), first)
        valued = np.maximum.reduceat(known.astype(np.float64), first)
    else:
        value, valued = np.empty(0), np.empty(0)
    count = np.diff(np.append(first, key.size)).astype(np.float64)
    cancelled, loose = _apply_returns(book, day, key[first], value, count)
    counts = ~cancelled & (value >= 0.0)
    row, on = orders.row[first], orders.day[first]
    if counts.all():
        return PurchaseDays(row, on, value, valued, count), loose
    return PurchaseDays(row[counts], on[counts], value[counts], valued[counts], count[counts]), loose


def _apply_returns(
    book: BookEvents, day: int, keys: Whole, value: Floats, count: Floats
) -> tuple[NDArray[np.bool_], Series]:
    """Take linked returns off `value`, and cancelled orders off `count`, in place.

    Returns which days are cancelled, and the loose returns.
    """
    linked, loose = book.linked_returns.until(day), book.loose_returns.until(day)
    cancelled = np.zeros(keys.size, np.bool_)
    if not linked.row.size:
        return cancelled, loose
    wanted = linked.row * STRIDE + linked.values["original"].astype(np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
    found = keys[place] == wanted if keys.size else np.zeros(wanted.size, np.bool_)
    amount = np.nan_to_num(linked.values["value"])
    np.add.at(value, place[found], amount[found])
    cancelling = found & (linked.values["cancels"] > 0)
    cancelled[place[cancelling]] = True
    cancelled &= value <= 0.0
    np.subtract.at(count, place[found & (linked.values["cancels"] > 1)], 1.0)
    np.maximum(count, 1.0, out=count)  # a day that counts had an order
    np.maximum(value, 0.0, out=value, where=~cancelled & np.isin(np.arange(keys.size), place[found]))
    if found.all():
        return cancelled, loose
    rest = linked.where(~found)
    merged = np.concatenate((loose.row, rest.row)), np.concatenate((loose.day, rest.day))
    amounts = np.concatenate((loose.values["value"], rest.values["value"]))
    order = np.argsort(merged[0] * STRIDE + merged[1], kind="stable")
    return cancelled, Series(merged[0][order], merged[1][order], {"value": amounts[order]})


class Ledger:
    """The book at the end of one day: purchase days and activity days, ready for windows of any length.

    Raises
    ------
    ValueError
        If `day` is after the day through which the events were read.
    """

    def __init__(self, book: BookEvents, day: int) -> None:
        if day > book.as_of:
            raise ValueError("The events were read through an earlier day.")
        self.book, self.day, self.customers = book, day, book.customer_ids.size
        self.bought, self.loose = purchase_days(book, day)
        self.orders = Rows(self.bought.row, self.bought.day, self.customers)
        other = book.activities.until(day)
        days = np.unique(other.row * STRIDE + other.day)
        self.activity = Rows(days // STRIDE, days % STRIDE, self.customers)
        self.by_activity = (self.orders.end == self.orders.start) & (self.activity.end > self.activity.start)

    @cached_property
    def left(self) -> NDArray[np.bool_]:
        """Who has left by the ledger's day and has not come back, shape (customers,)."""
        return self.left_by(self.day)

    @cached_property
    def left_on(self) -> NDArray[np.float64]:
        """Day number on which a customer left who has not come back, nan for all others; shape (customers,)."""
        gone = self.book.departures
        found = np.full(self.customers, np.nan)
        still = self.left[gone.row]
        found[gone.row[still]] = gone.day[still]
        return found

    def left_by(self, day: int) -> NDArray[np.bool_]:
        """The same at the end of `day`, one not after the ledger's."""
        gone = self.book.departures
        found = np.zeros(self.customers, np.bool_)
        found[gone.row[(gone.day <= day) & (gone.values["back"] > day)]] = True
        return found

    def leaving_by(self, day: int) -> NDArray[np.bool_]:
        """Who said within `LEAVING_DAYS` before the end of `day` that they leave, and did not buy since; one not after
        the ledger's. A purchase soon after the words may have been under way."""
        words = self.book.said_leaving(day)
        said = Rows(words.row, words.day, self.customers)
        until = self.orders.until(day)
        last, bought = (
            np.where(end > rows.start, rows.days[np.maximum(end - 1, 0)], -np.inf)
            for rows, end in ((said, said.end), (self.orders, until))
        )
        return np.asarray((day - last <= LEAVING_DAYS) & (bought < last + _UNDER_WAY_DAYS))

    def told_until(self, *sources: str) -> int:
        """Day number up to which the newest of these sources (tables) tells, the ledger's own at the latest.

        Where a file is long overdue, days on which it tells of nobody are no silence of a customer.
        """
        old = self.book.old_sources or {}
        known = [name for name in sources if name in self.book.known_sources]
        return min(self.day, self.book.as_of - min((old.get(name, 0) for name in known), default=0))

    def rhythm_rows(self) -> list[tuple[NDArray[np.bool_] | None, Rows]]:
        """Rows of the rhythm that counts: orders, and where there is none, activity."""
        if not self.by_activity.any():
            return [(None, self.orders)]
        return [(None, self.orders), (self.by_activity, self.activity)]


def trend_window(usual_gap: Floats) -> Floats:
    """Length in days of the recent window of each customer's trend: three usual gaps, 60 to 180 days."""
    return np.asarray(np.round(np.clip(3.0 * np.nan_to_num(usual_gap, nan=60.0), 60.0, 180.0)))


@dataclass(frozen=True)
class Pace:
    """How a customer stood at the end of one day, for segments; shape (customers,) each, nan where not known."""

    count: Floats
    age: Floats
    days_since: Floats
    recent: Floats
    earlier: Floats
    exposure: Floats


def pace_at(ledger: Ledger, day: int, window: Floats) -> Pace:
    """Standing at an earlier `day`, with each customer's own trend `window` (days) as of the ledger's day."""
    return paces_at(ledger, [day], window)[0]


def paces_at(ledger: Ledger, days: Sequence[int], window: Floats) -> list[Pace]:
    """Standings at several days in rising order: see `pace_at`."""
    whole, at = window.astype(np.int64), np.array(days, np.int64)
    found = []
    for where, rows in ledger.rhythm_rows():
        until, recent, known = rows.places(at), rows.places(at, whole), rows.places(at, whole + _TREND_HISTORY_DAYS)
        paces = [_pace(rows, day, whole, until[at], recent[at], known[at]) for at, day in enumerate(days)]
        found.append((where, paces))
    (_, first), *others = found
    for where, other in others:
        assert where is not None
        first = [_either(where, theirs, ours) for theirs, ours in zip(other, first, strict=True)]
    return first


def _either(where: NDArray[np.bool_], theirs: Pace, ours: Pace) -> Pace:
    return Pace(*(np.where(where, getattr(theirs, name), getattr(ours, name)) for name in Pace.__dataclass_fields__))


def pace_of(rows: Rows, day: int, window: Whole) -> Pace:
    """Standing of one rhythm at `day`."""
    known = day - window - _TREND_HISTORY_DAYS
    return _pace(rows, day, window, rows.until(day), rows.until(day - window), rows.until(known))


def _pace(rows: Rows, day: int, window: Whole, place: Whole, before_recent: Whole, before_known: Whole) -> Pace:
    some = place > rows.start
    days = rows.days
    first = np.where(some, days[rows.start], day)
    begin = np.maximum(first, day - window - _TREND_HISTORY_DAYS)
    until_begin = np.maximum(rows.start + some, before_known)
    before = np.maximum(before_recent, until_begin)
    # The earlier rate is that of the time in which the customer bought: silence is not part of it.
    exposure = np.where(before > until_begin, days[np.maximum(before - 1, 0)] - begin, 0)
    return Pace(
        count=(place - rows.start).astype(np.float64),
        age=np.where(some, day - first, np.nan),
        days_since=np.where(some, day - days[np.maximum(place - 1, 0)], np.nan),
        recent=(place - before_recent).astype(np.float64),
        earlier=(before - until_begin).astype(np.float64),
        exposure=exposure.astype(np.float64),
    )
