"""Figures of habits at the end of a day: deals, order mix, discounts, visits, use of features, and contracts. Pure.

What is told is mostly of the last weeks or months against the time before: a customer who uses two features is none who
falls silent, unless they used five in spring. nan means that the book does not know: not the channel, or nothing of
this customer in the time that is asked for.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.scoring.habit_series import DEALS, DISCOUNTS, LEAVING, LOST, MIX, RENEWALS, USE, VISITS, WON
from services.scoring.ledger import STRIDE, Ledger, Rows
from services.scoring.series import Series

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

#: Windows of figures that are slow, and of those that are quick, with the time before that they are compared with.
HALF_YEAR, YEAR = 182, 365
MONTH, QUARTER = 30, 90
#: In the order of the fields of `Features`.
HABIT_FIGURES: Final = (
    "leaving_days", "leaving_90d",
    "deals_open", "deal_still_days", "deals_lost_6m", "deals_won_6m",
    "kinds_6m", "kinds_6m_before", "new_kinds_6m", "top_kind_share",
    "discount_share_6m", "discount_share_before",
    "last_visit", "visit_gap_days", "visits_30d", "visits_90d_before",
    "features_used", "features_kept", "features_before",
    "contract_days", "renewed_days", "renewal_due_days",
    "returns_12m",
)  # fmt: skip


def habit_figures(ledger: Ledger) -> dict[str, Floats]:
    """Return each of `HABIT_FIGURES`, shape (customers,); nan, in one shared value, without data in the book.

    Visits, use and deals are told as of the day up to which their source tells: where its file is overdue nobody has
    stayed away for it.
    """
    known, day, customers = ledger.book.known_sources, ledger.day, ledger.customers
    absent = np.broadcast_to(np.float64(np.nan), (customers,))
    found: dict[str, Floats] = dict.fromkeys(HABIT_FIGURES, absent)
    back = ledger.book.linked_returns.until(day), ledger.book.loose_returns.until(day)
    if any(one.row.size for one in back):
        found["returns_12m"] = _returns(*back, day, customers)
    active = ledger.told_until("activities")
    if LEAVING in known:
        found |= _words(ledger.book.said_leaving(day), day, customers)
    if DEALS in known:
        moved = ledger.told_until("opportunities", "stage_changes")
        found |= _deals(ledger.book.deals.until(moved), moved, customers)
    if MIX in known:
        found |= _mix(ledger.book.mix.until(day), day, customers)
    if DISCOUNTS in known:
        found |= _discounts(ledger.book.orders.until(day), ledger.book.discounted.until(day), day, customers)
    if VISITS in known:
        found |= _visits(ledger.book.visits.until(active), active, customers)
    if USE in known:
        found |= _use(ledger.book.uses.until(active), active, customers)
    if ledger.book.contracts.row.size:
        found["contract_days"] = _contract(ledger.book.contracts, day, customers)
    if RENEWALS in known:
        found |= _renewals(ledger.book.renewals.until(day), found["contract_days"], day, customers)
    return found


def _count(row: Whole, customers: int) -> Floats:
    return np.bincount(row, minlength=customers).astype(np.float64)


def _returns(linked: Series, loose: Series, day: int, customers: int) -> Floats:
    """Days of a year on which a customer gave something back; an order taken back whole, or at once, was none."""
    kept = (linked.values["cancels"] < 2) & (linked.values["original"] < linked.day)
    back = loose.values["value"] < 0  # the others are charges
    row, on = (np.concatenate((getattr(linked, one)[kept], getattr(loose, one)[back])) for one in ("row", "day"))
    keys = np.unique(row[on > day - YEAR] * STRIDE + on[on > day - YEAR])
    return _count(keys // STRIDE, customers)


def _words(said: Series, day: int, customers: int) -> dict[str, Floats]:
    rows = Rows(said.row, said.day, customers)
    last = np.where(rows.end > rows.start, rows.days[np.maximum(rows.end - 1, 0)], np.nan)
    ago = np.where(day - last < YEAR, day - last, np.nan)
    return {"leaving_days": ago, "leaving_90d": rows.counted(day - QUARTER, day)}


def _deals(steps: Series, day: int, customers: int) -> dict[str, Floats]:
    """Open deals, days since the last of them moved, and deals that were lost, and won, within half a year."""
    order = np.lexsort((steps.values["step"], steps.day, steps.values["deal"], steps.row))
    row, on = steps.row[order], steps.day[order]
    deal, step = (steps.values[name][order] for name in ("deal", "step"))
    last = np.ones(row.size, np.bool_)
    last[:-1] = (row[1:] != row[:-1]) | (deal[1:] != deal[:-1])
    still_open, lately = last & (step < WON), last & (on > day - HALF_YEAR)
    moved = np.full(customers, -np.inf)
    np.maximum.at(moved, row[still_open], on[still_open].astype(np.float64))
    return {
        "deals_open": _count(row[still_open], customers),
        "deal_still_days": np.where(np.isfinite(moved), day - moved, np.nan),
        "deals_lost_6m": _count(row[lately & (step == LOST)], customers),
        "deals_won_6m": _count(row[lately & (step == WON)], customers),
    }


class _Kinds:
    """Events of kinds, ordered by customer, kind and day: which kinds occur in which windows."""

    def __init__(self, series: Series, customers: int) -> None:
        self._day, self._customers = series.day, customers
        kind = series.values["kind"]
        first = np.ones(series.row.size, np.bool_)
        first[1:] = (series.row[1:] != series.row[:-1]) | (kind[1:] != kind[:-1])
        self._start = np.flatnonzero(first)
        self._owner = series.row[self._start]

    def count(self, after: int, until: int) -> Floats:
        """Events of each kind in (after, until], shape (customers' kinds,)."""
        if not self._start.size:
            return np.empty(0)
        within = ((self._day > after) & (self._day <= until)).astype(np.float64)
        return np.asarray(np.add.reduceat(within, self._start))

    @property
    def begun(self) -> Whole:
        """Day number of each kind's first event."""
        return self._day[self._start]

    def customers(self, chosen: Flags) -> Floats:
        """How many of the `chosen` kinds each customer has, shape (customers,)."""
        return _count(self._owner[chosen], self._customers)

    def highest_share(self, count: Floats) -> Floats:
        """Share of each customer's most frequent kind in all of theirs; nan without any."""
        total = np.bincount(self._owner, weights=count, minlength=self._customers)
        most = np.zeros(self._customers)
        np.maximum.at(most, self._owner, count)
        return np.where(total > 0, most / np.maximum(total, 1.0), np.nan)


def _mix(lines: Series, day: int, customers: int) -> dict[str, Floats]:
    """Products bought in half a year and in the one before, those that are new, and the share of the favourite."""
    kinds = _Kinds(lines, customers)
    recent, before = kinds.count(day - HALF_YEAR, day) > 0, kinds.count(day - 2 * HALF_YEAR, day - HALF_YEAR) > 0
    ever = kinds.customers(kinds.begun <= day) > 0
    now = kinds.customers(recent)
    new = kinds.customers(recent & (kinds.begun > day - HALF_YEAR))
    return {
        "kinds_6m": np.where(ever, now, np.nan),
        "kinds_6m_before": np.where(ever, kinds.customers(before), np.nan),
        "new_kinds_6m": np.where(now > 0, new, np.nan),
        "top_kind_share": kinds.highest_share(kinds.count(day - YEAR, day)),
    }


def _discounts(orders: Series, discounted: Series, day: int, customers: int) -> dict[str, Floats]:
    """Share of revenue that was discounted in half a year, and in the year before it; nan without revenue."""
    middle = day - HALF_YEAR

    def spent(series: Series, after: int, until: int) -> Floats:
        amount = np.where((series.day > after) & (series.day <= until), series.values["value"], 0.0)
        return np.bincount(series.row, weights=np.nan_to_num(amount), minlength=customers).astype(np.float64)

    def share(after: int, until: int) -> Floats:
        whole = spent(orders, after, until)
        part = spent(discounted, after, until)
        return np.where(whole > 0, np.clip(part / np.maximum(whole, 1.0), 0.0, 1.0), np.nan)

    return {"discount_share_6m": share(middle, day), "discount_share_before": share(middle - YEAR, middle)}


def _visits(visits: Series, day: int, customers: int) -> dict[str, Floats]:
    """Day number of the last visit, days since then, visits in a month, and in the three months before it."""
    rows = Rows(visits.row, visits.day, customers)
    last = np.where(rows.end > rows.start, rows.days[np.maximum(rows.end - 1, 0)], np.nan)
    return {
        "last_visit": last,
        "visit_gap_days": day - last,
        "visits_30d": rows.counted(day - MONTH, day),
        "visits_90d_before": rows.counted(day - MONTH - QUARTER, day - MONTH),
    }


def _use(uses: Series, day: int, customers: int) -> dict[str, Floats]:
    """Features used in a month, those of the three months before, and how many of these were still used."""
    kinds = _Kinds(uses, customers)
    now = kinds.count(day - MONTH, day) > 0
    before = kinds.count(day - MONTH - QUARTER, day - MONTH) > 0
    return {
        "features_used": kinds.customers(now),
        "features_kept": kinds.customers(now & before),
        "features_before": kinds.customers(before),
    }


def _contract(contracts: Series, day: int, customers: int) -> Floats:
    """Days for which a contract has run; nan without one, and once it was left."""
    runs = (contracts.day <= day) & (contracts.values["left"] > day)
    age = np.full(customers, np.nan)
    age[contracts.row[runs]] = (day - contracts.day[runs]).astype(np.float64)
    return age


def _renewals(renewals: Series, contract_days: Floats, day: int, customers: int) -> dict[str, Floats]:
    """Days since the last renewal, and until the next if it comes after as long as the last one did.

    A first renewal came after the contract's beginning; where that is not known, contracts are taken for those of a
    year.
    """
    rows = Rows(renewals.row, renewals.day, customers)
    count = rows.end - rows.start
    last = np.where(count > 0, rows.days[np.maximum(rows.end - 1, 0)], np.nan)
    before = np.where(count > 1, rows.days[np.maximum(rows.end - 2, 0)], day - contract_days)
    term = last - before
    since = day - last
    return {
        "renewed_days": since,
        "renewal_due_days": np.where(term > 0, term, np.where(np.isfinite(since), float(YEAR), np.nan)) - since,
    }
