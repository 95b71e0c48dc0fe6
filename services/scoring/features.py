"""Features: what a customer's events say on a given day. Arrays in, arrays out; nothing after the day counts.

Vocabulary of Fader and Hardie: frequency x, recency t_x, age T, in days. Which days count is the ledger's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.queries.open_tickets import UNHAPPY
from models.values.scores import OWN_GAPS
from services.scoring.events import BookEvents, Series
from services.scoring.habits import HABIT_FIGURES, habit_figures
from services.scoring.ledger import Ledger, PurchaseDays, Rows, pace_of, trend_window

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

SPARKLINE_POINTS = 12
_SPARKLINE_STEP_DAYS = 28
_SPARKLINE_STEPS_SUMMED = 3
_BAD_STARS = 2.0


@dataclass(frozen=True)
class _Rhythm:
    """Days on which something happened, per customer; shape (customers,) each.

    `first` and `last` are day numbers (nan: never); `gaps` is the number of gaps between such days, `usual_gap` their
    median, drawn to the book's while there are few; `recent` and `earlier` count events inside and before the trend's
    window of `window` days, `exposure` is the length in days of the time in which the latter fell; `last_year` counts
    365 days.
    """

    count: Floats
    first: Floats
    last: Floats
    gaps: Floats
    usual_gap: Floats
    window: Floats
    last_year: Floats
    recent: Floats
    earlier: Floats
    exposure: Floats


@dataclass(frozen=True)
class Features:
    """What is known about each customer at the end of `day`; shape (customers,) each, nan where not known.

    Attributes
    ----------
    by_activity
        True where the rhythm is that of other activity, because the customer never ordered.
    frequency, recency, age, days_since, usual_gap
        x, t_x, T, days since the last such day, and the usual gap, of that rhythm.
    rhythm_count, rhythm_12m
        Such days in all and in the last 365 days.
    purchase_days, order_count, first_order, last_order, last_activity
        Of orders alone; days as day numbers.
    repeat_value, repeats_priced, repeat_log, mean_value, last_value
        Repeat purchase days of positive value: net mean in minor units, number, mean of logarithms; mean of all, last.
    spend_..., orders_..., mean_...
        Minor units and purchase days of 365 days, 182 days and the 182 before; means of the last 3 and the 6 before.
    satisfaction, review_score, answer_share, tickets_90d, days_since_mail
        Means on 1 to 5 over a year; share of our mails of 180 days that were answered; counts. What nobody rated counts
        in the means by its sentiment.
    rating_mean, ratings, stars_mean, stars
        What they gave in that year, of tickets and surveys, and of reviews: mean on 1 to 5, and number.
    ..._since_order
        Unhappy tickets, and reviews of two stars or worse, on the day of the last order or later, within a year.
    leaving_days, leaving_90d
        Days since they last wrote, within a year, that they leave (nan: never), and how often they did in 90 days.
    deals_open, deal_still_days, deals_lost_6m, deals_won_6m
        Open deals, days since the last of them moved, and deals lost, and won, in 182 days.
    kinds_..., new_kinds_6m, top_kind_share
        Products of 182 days and of the 182 before, those of them that are new, and the favourite's share in a year.
    discount_share_6m, discount_share_before
        Share of revenue that was discounted in 182 days, and in the 365 before.
    last_visit, visit_gap_days, visits_30d, visits_90d_before
        A day number, days since it, and counts of 30 days and of the 90 before.
    features_used, features_kept, features_before
        Features used in 30 days, those of them that were used in the 90 before, and all that were used then.
    contract_days, renewed_days, renewal_due_days, returns_12m
        For how long a contract has run, days since its last renewal and until the next; days of returns in a year.
    """

    day: int
    by_activity: NDArray[np.bool_]
    frequency: Floats
    recency: Floats
    age: Floats
    days_since: Floats
    usual_gap: Floats
    own_gaps: Floats
    rhythm_count: Floats
    rhythm_12m: Floats
    recent: Floats
    earlier: Floats
    exposure: Floats
    window: Floats
    purchase_days: Floats
    order_count: Floats
    first_order: Floats
    last_order: Floats
    last_activity: Floats
    repeat_value: Floats
    repeats_priced: Floats
    repeat_log: Floats
    mean_value: Floats
    last_value: Floats
    spend_total: Floats
    spend_12m: Floats
    spend_6m: Floats
    spend_6m_before: Floats
    orders_6m: Floats
    orders_6m_before: Floats
    mean_last_3: Floats
    mean_6_before: Floats
    satisfaction: Floats
    review_score: Floats
    rating_mean: Floats
    ratings: Floats
    stars_mean: Floats
    stars: Floats
    answer_share: Floats
    mails_180d: Floats
    tickets_90d: Floats
    tickets_unhappy_60d: Floats
    unhappy_since_order: Floats
    bad_reviews_since_order: Floats
    days_since_mail: Floats
    leaving_days: Floats
    leaving_90d: Floats
    deals_open: Floats
    deal_still_days: Floats
    deals_lost_6m: Floats
    deals_won_6m: Floats
    kinds_6m: Floats
    kinds_6m_before: Floats
    new_kinds_6m: Floats
    top_kind_share: Floats
    discount_share_6m: Floats
    discount_share_before: Floats
    last_visit: Floats
    visit_gap_days: Floats
    visits_30d: Floats
    visits_90d_before: Floats
    features_used: Floats
    features_kept: Floats
    features_before: Floats
    contract_days: Floats
    renewed_days: Floats
    renewal_due_days: Floats
    returns_12m: Floats

    def part(self, first: int, stop: int) -> Features:
        """The features of the customers from place `first` up to, not including, `stop`."""
        return Features(self.day, *(getattr(self, name)[first:stop] for name in _COLUMNS))


_COLUMNS = tuple(field.name for field in fields(Features) if field.name != "day")


def joined(parts: Sequence[Features]) -> Features:
    """Features of the customers of one part of a book after those of the other."""
    if len(parts) == 1:
        return parts[0]
    return Features(parts[0].day, *(_joined([getattr(part, name) for part in parts]) for name in _COLUMNS))


def _joined(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    if all(column.strides == (0,) for column in columns):  # nothing is known of anybody, and takes no room
        return np.broadcast_to(np.float64(np.nan), (sum(column.size for column in columns),))
    return np.concatenate(columns)


def _running(values: Floats) -> Floats:
    result = np.zeros(values.size + 1)
    np.cumsum(values, out=result[1:])
    return result


def _divided(total: Floats, count: Floats) -> Floats:  # nan where the count is zero
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)


def _rhythm(rows: Rows, day: int, reference_gap: float) -> _Rhythm:
    count = (rows.end - rows.start).astype(np.float64)
    some = count > 0
    first = np.where(some, rows.days[rows.start], np.nan)
    last = np.where(some, rows.days[np.maximum(rows.end - 1, 0)], np.nan)
    gaps = np.maximum(count - 1.0, 0.0)
    usual = _shrunk(rows.median_gaps, gaps, reference_gap)
    window = trend_window(usual)
    pace = pace_of(rows, day, window.astype(np.int64))
    return _Rhythm(
        count=count,
        first=first,
        last=last,
        gaps=gaps,
        usual_gap=usual,
        window=window,
        last_year=rows.counted(day - 365, day),
        recent=pace.recent,
        earlier=pace.earlier,
        exposure=pace.exposure,
    )


def _shrunk(gap: Floats, gaps: Floats, reference: float) -> Floats:
    """Usual gap: the customer's own median, drawn to the book's (log scale) below `OWN_GAPS` gaps."""
    if not np.isfinite(reference):
        return gap
    share = np.minimum(gaps / OWN_GAPS, 1.0)
    own = np.log(np.where(gaps > 0, np.nan_to_num(gap, nan=1.0), 1.0))
    return np.asarray(np.exp(share * own + (1.0 - share) * np.log(reference)))


@dataclass(frozen=True)
class ReferenceGaps:
    """The book's usual gaps in days, frozen with the fit; nan where the book has too little to tell."""

    orders: float = float("nan")
    activity: float = float("nan")


def features_at(ledger: Ledger, reference: ReferenceGaps | None = None, like: Features | None = None) -> Features:
    """Features of every customer at the end of the ledger's day.

    Parameters
    ----------
    reference
        The book's usual gaps, to which those of customers with few purchase days are shrunk.
    like
        Features of the same ledger with another reference: what does not depend on it is taken from there.
    """
    day = ledger.day
    gaps = reference or ReferenceGaps()
    orders = _rhythm(ledger.orders, day, gaps.orders)
    activity = _rhythm(ledger.activity, day, gaps.activity)
    by_activity = ledger.by_activity

    def either(name: str) -> Floats:
        ours: Floats = getattr(orders, name)
        if not by_activity.any():
            return ours
        return np.where(by_activity, getattr(activity, name), ours)

    first, last = either("first"), either("last")
    return Features(
        day=day,
        by_activity=by_activity,
        frequency=np.maximum(either("count") - 1.0, 0.0),
        recency=np.nan_to_num(last - first),
        age=np.nan_to_num(day - first),
        days_since=day - last,
        usual_gap=either("usual_gap"),
        own_gaps=either("gaps"),
        rhythm_count=either("count"),
        rhythm_12m=either("last_year"),
        recent=either("recent"),
        earlier=either("earlier"),
        exposure=either("exposure"),
        window=either("window"),
        purchase_days=orders.count,
        first_order=orders.first,
        last_order=orders.last,
        last_activity=activity.last,
        **(_unreferenced(ledger) if like is None else {name: getattr(like, name) for name in _UNREFERENCED}),
    )


_UNREFERENCED = (
    "order_count", "repeat_value", "repeats_priced", "repeat_log", "mean_value", "last_value", "spend_total",
    "spend_12m", "spend_6m", "spend_6m_before", "orders_6m", "orders_6m_before", "mean_last_3", "mean_6_before",
    "satisfaction", "review_score", "rating_mean", "ratings", "stars_mean", "stars",
    "answer_share", "mails_180d", "tickets_90d", "tickets_unhappy_60d",
    "unhappy_since_order", "bad_reviews_since_order", "days_since_mail", *HABIT_FIGURES,
)  # fmt: skip


def _unreferenced(ledger: Ledger) -> dict[str, Floats]:
    book, day, customers = ledger.book, ledger.day, ledger.customers
    return {
        **_money(ledger.orders, ledger.bought, ledger.loose, day),
        **_service(book, day, _last_day(ledger.orders)),
        **_mails(book, day, customers),
        **habit_figures(ledger),
    }


def _money(rows: Rows, bought: PurchaseDays, loose: Series, day: int) -> dict[str, Floats]:
    spent, valued, orders = _running(bought.value), _running(bought.valued), _running(bought.orders)
    given_back = Rows(loose.row, loose.day, rows.start.size)
    returned = _running(np.nan_to_num(loose.values["value"]))
    start, end = rows.start, rows.end
    year, six_before, half = rows.places(np.array([day - 365, day - 364, day - 182]))

    def spend(after: int, place: Whole) -> Floats:
        bought_since = spent[end] - spent[place]
        return np.asarray(bought_since + returned[given_back.end] - returned[given_back.until(after)])

    def mean(begin: Whole, stop: Whole) -> Floats:
        return _divided(spent[stop] - spent[begin], valued[stop] - valued[begin])

    # Returns that name no order are spread over the customer's purchase days.
    gross = spent[end] - spent[start]
    back = returned[given_back.end] - returned[given_back.start]
    net = np.clip(1.0 + back / np.maximum(gross, 1.0), 0.0, 1.0)
    again, priced = np.minimum(start + 1, end), bought.value > 0
    many, logs = _running(priced.astype(np.float64)), _running(np.log(np.where(priced, bought.value, 1.0)))
    repeats = np.where(net > 0, many[end] - many[again], 0.0)
    third, ninth = np.maximum(end - 3, start), np.maximum(end - 9, start)
    last = np.where(end > start, np.append(bought.value, 0.0)[np.maximum(end - 1, 0)], np.nan)
    spend_6m = spend(day - 182, half)
    return {
        "order_count": orders[end] - orders[start],
        "repeat_value": _divided((spent[end] - spent[again]) * net, repeats),
        "repeats_priced": repeats,
        "repeat_log": _divided(logs[end] - logs[again], repeats) + np.log(np.where(net > 0, net, 1.0)),
        "mean_value": mean(start, end) * net,
        "last_value": last,
        "spend_total": gross + back,
        "spend_12m": spend(day - 365, year),
        "spend_6m": spend_6m,
        "spend_6m_before": spend(day - 364, six_before) - spend_6m,
        "orders_6m": (end - half).astype(np.float64),
        "orders_6m_before": (half - six_before).astype(np.float64),
        "mean_last_3": np.where(end - start >= 3, mean(third, end), np.nan),
        "mean_6_before": np.where(end - start >= 9, mean(ninth, third), np.nan),
    }


def _mean_by_row(row: Whole, score: Floats, customers: int) -> tuple[Floats, Floats]:
    known = ~np.isnan(score)
    total = np.bincount(row[known], weights=score[known], minlength=customers).astype(np.float64)
    return total, np.bincount(row[known], minlength=customers).astype(np.float64)


def _service(book: BookEvents, day: int, last_order: Floats) -> dict[str, Floats]:
    customers = last_order.size
    tickets, surveys, reviews = book.tickets.until(day), book.surveys.until(day), book.reviews.until(day)
    resolved, rated = tickets.values["resolved"], tickets.values["satisfaction"]
    # A rating is given when the ticket is closed; one without that day counts from the opening.
    closed = np.where(resolved < 2_000_000, resolved, tickets.day)
    rating = np.where((closed <= day) & (closed > day - 365), rated, np.nan)
    # As `is_unhappy` has it for the rules.
    unhappy = (rating <= _BAD_STARS) | (~(rating >= 4.0) & (tickets.values["sentiment"] < UNHAPPY))
    mood = 3.0 + 2.0 * np.clip(tickets.values["sentiment"], -1.0, 1.0)
    given = _mean_by_row(tickets.row, rating, customers)
    rating = np.where(np.isnan(rating) & (tickets.day > day - 365), mood, rating)
    answered = np.where(surveys.day > day - 365, surveys.values["score"], np.nan)
    by_ticket, by_survey = _mean_by_row(tickets.row, rating, customers), _mean_by_row(surveys.row, answered, customers)
    stars, tone = reviews.values["score"], reviews.values["sentiment"]
    of_year = reviews.day > day - 365
    starred = _mean_by_row(reviews.row, np.where(of_year, stars, np.nan), customers)
    stars = np.where(np.isnan(stars), 3.0 + 2.0 * tone, stars)
    by_review = _mean_by_row(reviews.row, np.where(of_year, stars, np.nan), customers)
    opened = np.bincount(tickets.row[tickets.day > day - 90], minlength=customers).astype(np.float64)
    sad = unhappy & (tickets.day > day - 60)
    since = unhappy & (tickets.day > day - 365) & (tickets.day >= last_order[tickets.row])
    panned = (stars <= _BAD_STARS) & of_year & (reviews.day >= last_order[reviews.row])
    return {
        "satisfaction": _divided(by_ticket[0] + by_survey[0], by_ticket[1] + by_survey[1]),
        "review_score": _divided(*by_review),
        "rating_mean": _divided(given[0] + by_survey[0], given[1] + by_survey[1]),
        "ratings": given[1] + by_survey[1],
        "stars_mean": _divided(*starred),
        "stars": starred[1],
        "tickets_90d": opened if "tickets" in book.known_sources else np.full(customers, np.nan),
        "tickets_unhappy_60d": np.bincount(tickets.row[sad], minlength=customers).astype(np.float64),
        "unhappy_since_order": np.bincount(tickets.row[since], minlength=customers).astype(np.float64),
        "bad_reviews_since_order": np.bincount(reviews.row[panned], minlength=customers).astype(np.float64),
    }


def _mails(book: BookEvents, day: int, customers: int) -> dict[str, Floats]:
    mails, answers = book.mails.until(day), book.answers.until(day)
    rows = Rows(mails.row, mails.day, customers)
    sent = rows.counted(day - 180, day)
    answered = np.bincount(answers.row[answers.day > day - 180], minlength=customers).astype(np.float64)
    own = book.own_mails.until(day)
    last = np.fmax(_last_day(rows), _last_day(Rows(own.row, own.day, customers)))
    share = np.minimum(_divided(answered, np.maximum(sent, answered)), 1.0)
    return {"answer_share": share, "mails_180d": sent, "days_since_mail": day - last}


def _last_day(rows: Rows) -> Floats:  # as a day number; nan without one
    return np.where(rows.end > rows.start, rows.days[np.maximum(rows.end - 1, 0)], np.nan)


def sparklines(ledger: Ledger) -> Whole:
    """Spend of the trailing twelve weeks at 12 points four weeks apart, oldest first, 0–100 of the highest of them.

    Shape (customers, 12). Customers who never ordered show their days of activity instead.
    """
    points = _trailing(ledger.orders, _running(ledger.bought.value), ledger.day)
    if ledger.by_activity.any():
        counts = _trailing(ledger.activity, _running(np.ones(ledger.activity.day.size)), ledger.day)
        points = np.where(ledger.by_activity[:, None], counts, points)
    highest = points.max(axis=1, keepdims=True, initial=0.0)
    return np.asarray(np.round(100.0 * points / np.where(highest > 0, highest, 1.0)).astype(np.int64))


def _trailing(rows: Rows, running: Floats, day: int) -> Floats:
    steps = np.arange(SPARKLINE_POINTS + _SPARKLINE_STEPS_SUMMED - 1, -1, -1)
    marks = running[rows.places(day - steps * _SPARKLINE_STEP_DAYS)]
    return (marks[_SPARKLINE_STEPS_SUMMED:] - marks[:-_SPARKLINE_STEPS_SUMMED]).T
