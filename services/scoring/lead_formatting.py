"""The words of a reason by the figure that moved it most: a group of figures is not told by one that did not.

Of money that is how much was spent lately, the highest purchase day, what was given back …; of the gap it may be
how few purchase days there were lately, or that there has been only one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.values.scores import OWN_GAPS
from models.values.words import THIN, gap_words, money_short
from models.values.words import count as plural
from services.scoring.features import Features
from services.scoring.model_selection.frame import Frame
from services.scoring.model_selection.groups import ASPECT_NAMES, GROUPS
from services.scoring.reason_formatting import gap_days, ratings_figure, ratings_words, up_to_points, whole

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
#: Places of customers, and the words of each up to the points.
Retold = Iterator[tuple[Whole, list[str]]]

_WINDOW_DAYS, _MONTH_DAYS = 90, 30
#: A silence of this share of the usual gap is near its end.
_MOST_OF_A_GAP = 0.5
_DIGITS = 3
#: What was bought was given back, for the most part.
_MOSTLY = 0.5
_BOUGHT = frozenset({"highest_value", "last_value", "spent_lately"})


@dataclass(frozen=True)
class Leads:
    """What moved each group most its way, and where its figure is known from.

    Attributes
    ----------
    names
        Places in `ASPECT_NAMES`, shape (customers, groups); -1 where a group has none.
    frame
        What the rungs know of the customers.
    unit, currency
        The book's median purchase day in minor units, against which the frame tells money.
    """

    names: Whole
    frame: Frame
    unit: float
    currency: str

    def led(self, code: str, *aspects: str) -> Flags:
        """Whose group is moved most by one of the aspects, shape (customers,)."""
        lead = self.names[:, GROUPS.index(code)]
        return np.isin(lead, [ASPECT_NAMES.index(name) for name in aspects])

    def minor(self, column: str) -> Floats:
        """An amount of the frame in minor units, nan where it is not known."""
        told = self.frame.column(column)
        return np.asarray(self.unit * (np.exp(told) if column == "mean_value" else np.expm1(told)))

    def lately(self) -> Whole:
        """Purchase days, or active days, of the last 90 days."""
        return whole(np.square(self.frame.column("days_90")))


def _each(places: Whole, say: Callable[..., str], *figures: NDArray[np.int64]) -> tuple[Whole, list[str]]:
    """The words of the customers at the places, made once for figures that occur often."""
    known: dict[tuple[int, ...], str] = {}
    texts = []
    for row in zip(*(one[places].tolist() for one in figures), strict=True):
        text = known.get(row)
        if text is None:
            text = known[row] = say(*row)
        texts.append(text)
    return places, texts


def retold(code: str, seen: Features, leads: Leads | None, hundredths: Whole) -> Retold:
    """Of whom a group is told by another figure than its usual one, or in other words: places, and the words.

    `hundredths`: the points of the group, shape (customers,).
    """
    say = _RETOLD.get(code)
    return iter(()) if say is None else say(seen, leads, hundredths)


def _gap(seen: Features, leads: Leads | None, hundredths: Whole) -> Retold:
    since, usual = whole(seen.days_since), whole(gap_days(seen.usual_gap))
    known, own = (seen.rhythm_count > 0) & (usual > 0), (seen.own_gaps >= OWN_GAPS).astype(np.int64)
    inside, beyond = known & (hundredths > 0) & (since <= usual), known & (hundredths < 0) & (since > usual)
    active = seen.by_activity.astype(np.int64)
    left = np.ones(since.shape, np.bool_)
    if leads is not None:
        once = (seen.rhythm_count == 1) & leads.led("gap", "count", "year", "spread", "known")
        lately = leads.lately()
        # As many of late as ever are no reason to leave.
        brisk = inside & (since > 0) & (own > 0) & ((lately + 1) * usual > _WINDOW_DAYS)
        few = leads.led("gap", "lately") | beyond | (inside & (since < _MOST_OF_A_GAP * usual))
        few &= ~once & ~brisk & (lately > 0)
        yield _each(np.flatnonzero(once), _only, since, active)
        yield _each(np.flatnonzero(few), _lately, lately, active)
        left = ~once & ~few
    yield _each(np.flatnonzero(inside & left & (since > 0)), _not_over, since, usual, active, own)
    yield _each(np.flatnonzero(beyond & left), _not_long, since, usual, active, own)


def _noun(active: int) -> tuple[str, str]:
    return ("activity", "active day") if active else ("order", "purchase day")


def _only(since: int, active: int) -> str:
    _, day = _noun(active)
    told = f"{plural(since, 'day')} ago" if since else "today"
    return up_to_points("gap", f"One {day} so far", f"The only {day} was {told}")


def _lately(count: int, active: int) -> str:
    _, day = _noun(active)
    return up_to_points(
        "gap", "Activity lately" if active else "Orders lately", f"{plural(count, day)} in {_WINDOW_DAYS} days"
    )


def _not_over(since: int, usual: int, active: int, own: int) -> str:
    noun, _ = _noun(active)
    of = (
        f"{since:,} of the usual {plural(usual, 'day')}"
        if own
        else f"{plural(since, 'day')}; {gap_words(usual, False)}"
    )
    return up_to_points("gap", f"Gap since last {noun}", f"No {noun} for {of}")


def _not_long(since: int, usual: int, active: int, own: int) -> str:
    noun, _ = _noun(active)
    than = f"not twice the usual {usual:,}" if since < 2 * usual and own else "others have longer gaps"
    return up_to_points("gap", f"Gap since last {noun}", f"No {noun} for {plural(since, 'day')}; {than}")


def _orders(seen: Features, leads: Leads | None, hundredths: Whole) -> Retold:
    if leads is None:
        return
    active, year, total = seen.by_activity.astype(np.int64), whole(seen.rhythm_12m), whole(seen.rhythm_count)
    spread = leads.frame.column("gap_spread")
    yield _each(np.flatnonzero(leads.led("orders", "year")), _in_a_year, year, total, active)
    uneven = leads.led("orders", "spread") & np.isfinite(spread)
    yield _each(np.flatnonzero(uneven), _uneven, whole(100.0 * spread), active)


def _in_a_year(year: int, total: int, active: int) -> str:
    _, day = _noun(active)
    return up_to_points("orders", f"{plural(year, day)} in 12 months", f"{total:,} so far")


def _uneven(percent: int, active: int) -> str:
    _, day = _noun(active)
    told = f"vary by {percent:,}{THIN}%" if percent else "are all alike"
    return up_to_points("orders", "Regularity", f"The gaps between {day}s {told}")


def _value(seen: Features, leads: Leads | None, hundredths: Whole) -> Retold:
    if leads is None or not leads.unit > 0:
        return
    spent_before = seen.spend_6m_before > 0
    change = seen.spend_6m - seen.spend_6m_before
    plain = spent_before & (np.abs(change) >= 0.005 * seen.spend_6m_before) & (change * hundredths < 0)
    for aspect, (column, told) in _AMOUNTS.items():
        led = leads.led("value", aspect)
        if aspect == "spent_lately":
            led &= ~plain
        amounts = leads.minor(column)
        say = _Amount(told, leads.unit, leads.currency)
        back = np.nan_to_num(leads.minor("given_back"))
        mostly = (aspect in _BOUGHT) & (back >= _MOSTLY * np.nan_to_num(amounts))
        yield _each(np.flatnonzero(led), say, _rounded(amounts), _rounded(np.where(mostly, back, 0.0)))


def _rounded(amounts: Floats) -> Whole:
    """Minor units to the digits that are told; -1 where they are not known."""
    known = np.where(np.isfinite(amounts) & (amounts > 0), amounts, 1.0)
    step = np.power(10.0, np.maximum(np.floor(np.log10(np.maximum(known, 1.0))) - (_DIGITS - 1), 0.0))
    told = np.where(np.isfinite(amounts), np.round(np.maximum(amounts, 0.0) / step) * step, -1.0)
    return told.astype(np.int64)


@dataclass(frozen=True)
class _Amount:
    words: tuple[str, str]
    unit: float
    currency: str

    def __call__(self, amount: int, back: int) -> str:
        told, without = self.words
        if amount <= 0:
            return up_to_points("value", "Spending", without)
        usual = money_short(round(self.unit), self.currency)
        returned = f"; {money_short(back, self.currency)} returned in all" if back > 0 else ""
        return up_to_points("value", "Spending", told.format(money_short(amount, self.currency), usual) + returned)


#: Of each aspect of money its column, and the words with an amount (and the book's median purchase day) or without.
_AMOUNTS = {
    "mean_value": (
        "mean_value", ("{0} a purchase day; {1} is typical of your customers", "No purchase day has an amount"),
    ),
    "last_value": ("last_value", ("Last purchase day {0}; {1} is typical of your customers", "The last has no amount")),
    "highest_value": (
        "highest_value",
        ("Highest purchase day {0}; {1} is typical of your customers", "No purchase day has an amount"),
    ),
    "spend": ("spend", ("{0} in all", "Nothing in all")),
    "spent_lately": ("spend_90", (f"{{0}} in {_WINDOW_DAYS} days", f"Nothing in {_WINDOW_DAYS} days")),
    "given_back": ("given_back", ("{0} returned in all", "Nothing returned")),
}  # fmt: skip


def _activity(seen: Features, leads: Leads | None, hundredths: Whole) -> Retold:
    if leads is None:
        return
    # The reason of visits may tell the very day: one silence is not told twice.
    again = (seen.last_activity == seen.last_visit) & ~(seen.visits_30d > 0)
    other = again | ((seen.last_activity == seen.day) & (hundredths > 0))
    for aspect, column, days in (
        ("active_lately", "activity_recent", f"{_MONTH_DAYS} days"),
        ("active_year", "activity_year", "12 months"),
    ):
        led = leads.led("activity", aspect)
        if aspect == "active_year":
            led |= other & leads.led("activity", "active_last")
        yield _each(np.flatnonzero(led), _Active(days), whole(leads.frame.column(column)))


@dataclass(frozen=True)
class _Active:
    days: str

    def __call__(self, count: int) -> str:
        return up_to_points("activity", "Other activity", f"{count or 'None'} in {self.days}")


def _satisfaction(seen: Features, leads: Leads | None, hundredths: Whole) -> Retold:
    given = whole(ratings_figure(seen.rating_mean, seen.ratings))
    yield _each(np.flatnonzero(odd("satisfaction", seen, hundredths) & (seen.ratings > 0)), _answered, given)


def _answered(given: int) -> str:
    return up_to_points("satisfaction", "Satisfaction", f"Answered when asked: {ratings_words(given, 'rating')}")


_MIDDLE = 3.0


def odd(code: str, seen: Features, hundredths: Whole) -> Flags:
    """Where a figure is told that people would take to speak for the other side, shape (customers,)."""
    if code not in ("satisfaction", "reviews"):
        return np.zeros(hundredths.shape, np.bool_)
    given, score = seen.stars_mean, seen.review_score
    if code == "satisfaction":
        given, score = seen.rating_mean, seen.satisfaction
    rated = np.where(np.isnan(given), score, given)
    return np.asarray(((rated < _MIDDLE) & (hundredths < 0)) | ((rated > _MIDDLE) & (hundredths > 0)))


_RETOLD: dict[str, Callable[[Features, Leads | None, Whole], Retold]] = {
    "gap": _gap,
    "orders": _orders,
    "value": _value,
    "activity": _activity,
    "satisfaction": _satisfaction,
}
