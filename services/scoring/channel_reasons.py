"""The words of reasons that come from money and from channels beside orders, where a rung that was learnt counts them.

Each is a label and what the figure is, whichever way it counts: "Support tickets: 2 in 90 days". Where something went
wrong or well, the fact about it (see `reasons`) is told instead, with these points.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from services.scoring.features import Features

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_UNKNOWN = -1
_MOST_MAILS = 999
_BEGUN, _LARGEST_CHANGE = 1_000, 900


def figures(seen: Features) -> dict[str, tuple[Whole, Callable[[int], tuple[str, str]]]]:
    """For each code: a whole number a customer that says all there is to say, and its label and evidence."""
    last = seen.day - seen.last_activity
    answered = np.round(np.nan_to_num(seen.answer_share * seen.mails_180d)).clip(0, _MOST_MAILS)
    mails = np.nan_to_num(seen.mails_180d).clip(0, _MOST_MAILS)
    change = 100.0 * (seen.spend_6m / np.maximum(seen.spend_6m_before, 1.0) - 1.0)
    begun = ~(seen.spend_6m_before > 0)
    change = np.where(begun, _BEGUN, np.clip(np.nan_to_num(change), -100, _LARGEST_CHANGE))
    return {
        "value": (_whole(change), _spend),
        "tickets": (_whole(np.nan_to_num(seen.tickets_90d)), _tickets),
        "satisfaction": (_tenths(seen.satisfaction), _satisfaction),
        "reviews": (_tenths(seen.review_score), _reviews),
        "email": (_whole(mails * (_MOST_MAILS + 1) + answered), _email),
        "activity": (_whole(np.nan_to_num(last, nan=_UNKNOWN)), _activity),
        "contract": (np.zeros(last.size, np.int64), _contract),
    }


def outweighed(code: str, numbers: Whole, hundredths: Whole) -> NDArray[np.bool_]:
    """Where the figure that is told went one way and all of its group the other, shape (customers,).

    The group of money counts how large, how many and how late orders were; what is told is where spending goes.
    """
    if code != "value":
        return np.zeros(numbers.shape, np.bool_)
    return np.asarray((numbers != _BEGUN) & (numbers * hundredths > 0))


def outweighed_words(percent: int) -> tuple[str, str]:
    """Label and evidence of spending that goes one way where what was spent before counts more."""
    way = "down" if percent < 0 else "up"
    return "Spending", f"{way.capitalize()} {abs(percent)}\u202f% in 6 months; their orders in all count more"


def _whole(values: Floats) -> Whole:
    return np.round(values).astype(np.int64)


def _tenths(values: Floats) -> Whole:
    return _whole(np.nan_to_num(values * 10.0, nan=_UNKNOWN))


def _days(count: int) -> str:
    return f"{count:,} day" if count == 1 else f"{count:,} days"


def _spend(percent: int) -> tuple[str, str]:
    if percent == _BEGUN:
        return "Spending", "Nothing to compare the last 6 months with"
    way = "down" if percent < 0 else "up"
    return "Spending", f"Last 6 months {way} {abs(percent)}\u202f% on the 6 before"


def _tickets(count: int) -> tuple[str, str]:
    return "Support tickets", f"{count:,} in 90 days" if count else "None in 90 days"


def _satisfaction(tenths: int) -> tuple[str, str]:
    return "Satisfaction", f"{tenths / 10:.1f} of 5 in a year" if tenths >= 0 else "Not rated in a year"


def _reviews(tenths: int) -> tuple[str, str]:
    return "Reviews", f"{tenths / 10:.1f} of 5 in a year" if tenths >= 0 else "None in a year"


def _email(number: int) -> tuple[str, str]:
    mails, answered = divmod(number, _MOST_MAILS + 1)
    return "Emails", f"{answered} of {mails} answered in 180 days" if mails else "None sent in 180 days"


def _activity(days: int) -> tuple[str, str]:
    if days < 0:
        return "Other activity", "None so far"
    return "Other activity", f"Last {_days(days)} ago" if days else "Last today"


def _contract(_number: int) -> tuple[str, str]:
    return "Contract", "How long it has run, and how near its next year is"
