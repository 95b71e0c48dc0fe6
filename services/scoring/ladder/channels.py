"""Columns of the frame that come from channels beside orders: tickets, surveys, reviews, mails, activity.

A column is there where the book has its channel. Within it, nan means that the channel says nothing of this customer
(no ticket was rated); a count is zero, not nan, once the channel is recorded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.scoring.features import Features
from services.scoring.ledger import Ledger

Floats = NDArray[np.float64]

_YEAR, _QUARTER, _MONTH = 365, 90, 30


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
        found |= {"answer_share": seen.answer_share, "mails": seen.mails_180d}
    if "activities" in channels:
        found |= _activity(ledger)
    return found


def contract_columns(ledger: Ledger, horizon_days: int) -> dict[str, Floats]:
    """How long the contract has run, and how soon its year is full, when it may be ended; nan without a contract."""
    contracts, day = ledger.book.contracts, ledger.day
    age = np.full(ledger.customers, np.nan)
    age[contracts.row] = np.where(contracts.day <= day, (day - contracts.day).astype(np.float64), np.nan)
    return {"contract_age": np.log1p(age), "anniversary": (_YEAR - age % _YEAR) / horizon_days}


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
    rows, day = ledger.activity, ledger.day
    some = rows.end > rows.start
    last = np.where(some, rows.days[np.maximum(rows.end - 1, 0)], np.nan)
    return {
        "activity_recent": rows.counted(day - _MONTH, day),
        "activity_year": rows.counted(day - _YEAR, day),
        "activity_gap": np.log1p(day - last),
    }
