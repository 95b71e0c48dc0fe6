"""What a reason is told by: the name of a phrase (see `phrasing`) with the figures that its words need.

Of each group of figures its usual one, or the one that moved the group most: a group is not told by a figure that did
not. Of money that is how much was spent lately, the highest purchase day, what was given back …; of the gap it may be
how few purchase days there were lately, or that there has been only one. Where something went wrong or well, the fact
about it (see `reason_facts`) is told instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.values.scores import OWN_GAPS
from services.scoring.features import Features
from services.scoring.model_selection.frame import Frame
from services.scoring.model_selection.groups import ASPECT_NAMES, GROUPS
from services.scoring.parameters import ChurnModel

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
#: Figures of the customers, or one of them all.
Figure = NDArray[Any] | int | str
#: The name of a phrase, and its figures.
Told = tuple[str, tuple[Any, ...]]

#: Decimals of the usual gap in the public table, from which the other rooms word it.
GAP_DIGITS = 1
_WINDOW_DAYS = 90
#: A silence of this share of the usual gap is near its end.
_MOST_OF_A_GAP = 0.5
_DIGITS = 3
#: What was bought was given back, for the most part.
_MOSTLY = 0.5
_BOUGHT = frozenset({"highest_value", "last_value", "spent_lately"})
#: Of each aspect of money its column.
_AMOUNTS = {
    "mean_value": "mean_value",
    "last_value": "last_value",
    "highest_value": "highest_value",
    "spend": "spend",
    "spent_lately": "spend_90",
    "given_back": "given_back",
}
_LARGEST_CHANGE = 900
#: Months of the visits of before.
_MONTHS = 3
#: Of texts that nobody rated: what their sentiment is called from which score on 1 to 5 on.
_GOOD_FROM, _BAD_TO = 3.5, 2.5
_MIDDLE = 3.0


def whole(values: Floats) -> Whole:
    """Numbers as words have them: a half is rounded away from zero, nan is 0."""
    known = np.nan_to_num(values)
    return (np.sign(known) * np.floor(np.abs(known) + 0.5)).astype(np.int64)


def tenths(mean: Floats) -> Whole:
    """Means of ratings as they are told, in tenths."""
    return np.floor(10.0 * np.nan_to_num(mean) + 0.5).astype(np.int64)


def iso_days(days: Floats) -> NDArray[np.str_]:
    """Day numbers as ISO days; none of them is nan."""
    return np.datetime_as_string(days.astype(np.int64).astype("datetime64[D]"))


def rows_of(places: Whole, figures: Iterable[Figure]) -> Iterable[tuple[Any, ...]]:
    """The figures of the customers at the places: whole numbers, and None for what is not known."""
    plain = [_plain(one[places]) if isinstance(one, np.ndarray) else repeat(one) for one in figures]
    return zip(*plain, strict=False) if plain else repeat(())


def _plain(values: NDArray[Any]) -> list[Any]:
    return with_none(whole(values).tolist(), np.isnan(values)) if values.dtype.kind == "f" else list(values.tolist())


def with_none(values: list[Any], missing: Flags) -> list[Any]:
    """Put None where `missing` holds, in place; return the list."""
    for place in np.flatnonzero(missing).tolist():
        values[place] = None
    return values


@dataclass(frozen=True)
class Leads:
    """What moved each group most its way, and where its figure is known from.

    Attributes
    ----------
    names
        Places in `ASPECT_NAMES`, shape (customers, groups); -1 where a group has none.
    frame
        What the models know of the customers.
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


class Reason:
    """One code of all customers: its points, what is known of them, and what they are told; the last word counts."""

    def __init__(self, seen: Features, hundredths: Whole, leads: Leads | None, whom: Flags) -> None:
        self.seen = seen
        self.hundredths = hundredths
        self.leads = leads
        self._whom = whom
        self._told = np.empty(hundredths.size, object)

    def tell(self, whom: Flags | bool, phrase: str, *figures: Figure) -> None:
        """Tell them by this phrase, in place of what was said before."""
        places = np.flatnonzero(whom & self._whom)
        if places.size:
            told = zip(repeat(phrase), rows_of(places, figures), strict=False)
            self._told[places] = np.fromiter(told, object, places.size)

    def told(self) -> list[Told]:
        """What each customer is told."""
        return list(self._told.tolist())


def told_by(
    code: str,
    seen: Features,
    hundredths: Whole,
    leads: Leads | None,
    whom: Flags,
    orders: ChurnModel,
    activity: ChurnModel,
) -> list[Told]:
    """What those whom it concerns are told of a code with these points (in hundredths, shape (customers,))."""
    reason = Reason(seen, hundredths, leads, whom)
    if code == "orders":
        _orders(reason, orders, activity)
    elif code == "tenure":
        _tenure(reason, orders, activity)
    else:
        _TOLD[code](reason)
    return reason.told()


def _gap(of: Reason) -> None:
    seen, active = of.seen, of.seen.by_activity
    exists, own = seen.rhythm_count > 0, seen.own_gaps >= OWN_GAPS
    # As the public table has it: a reason and a figure beside it are rounded from the same number.
    usual = whole(np.round(seen.usual_gap, GAP_DIGITS))
    since = whole(seen.days_since)
    of.tell(True, "gap", np.where(exists, seen.days_since, np.nan), np.where(exists, usual, 0), own, active)
    known = exists & (usual > 0)
    inside, beyond = known & (of.hundredths > 0) & (since <= usual), known & (of.hundredths < 0) & (since > usual)
    of.tell(inside & (since > 0), "not_over", since, usual, own, active)
    of.tell(beyond, "not_long", since, usual, own, active)
    if of.leads is None:
        return
    once = (seen.rhythm_count == 1) & of.leads.led("gap", "count", "year", "spread", "known")
    lately = of.leads.lately()
    # As many of late as ever are no reason to leave.
    brisk = inside & (since > 0) & own & ((lately + 1) * usual > _WINDOW_DAYS)
    few = of.leads.led("gap", "lately") | beyond | (inside & (since < _MOST_OF_A_GAP * usual))
    of.tell(few & ~brisk & (lately > 0), "lately", lately, active)
    of.tell(once, "only_one", since, active)


def _orders(of: Reason, orders: ChurnModel, activity: ChurnModel) -> None:
    active, total = of.seen.by_activity, whole(of.seen.rhythm_count)
    typical = np.where(active, *(round(one.repeaters.frequency) + 1 for one in (activity, orders)))
    of.tell(True, "orders", total, typical, active)
    of.tell((total < typical) & (of.hundredths < 0), "few_orders", total, active)
    of.tell((total > typical) & (of.hundredths > 0), "many_orders", total, active)
    if of.leads is None:
        return
    spread = of.leads.frame.column("gap_spread")
    of.tell(of.leads.led("orders", "year"), "in_a_year", whole(of.seen.rhythm_12m), total, active)
    of.tell(of.leads.led("orders", "spread") & np.isfinite(spread), "uneven", 100.0 * spread, active)


def _tenure(of: Reason, orders: ChurnModel, activity: ChurnModel) -> None:
    """Since the first order, or since the first contract of who never ordered."""
    seen = of.seen
    days = whole(np.where(seen.rhythm_count > 0, seen.age, -seen.contract_days))
    typical = np.where(seen.by_activity, *(round(one.repeaters.age) for one in (activity, orders)))
    of.tell(days >= 0, "tenure", days, typical, seen.by_activity)
    of.tell(days < 0, "customer_for", -days, typical)


def _value(of: Reason) -> None:
    """Where spending goes; the group counts how large, how many and how late orders were, and may say otherwise."""
    now, before = of.seen.spend_6m, of.seen.spend_6m_before
    change = np.nan_to_num(100.0 * (now / np.maximum(before, 1.0) - 1.0))
    percent = whole(np.clip(change, -100, _LARGEST_CHANGE))
    of.tell(True, "spending", percent)
    of.tell(percent * of.hundredths > 0, "spending_outweighed", percent)
    of.tell(~(before > 0), "spending_new")
    leads = of.leads
    if leads is None or not leads.unit > 0:
        return
    plain = (before > 0) & (np.abs(now - before) >= 0.005 * before) & ((now - before) * of.hundredths < 0)
    for aspect, column in _AMOUNTS.items():
        led = leads.led("value", aspect)
        if aspect == "spent_lately":
            led &= ~plain
        amounts, back = leads.minor(column), np.nan_to_num(leads.minor("given_back"))
        mostly = (aspect in _BOUGHT) & (back >= _MOSTLY * np.nan_to_num(amounts))
        returned = _rounded(np.where(mostly, back, 0.0))
        of.tell(led, "amount", aspect, _rounded(amounts), round(leads.unit), returned, leads.currency)


def _rounded(amounts: Floats) -> Whole:
    """Minor units to the digits that are told; -1 where they are not known."""
    known = np.where(np.isfinite(amounts) & (amounts > 0), amounts, 1.0)
    step = np.power(10.0, np.maximum(np.floor(np.log10(np.maximum(known, 1.0))) - (_DIGITS - 1), 0.0))
    told = np.where(np.isfinite(amounts), np.round(np.maximum(amounts, 0.0) / step) * step, -1.0)
    return told.astype(np.int64)


def _mood(of: Reason, score: Floats, phrase: str) -> None:
    """What texts that nobody rated sound like."""
    for mood, sounds in (("good", score >= _GOOD_FROM), ("bad", score <= _BAD_TO)):
        of.tell(sounds, phrase, mood)
    of.tell((score > _BAD_TO) & (score < _GOOD_FROM), phrase, "mixed")


def _satisfaction(of: Reason) -> None:
    seen = of.seen
    rated, mean = seen.ratings > 0, tenths(seen.rating_mean)
    of.tell(True, "unrated")
    _mood(of, seen.satisfaction, "ticket_mood")
    of.tell(rated, "satisfaction", mean, seen.ratings)
    of.tell(rated & odd("satisfaction", seen, of.hundredths), "answered", mean, seen.ratings)


def _reviews(of: Reason) -> None:
    of.tell(True, "no_reviews")
    _mood(of, of.seen.review_score, "review_mood")
    of.tell(of.seen.stars > 0, "reviews", tenths(of.seen.stars_mean), of.seen.stars)


def odd(code: str, seen: Features, hundredths: Whole) -> Flags:
    """Where a figure is told that people would take to speak for the other side, shape (customers,)."""
    if code not in ("satisfaction", "reviews"):
        return np.zeros(hundredths.shape, np.bool_)
    given, score = seen.stars_mean, seen.review_score
    if code == "satisfaction":
        given, score = seen.rating_mean, seen.satisfaction
    rated = np.where(np.isnan(given), score, given)
    return np.asarray(((rated < _MIDDLE) & (hundredths < 0)) | ((rated > _MIDDLE) & (hundredths > 0)))


def _emails(of: Reason) -> None:
    answered = np.round(np.nan_to_num(of.seen.answer_share * of.seen.mails_180d))
    of.tell(True, "emails", answered, np.nan_to_num(of.seen.mails_180d))


def _activity(of: Reason) -> None:
    seen, leads = of.seen, of.leads
    of.tell(True, "activity", seen.day - seen.last_activity)
    if leads is None:
        return
    # The reason of visits may tell the very day: one silence is not told twice.
    again = (seen.last_activity == seen.last_visit) & ~(seen.visits_30d > 0)
    other = (again | ((seen.last_activity == seen.day) & (of.hundredths > 0))) & leads.led("activity", "active_last")
    of.tell(leads.led("activity", "active_lately"), "activity_month", whole(leads.frame.column("activity_recent")))
    of.tell(leads.led("activity", "active_year") | other, "activity_year", whole(leads.frame.column("activity_year")))


def _contract(of: Reason) -> None:
    seen = of.seen
    of.tell(True, "contract", seen.contract_days)
    of.tell(~np.isnan(seen.renewed_days), "renewed", np.nan_to_num(seen.renewed_days), whole(seen.renewal_due_days))
    if of.leads is None:
        return
    change = whole(100.0 * np.expm1(of.leads.frame.column("charge_change")))
    of.tell(of.leads.led("contract", "charged") & (change != 0), "charged", change)


def _deals(of: Reason) -> None:
    seen = of.seen
    of.tell(True, "deals", seen.deals_open, seen.deal_still_days, seen.deals_lost_6m, seen.deals_won_6m)


def _mix(of: Reason) -> None:
    now, before = of.seen.kinds_6m, of.seen.kinds_6m_before
    of.tell(True, "mix", now, before)
    of.tell((now - before) * of.hundredths > 0, "mix_now", now)


def _discounts(of: Reason) -> None:
    of.tell(
        True,
        "discounts",
        np.maximum(100.0 * of.seen.discount_share_6m, 0.0),
        np.maximum(100.0 * of.seen.discount_share_before, 0.0),
    )


def _visits(of: Reason) -> None:
    """How many there are, which may be many though there were more before; of whom came no more, since when."""
    now, before, last = of.seen.visits_30d, np.nan_to_num(of.seen.visits_90d_before), of.seen.last_visit
    of.tell(np.isnan(last), "no_visits")
    _tell_day(of, ~np.isnan(last), "no_visit_since", last)
    came = now > 0
    of.tell(came, "visits", now, before)
    of.tell(came & ((now - before / _MONTHS) * of.hundredths > 0), "visits_now", now)


def _leaving(of: Reason) -> None:
    days = of.seen.leaving_days
    of.tell(np.isnan(days), "no_leaving")
    _tell_day(of, ~np.isnan(days), "leaving", of.seen.day - days)


def _tell_day(of: Reason, whom: Flags, phrase: str, day: Floats) -> None:
    days = iso_days(np.where(whom, day, of.seen.day))
    of.tell(whom, phrase, days, str(iso_days(np.array([of.seen.day]))[0]))


def _use(of: Reason) -> None:
    now, kept, before = (whole(one) for one in (of.seen.features_used, of.seen.features_kept, of.seen.features_before))
    of.tell(True, "use", now)
    of.tell(before > 0, "use_kept", kept, before)


_TOLD: dict[str, Callable[[Reason], None]] = {
    "gap": _gap,
    "value": _value,
    "tickets": lambda of: of.tell(True, "tickets", np.nan_to_num(of.seen.tickets_90d)),
    "satisfaction": _satisfaction,
    "reviews": _reviews,
    "email": _emails,
    "activity": _activity,
    "contract": _contract,
    "deals": _deals,
    "mix": _mix,
    "discounts": _discounts,
    "visits": _visits,
    "fields": lambda of: of.tell(True, "fields"),
    "leaving": _leaving,
    "use": _use,
}
