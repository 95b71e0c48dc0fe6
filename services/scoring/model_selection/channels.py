"""Columns of the frame that come from channels beside orders: tickets, surveys, reviews, mails, activity and habits.

A column is there where the book has its channel. Within it, nan means that the channel says nothing of this customer
(no ticket was rated); a count is zero, not nan, once the channel is recorded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.scoring.features import Features
from services.scoring.habit_series import DEALS, DISCOUNTS, LEAVING, MIX, RENEWALS, USE, VISITS
from services.scoring.ledger import Ledger

Floats = NDArray[np.float64]

_YEAR, _QUARTER, _MONTH = 365, 90, 30
#: Words of leaving count half as much again after so many days.
_WORDS_HALF = 45
#: Visits of the quarter before, as of so many months.
_MONTHS = 3.0


def channel_columns(ledger: Ledger, seen: Features, channels: frozenset[str]) -> dict[str, Floats]:
    """Columns of each channel of the book at the end of the ledger's day, shape (customers,) each."""
    found: dict[str, Floats] = {}
    if channels & {"tickets", "surveys"}:
        found["satisfaction"] = seen.satisfaction
    if "tickets" in channels:
        found |= _tickets(ledger, seen)
    if "reviews" in channels:
        found["review_score"] = seen.review_score
    if "email_events" in channels:
        found["answer_share"] = seen.answer_share
    if "activities" in channels:
        found |= _activity(ledger)
    if LEAVING in channels:
        fresh = np.nan_to_num(np.exp2(-seen.leaving_days / _WORDS_HALF))
        found |= {"leaving_words": seen.leaving_90d, "leaving_fresh": fresh}
    return found


def habit_columns(seen: Features, channels: frozenset[str]) -> dict[str, Floats]:
    """Columns of what customers buy and use, and of their deals, shape (customers,) each."""
    found: dict[str, Floats] = {}
    if DEALS in channels:
        still = np.log1p(seen.deal_still_days)
        found |= {"deals_open": seen.deals_open, "deal_still": still, "deals_lost": seen.deals_lost_6m}
    if MIX in channels:
        change = np.log1p(seen.kinds_6m) - np.log1p(seen.kinds_6m_before)
        bought = seen.kinds_6m + seen.kinds_6m_before > 0
        found |= {
            "kinds_change": np.where(bought, change, np.nan),
            "new_kinds": seen.new_kinds_6m / np.maximum(seen.kinds_6m, 1.0),
            "top_kind_share": seen.top_kind_share,
        }
    if DISCOUNTS in channels:
        found["discount_share"] = seen.discount_share_6m
        found["discount_change"] = seen.discount_share_6m - seen.discount_share_before
    if VISITS in channels:
        change = np.log1p(seen.visits_30d) - np.log1p(seen.visits_90d_before / _MONTHS)
        gap = np.log1p(seen.visit_gap_days)
        found |= {"visits": np.sqrt(seen.visits_30d), "visits_change": change, "visit_gap": gap}
    if USE in channels:
        kept = np.where(seen.features_before > 0, seen.features_kept / np.maximum(seen.features_before, 1.0), np.nan)
        found |= {"features_used": seen.features_used, "features_kept": kept}
    return found


def contract_columns(ledger: Ledger, seen: Features, channels: frozenset[str], horizon_days: int) -> dict[str, Floats]:
    """How long the contract has run, how soon its year is full, when it may be ended, and how much its invoices rose.

    nan without a contract.
    """
    age = seen.contract_days
    found = {
        "contract_age": np.log1p(age),
        "anniversary": (_YEAR - age % _YEAR) / horizon_days,
        "charge_change": _charge_change(ledger, ~np.isnan(age)),
    }
    if RENEWALS in channels:
        found |= {"renewed": np.log1p(seen.renewed_days), "renewal_due": seen.renewal_due_days / horizon_days}
    return found


def _charge_change(ledger: Ledger, under: NDArray[np.bool_]) -> Floats:
    """Logarithm of the last purchase day's value against that of the last one a quarter ago, of those `under` contract.

    nan without either.
    """
    found = np.full(ledger.customers, np.nan)
    if not under.any():
        return found
    rows = ledger.orders
    before, last = rows.until(ledger.day - _QUARTER), rows.end
    both = np.flatnonzero(under & (before > rows.start) & (last > before))
    then, now = (ledger.bought.value[place[both] - 1] for place in (before, last))
    priced = (then > 0) & (now > 0)
    found[both[priced]] = np.log(now[priced] / then[priced])
    return found


def _tickets(ledger: Ledger, seen: Features) -> dict[str, Floats]:
    tickets, day = ledger.book.tickets.until(ledger.day), ledger.day
    recent = tickets.day > day - _QUARTER
    mood = np.where(recent, tickets.values["sentiment"], np.nan)
    told = np.isfinite(mood)
    total = np.bincount(tickets.row[told], weights=mood[told], minlength=ledger.customers)
    count = np.bincount(tickets.row[told], minlength=ledger.customers)
    still_open = tickets.where(tickets.values["resolved"] > day)
    waited = np.zeros(ledger.customers)
    np.maximum.at(waited, still_open.row, (day - still_open.day).astype(np.float64))
    return {
        "tickets": np.nan_to_num(seen.tickets_90d),
        "tickets_unhappy": seen.tickets_unhappy_60d,
        "ticket_mood": np.where(count > 0, total / np.maximum(count, 1), np.nan),
        "ticket_open_days": waited,
    }


def _activity(ledger: Ledger) -> dict[str, Floats]:
    rows, day = ledger.activity, ledger.told_until("activities")
    some = rows.end > rows.start
    last = np.where(some, rows.days[np.maximum(rows.end - 1, 0)], np.nan)
    return {
        "activity_recent": rows.counted(day - _MONTH, day),
        "activity_year": rows.counted(day - _YEAR, day),
        "activity_gap": np.log1p(day - last),
    }
