"""Calendar months over day numbers, the book's net revenue by month, and the index of its seasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from services.scoring.events import EPOCH, BookEvents, day_number

Floats = NDArray[np.float64]

#: A seasonal index takes so many whole months.
SEASONAL_FROM = 24
#: How many years of one calendar month the belief that it is like the others is worth.
_BELIEVED_YEARS = 0.5
_YEAR = 12


@dataclass(frozen=True)
class Month:
    """A calendar month: its first and its last day number, and its number of the year from 0."""

    first: int
    last: int
    of_year: int

    @property
    def name(self) -> str:
        """``2026-12``."""
        return (EPOCH + timedelta(days=self.first)).isoformat()[:7]


def month_of(day: int) -> Month:
    """The month in which a day number lies."""
    first = (EPOCH + timedelta(days=day)).replace(day=1)
    after = date(first.year + first.month // _YEAR, first.month % _YEAR + 1, 1)
    return Month(day_number(first), day_number(after) - 1, first.month - 1)


def months_from(day: int, count: int) -> list[Month]:
    """`count` months, beginning with the one in which `day` lies."""
    found = [month_of(day)]
    while len(found) < count:
        found.append(month_of(found[-1].last + 1))
    return found[:count]


def whole_months(first: int, last: int) -> list[Month]:
    """The months that lie wholly within two day numbers, both included, the oldest first."""
    at = month_of(first)
    if at.first < first:
        at = month_of(at.last + 1)
    found = []
    while at.last <= last:
        found.append(at)
        at = month_of(at.last + 1)
    return found


@dataclass(frozen=True)
class Daily:
    """Net revenue of each day from `first` on, in minor units; a return counts on its own day."""

    first: int
    revenue: Floats

    def between(self, first: int, last: int) -> float:
        """Sum of the days from `first` through `last`."""
        begin, end = max(first - self.first, 0), max(last + 1 - self.first, 0)
        return float(self.revenue[begin:end].sum())


def daily_revenue(book: BookEvents) -> Daily | None:
    """Net revenue by day through the book's day; None without an order."""
    if not book.orders.day.size:
        return None
    first = int(book.orders.day.min())
    total = np.zeros(book.as_of - first + 1)
    for series in (book.orders, book.linked_returns, book.loose_returns):
        known = series.day >= first
        amounts = np.nan_to_num(series.values["value"][known])
        total += np.bincount(series.day[known] - first, weights=amounts, minlength=total.size)[: total.size]
    return Daily(first, total)


def seasonal_index(daily: Daily, last: int) -> Floats | None:
    """Twelve factors of the calendar months, January first, with a mean of one; None with less than two years.

    Each month against the mean of the year around it, on a log scale, drawn to one while there are few years of it.
    """
    months = whole_months(daily.first, last)
    if len(months) < SEASONAL_FROM:
        return None
    came = np.array([daily.between(month.first, month.last) for month in months])
    weights = np.array([0.5, *[1.0] * (_YEAR - 1), 0.5]) / _YEAR
    around = np.convolve(came, weights, mode="valid")
    middle = np.arange(_YEAR // 2, _YEAR // 2 + around.size)
    usable = (came[middle] > 0) & (around > 0)
    of_year = np.array([month.of_year for month in months])[middle][usable]
    away = np.log(came[middle][usable] / around[usable])
    years = np.bincount(of_year, minlength=_YEAR)
    shrunk = np.bincount(of_year, weights=away, minlength=_YEAR) / (years + _BELIEVED_YEARS)
    factors = np.exp(shrunk)
    return np.asarray(factors / factors.mean())
