"""The words of reasons that come from money and from channels beside orders, where a rung that was learnt counts them.

Each is a label and what the figure is, whichever way it counts: "Support tickets: 2 in 90 days". Where something went
wrong or well, the fact about it (see `reasons`) is told instead, with these points.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.values.words import count as plural
from services.scoring.features import Features
from services.scoring.reason_formatting import (
    features_words,
    known_for,
    leaving_words,
    no_visit_words,
    ratings_figure,
    ratings_words,
    whole,
)

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_UNKNOWN = -1
_MOST_MAILS = 999
_MOST_DEALS = 999
_BEGUN, _LARGEST_CHANGE = 1_000, 900
#: Days since a renewal and to the next that are told apart, and days by which it may be late.
_LONGEST, _LATE = 1_500, 300
_YEAR_DAYS = 365
#: Months of the visits of before.
_MONTHS = 3
#: Of texts that nobody rated: what their sentiment is called from which score on 1 to 5 on.
_GOOD_FROM, _BAD_TO = 3.5, 2.5
_MOODS = {-2: "Good", -3: "Mixed", -4: "Bad"}


Told = tuple[Whole, Callable[[int], tuple[str, str]]]


def figures(code: str, seen: Features) -> Told:
    """Of a code: a whole number a customer that says all there is to say, and its label and evidence."""
    return _FIGURES[code](seen)


def _spending(seen: Features) -> Told:
    change = 100.0 * (seen.spend_6m / np.maximum(seen.spend_6m_before, 1.0) - 1.0)
    begun = ~(seen.spend_6m_before > 0)
    return whole(np.where(begun, _BEGUN, np.clip(np.nan_to_num(change), -100, _LARGEST_CHANGE))), _spend


def _emails(seen: Features) -> Told:
    answered = np.round(np.nan_to_num(seen.answer_share * seen.mails_180d)).clip(0, _MOST_MAILS)
    mails = np.nan_to_num(seen.mails_180d).clip(0, _MOST_MAILS)
    return whole(mails * (_MOST_MAILS + 1) + answered), _email


#: Several figures in one number, three of them at most: each is below `_WIDE`, the highest of them "not known".
_WIDE = 1 << 20
_NOT_KNOWN = _WIDE - 1


def _numbers(*figures: Floats) -> Whole:
    """Figures of a customer in one number; no book has one for which there is no room."""
    told = np.zeros(figures[0].shape, np.int64)
    for figure in figures:
        known = whole(np.clip(np.nan_to_num(figure), 0, _NOT_KNOWN - 1))
        told = told * _WIDE + np.where(np.isnan(figure), _NOT_KNOWN, known)
    return told


def _contract_number(seen: Features) -> Whole:
    """Days under contract; below `_UNKNOWN` where there was a renewal: days since it and to the next."""
    age = np.nan_to_num(seen.contract_days, nan=_UNKNOWN)
    since = np.clip(np.nan_to_num(seen.renewed_days), 0, _LONGEST - 1)
    due = np.clip(np.nan_to_num(seen.renewal_due_days), -_LATE, _LONGEST - _LATE - 1) + _LATE
    return whole(np.where(np.isnan(seen.renewed_days), age, -2.0 - (since * _LONGEST + due)))


def _visits_number(seen: Features) -> Whole:
    """Visits in a month and in the three before; below `_UNKNOWN` who has made none in the month: the last day."""
    counts = _numbers(seen.visits_30d, seen.visits_90d_before)
    ago = np.nan_to_num(seen.day - seen.last_visit)
    away = np.where(np.isnan(seen.last_visit), _UNKNOWN, -2.0 - ago)
    return whole(np.where(seen.visits_30d > 0, counts, away))


def _deals_number(seen: Features) -> Whole:
    """Open deals, those that were lost and won of late, and days since one moved."""
    lost, won = (np.clip(one, 0, _MOST_DEALS) for one in (seen.deals_lost_6m, np.nan_to_num(seen.deals_won_6m)))
    return _numbers(seen.deals_open, lost * (_MOST_DEALS + 1) + won, seen.deal_still_days)


def outweighed(code: str, numbers: Whole, hundredths: Whole) -> NDArray[np.bool_]:
    """Where the figure that is told went one way and all of its group the other, shape (customers,).

    The group of money counts how large, how many and how late orders were; what is told is where spending goes. That of
    visits counts how many there are, which may be many though there were more before; that of products likewise.
    """
    if code == "value":
        return np.asarray((numbers != _BEGUN) & (numbers * hundredths > 0))
    if code == "visits":
        now, before = np.divmod(numbers, _WIDE)
        return np.asarray((numbers >= 0) & ((now - before / _MONTHS) * hundredths > 0))
    if code == "mix":
        now, before = np.divmod(numbers, _WIDE)
        return np.asarray((now != _NOT_KNOWN) & (before != _NOT_KNOWN) & ((now - before) * hundredths > 0))
    return np.zeros(numbers.shape, np.bool_)


def outweighed_words(code: str, number: int) -> tuple[str, str]:
    """Label and evidence of what went one way where all of its group goes the other."""
    if code == "visits":
        return "Visits and logins", f"{number // _WIDE:,} in 30 days"
    if code == "mix":
        now = number // _WIDE
        return "Products bought", f"{now:,} different in 6 months" if now else "None in 6 months"
    way = "down" if number < 0 else "up"
    return "Spending", f"{way.capitalize()} {abs(number)}\u202f% in 6 months; their orders overall count more"


def _given(mean: Floats, count: Floats, score: Floats) -> Whole:
    """Ratings that were given; below `_UNKNOWN` where there are none and the texts' sentiment counts: -2, -3 or -4."""
    mood = np.where(score >= _GOOD_FROM, -2.0, np.where(score <= _BAD_TO, -4.0, -3.0))
    unrated = np.where(np.isnan(score), float(_UNKNOWN), mood)
    return whole(np.where(count > 0, ratings_figure(mean, count), unrated))


def _spend(percent: int) -> tuple[str, str]:
    if percent == _BEGUN:
        return "Spending", "Nothing to compare the last 6 months with"
    way = "down" if percent < 0 else "up"
    return "Spending", f"Last 6 months {way} {abs(percent)}\u202f% on the 6 before"


def _tickets(count: int) -> tuple[str, str]:
    return "Support tickets", f"{count:,} in 90 days" if count else "None in 90 days"


def _satisfaction(number: int) -> tuple[str, str]:
    if number >= 0:
        return "Satisfaction", ratings_words(number, "rating")
    if number == _UNKNOWN:
        return "Satisfaction", "Not rated in a year"
    return "Ticket sentiment", f"{_MOODS[number]}; not rated in a year"


def _reviews(number: int) -> tuple[str, str]:
    if number >= 0:
        return "Reviews", ratings_words(number, "review")
    return ("Reviews", "None in a year") if number == _UNKNOWN else ("Review sentiment", f"{_MOODS[number]}; no stars")


def _email(number: int) -> tuple[str, str]:
    mails, answered = divmod(number, _MOST_MAILS + 1)
    return "Emails", f"{answered} of {mails} answered in 180 days" if mails else "None sent in 180 days"


def _activity(days: int) -> tuple[str, str]:
    if days < 0:
        return "Other activity", "None so far"
    return (
        "Other activity",
        f"Last {plural(days, 'day')} ago" if days > 1 else f"Last {'yesterday' if days else 'today'}",
    )


def _contract(number: int) -> tuple[str, str]:
    if number == _UNKNOWN:
        return "Contract", "None running"
    if number > _UNKNOWN:
        left = _YEAR_DAYS - number % _YEAR_DAYS
        return "Contract", f"Runs {known_for(number)}; may be ended in {plural(left, 'day')}"
    since, due = divmod(-2 - number, _LONGEST)
    due -= _LATE
    coming = f"the next is due in {plural(due, 'day')}" if due >= 0 else f"the next was due {plural(-due, 'day')} ago"
    return "Contract", f"Renewed {known_for(since)} ago; {coming}"


def _deals(number: int) -> tuple[str, str]:
    both, still = divmod(number, _WIDE)
    running, closed = divmod(both, _WIDE)
    lost, won = divmod(closed, _MOST_DEALS + 1)
    told = "None open"
    if running:
        moved = f"{plural(still, 'day')} ago" if still else "today"
        told = f"{running:,} open, last moved {moved}"
    ended = [f"{count:,} {how}" for count, how in ((lost, "lost"), (won, "won")) if count]
    return "Deals", f"{told}; {', '.join(ended)} in 6 months" if ended else told


def _mix(number: int) -> tuple[str, str]:
    now, before = divmod(number, _WIDE)
    if _NOT_KNOWN in (now, before):
        return "Products bought", "Not known"
    if not now and not before:
        return "Products bought", "None in a year"
    return "Products bought", f"{now:,} different in 6 months, {before:,} in the 6 before"


def _discounts(number: int) -> tuple[str, str]:
    now, before = divmod(number, _WIDE)
    if now == _NOT_KNOWN:
        return "Discounts", "Nothing bought in 6 months"
    told = f"{now}\u202f% of revenue discounted in 6 months"
    return "Discounts", told if before == _NOT_KNOWN else f"{told}, {before}\u202f% in the year before"


def _visits(today: int, number: int) -> tuple[str, str]:
    if number == _UNKNOWN:
        return "Visits and logins", "None so far"
    if number < _UNKNOWN:
        return "Visits and logins", no_visit_words(today + 2 + number, today)
    now, before = divmod(number, _WIDE)
    return "Visits and logins", f"{now:,} in 30 days, {round(before / _MONTHS):,} a month before"


def _words(today: int, ago: int) -> tuple[str, str]:
    return "Mentions of leaving", leaving_words(today - ago, today) if ago >= 0 else "None in a year"


def _use(number: int) -> tuple[str, str]:
    both, before = divmod(number, _WIDE)
    now, kept = divmod(both, _WIDE)
    if before:
        return "Features", features_words(kept, before)
    return "Features", f"Uses {plural(now, 'feature')}, none before" if now else "None used in 4 months"


_FIGURES: dict[str, Callable[[Features], Told]] = {
    "value": _spending,
    "tickets": lambda seen: (whole(np.nan_to_num(seen.tickets_90d)), _tickets),
    "satisfaction": lambda seen: (_given(seen.rating_mean, seen.ratings, seen.satisfaction), _satisfaction),
    "reviews": lambda seen: (_given(seen.stars_mean, seen.stars, seen.review_score), _reviews),
    "email": _emails,
    "activity": lambda seen: (whole(np.nan_to_num(seen.day - seen.last_activity, nan=_UNKNOWN)), _activity),
    "contract": lambda seen: (_contract_number(seen), _contract),
    "deals": lambda seen: (_deals_number(seen), _deals),
    "mix": lambda seen: (_numbers(seen.kinds_6m, seen.kinds_6m_before), _mix),
    "discounts": lambda seen: (
        _numbers(100.0 * seen.discount_share_6m, 100.0 * seen.discount_share_before),
        _discounts,
    ),
    "visits": lambda seen: (_visits_number(seen), partial(_visits, seen.day)),
    "fields": lambda seen: (
        np.zeros(seen.rhythm_count.shape, np.int64),
        lambda _: ("Customer fields", "What the imported fields say about them, such as the type of contract"),
    ),
    "leaving": lambda seen: (whole(np.nan_to_num(seen.leaving_days, nan=_UNKNOWN)), partial(_words, seen.day)),
    "use": lambda seen: (_numbers(seen.features_used, seen.features_kept, seen.features_before), _use),
}
