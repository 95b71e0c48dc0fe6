"""Confidence: how far a score can be trusted, in three words, with the reasons that lower it.

It comes from how much is known of a customer (purchase days, tenure, money), how new each source is that their risk
rests on, how much of what it rests on is known of them, and how far off the model in use was for customers like them.
Low confidence never hides a score; it is printed beside it, and a low score alone raises no critical alert.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.values.alerts import ALIKE_WORDS
from models.values.past_cases import FEWEST, STEPS, wilson
from services.scoring.events import BookEvents
from services.scoring.features import Features
from services.scoring.freshness import EVERYTHING, OLD_DAYS
from services.scoring.ledger import Ledger
from services.scoring.model_selection.frame import Frame
from services.scoring.model_selection.in_use import frame_in_use, under_contract
from services.scoring.model_selection.record import Record, Similar, group_of, kinds_of, known_at
from services.scoring.model_selection.windows import Label
from services.scoring.parameters import Chosen, Parameters
from services.scoring.phrasing import ALIKE, PAUSE_WORDS
from services.scoring.reason_figures import Told

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LOW, MEDIUM, HIGH = range(3)
NAMES = ("low", "medium", "high")
_FEW_DAYS = 4
#: Told risks so far off in the past (a share of customers) leave medium confidence at most, or low.
_FAR_OFF, _USELESS = 0.10, 0.20
#: From this share of what the risk rests on, a source that is old lowers the confidence; one that is as old as the
#: horizon is long and carries half of it, to low.
_USED, _CARRIES = 0.05, 0.5
#: Checks whose outcomes are held in one number.
_BITS = 60
#: From this share of what the risk rests on, what is not known of a customer lowers the confidence.
_UNKNOWN = 1.0 / 3.0
#: Where the facts of a group of reasons come from: it is as new as the newest of them.
_SOURCES_OF: dict[str, tuple[str, ...]] = {
    "tickets": ("tickets",),
    "satisfaction": ("tickets", "surveys"),
    "reviews": ("reviews",),
    "leaving": ("tickets", "reviews", "surveys", "conversations"),
    "email": ("email_events",),
    "activity": ("activities",),
    "visits": ("activities",),
    "use": ("activities",),
    "deals": ("opportunities", "stage_changes"),
    "mix": ("orders",),
    "discounts": ("orders",),
}
#: Groups of the rhythm itself: how much is known of it is told in purchase days.
_RHYTHM = frozenset({"gap", "orders", "tenure", "value"})


@dataclass(frozen=True)
class Confidence:
    """`level`: index into `NAMES`; `why`: index into `combinations` of reasons; shape (customers,) each."""

    level: NDArray[np.int64]
    why: NDArray[np.int64]
    combinations: tuple[tuple[Told, ...], ...]

    def reasons(self, why: int) -> tuple[Told, ...]:
        """The phrases, with their figures, of one customer's `why`."""
        return self.combinations[why]


def book_words(parameters: Parameters) -> Iterator[str]:
    """What a run says of all its churn risks: that they tell no departures, or no customers apart."""
    orders = parameters.orders
    if orders.candidate and not orders.btyd.dropout_identifiable:
        yield f"{PAUSE_WORDS} A high churn risk means “no order soon”, not “gone for good”."
    if orders.chosen is not None and not Record.from_json(orders.chosen.record).apart:
        yield ALIKE_WORDS


class Check(NamedTuple):
    """Of the customers for whom it `holds`, the confidence is `at_most` so high; why: a phrase with its figures."""

    at_most: int
    holds: Flags
    phrase: str
    figures: tuple[Any, ...] = ()


@dataclass(frozen=True)
class _Side:
    """Customers who are scored on one label, with the record of the model in use; `source`: of their rhythm."""

    label: Label
    whose: Flags
    chosen: Chosen | None
    record: Record
    source: str


def confidence(ledger: Ledger, seen: Features, parameters: Parameters, risk: Floats, horizon_days: int) -> Confidence:
    """Judge each customer's scores at the end of the ledger's day; `risk`: the churn risk, shape (customers,)."""
    under = under_contract(ledger, parameters, horizon_days)
    checks = [
        *_known(ledger, seen, parameters, under, horizon_days),
        *_priced(ledger.book, seen),
        *_as_new_as_the_day(ledger.book, under | (seen.rhythm_count > 0), horizon_days),
    ]
    for side in _sides(seen, parameters, under, horizon_days):
        checks.append(Check(LOW, side.whose & (not side.record.apart), ALIKE))
        checks += _fresh(ledger.book, _old(ledger.book, ledger.day), side, horizon_days)
        checks += _like_this_one(ledger, side, risk)
        checks += _beats_the_rule(side, horizon_days)
        if _channels(side) >= _UNKNOWN:
            checks += _covered(side, frame_in_use(ledger, seen, parameters, horizon_days))
    if ledger.left.any():
        # What lowers the confidence in a risk says nothing of those who have none.
        checks = [check._replace(holds=check.holds & ~ledger.left) for check in checks]
        checks.append(Check(HIGH, ledger.left, "left"))
    return summed(checks, ledger.customers)


def summed(checks: Iterable[Check], customers: int) -> Confidence:
    """The lowest level of the checks that hold, and their phrases in the order of the checks.

    A customer's reasons are the same, and in the same order, alone and among all.
    """
    level = np.full(customers, HIGH, np.int64)
    held = [check for check in checks if check.holds.any()]
    blocks = np.zeros((customers, len(held) // _BITS + 1), np.int64)
    for place, (at_most, holds, *_) in enumerate(held):
        level = np.where(holds, np.minimum(level, at_most), level)
        blocks[:, place // _BITS] |= holds.astype(np.int64) << place % _BITS
    if blocks.shape[1] == 1:
        found, why = np.unique(blocks[:, 0], return_inverse=True)
        found = found[:, None]
    else:
        found, why = np.unique(blocks, axis=0, return_inverse=True)
    combinations = tuple(
        tuple((one.phrase, one.figures) for place, one in enumerate(held) if row[place // _BITS] >> place % _BITS & 1)
        for row in found.tolist()
    )
    return Confidence(level, why.reshape(customers), combinations)


def _sides(seen: Features, parameters: Parameters, under: Flags, horizon_days: int) -> Iterator[_Side]:
    bought = ~under & ~seen.by_activity & (seen.rhythm_count > 0)
    sides: tuple[tuple[Label, Flags, Chosen | None, str], ...] = (
        ("orders", bought, parameters.orders.chosen, "orders"),
        ("activity", ~under & seen.by_activity, parameters.activity.chosen, "activities"),
        ("contract", under, parameters.contract, ""),
    )
    for label, whose, chosen, source in sides:
        if whose.any():
            told = chosen if chosen is not None and chosen.horizon_days == horizon_days else None
            yield _Side(label, whose, told, Record.from_json(told.record if told is not None else {}), source)


def _known(ledger: Ledger, seen: Features, parameters: Parameters, under: Flags, horizon_days: int) -> Iterator[Check]:
    """How much is known of each customer's rhythm, and whether the book tells one at all."""
    orders, activity = parameters.orders, parameters.activity
    count, free = seen.rhythm_count, ~under
    some = free & (count > 1)
    candidate = np.where(seen.by_activity, activity.candidate, orders.candidate)
    identifiable = np.where(seen.by_activity, activity.btyd.dropout_identifiable, orders.btyd.dropout_identifiable)
    young = known_at(ledger, "contract") < horizon_days if under.any() else under
    yield Check(LOW, free & (count == 0), "nothing_yet")
    for active, whose in ((False, ~seen.by_activity), (True, seen.by_activity)):
        yield Check(LOW, free & whose & (count == 1), "once", (active,))
        yield Check(MEDIUM, some & whose & (count < _FEW_DAYS), "few_days", (_FEW_DAYS, active))
    averaged = np.where(seen.by_activity, activity.chosen is not None, orders.chosen is not None) & (candidate == 0)
    yield Check(LOW, some & averaged, "average")
    yield Check(LOW, some & (candidate == 0) & ~averaged, "few_customers")
    yield Check(MEDIUM, some & (seen.age < horizon_days), "known_for", (horizon_days,))
    yield Check(MEDIUM, under & young, "under_contract_for", (horizon_days,))
    yield Check(MEDIUM, some & ~identifiable & (candidate > 0), "pause")


def _priced(book: BookEvents, seen: Features) -> Iterator[Check]:
    unpriced = np.zeros(seen.rhythm_count.size, np.bool_)
    unpriced[book.orders.row[np.isnan(book.orders.values["value"])]] = True
    nothing = np.isnan(seen.mean_value)
    yield Check(LOW, unpriced & nothing, "no_rate")
    yield Check(MEDIUM, unpriced & ~nothing, "some_without_rate")


def _old(book: BookEvents, day: int) -> Mapping[str, int]:
    """Old sources with their days; of events that were not read from a store, the orders alone."""
    if book.old_sources is not None:
        return book.old_sources
    days = day - book.newest_order if book.newest_order is not None else 0
    return {"orders": days} if days > OLD_DAYS else {}


def _as_new_as_the_day(book: BookEvents, whose: Flags, horizon_days: int) -> Iterator[Check]:
    days = (book.old_sources or {}).get(EVERYTHING)
    if days is not None:
        yield Check(LOW if days >= horizon_days else MEDIUM, whose, "all_old", (days,))


def _fresh(book: BookEvents, old: Mapping[str, int], side: _Side, horizon_days: int) -> Iterator[Check]:
    """Old sources that the risk really rests on."""
    shares = dict.fromkeys([side.source] if side.source in old else [], 1.0)
    for group in sorted({group_of(name) for name, _ in side.record.weights}):
        sources = [source for source in _sources_of(group, side) if source in book.known_sources]
        if sources and all(source in old for source in sources):
            newest = min(sources, key=lambda source: old[source])
            shares[newest] = shares.get(newest, 0.0) + side.record.share(frozenset({group}))
    for source, share in shares.items():
        if share >= _USED:
            low = old[source] >= horizon_days and share >= _CARRIES
            yield Check(LOW if low else MEDIUM, side.whose, "old", (source, old[source]))


def _sources_of(group: str, side: _Side) -> tuple[str, ...]:
    if group in _RHYTHM:
        return ("orders",) if side.label == "contract" else ()
    return _SOURCES_OF.get(group, ())


def _like_this_one(ledger: Ledger, side: _Side, risk: Floats) -> Iterator[Check]:
    """How far off the model was for customers similar to each: their kind, and a risk near to theirs."""
    record = side.record
    if side.chosen is None:
        return
    if not record.cases:
        error = side.chosen.error or 0.0
        yield Check(MEDIUM, side.whose & (error > _FAR_OFF), "off_by", (round(100 * error),))
        return
    kind = kinds_of(side.label, known_at(ledger, side.label))
    step = np.where(side.whose, np.round(np.nan_to_num(risk) * STEPS), -1.0)
    general = ("off", (record.off, record.cases))
    alone = side.whose.copy()
    for one in record.similar:
        if one.cases < FEWEST:
            continue
        here = side.whose & (kind == one.kind) & (step == one.step)
        alone &= ~here
        if abs(one.off) > _FAR_OFF or _disagrees(one):
            own = _disagrees(one) or (one.off * (one.told - one.left) > 0 and abs(one.told - one.left) > _FAR_OFF)
            told = ("similar", (one.cases, one.told, one.left, side.label, one.kind, one.risks))
            yield Check(_at_most(one.off), here, *(told if own else general))
    far = abs(record.off) > _FAR_OFF
    yield Check(_at_most(record.off) if far else MEDIUM, alone, *(general if far else ("few_similar", (FEWEST,))))


def _disagrees(one: Similar) -> bool:
    """Whether what came of similar customers was far from their risk, or this one's, and by more than chance.

    The mean risk of similar customers may lie nearer to what came than the risk that they are to speak for.
    """
    low, high = wilson(one.left * one.cases, one.cases)
    return any(abs(risk - one.left) > _FAR_OFF and not low <= risk <= high for risk in (one.told, one.step / STEPS))


def _at_most(off: float) -> int:
    return LOW if abs(off) > _USELESS else MEDIUM


def _beats_the_rule(side: _Side, horizon_days: int) -> Iterator[Check]:
    if side.chosen is not None and side.chosen.beats_rule is False:
        yield Check(MEDIUM, side.whose, "as_the_baseline", (side.label, horizon_days))


def _counted(side: _Side) -> list[tuple[str, float]]:
    """Return the columns that may have unknown values: under contract all, else those beside the rhythm."""
    weights = side.record.weights
    return [(name, size) for name, size in weights if side.label == "contract" or group_of(name) not in _RHYTHM]


def _channels(side: _Side) -> float:
    """Return the share of the risk's basis that may have unknown values."""
    return sum(weight for _, weight in _counted(side))


def _covered(side: _Side, frame: Frame) -> Iterator[Check]:
    """Of whom too little is known of what the risk rests on, and what."""
    unknown: dict[str, Flags] = {}
    missing = np.zeros(frame.size)
    for name, weight in _counted(side):
        nothing = np.isnan(frame.column(name))
        missing += weight * nothing
        group = "gap" if group_of(name) in _RHYTHM else group_of(name)
        unknown[group] = unknown[group] & nothing if group in unknown else nothing
    low = side.whose & (missing >= _UNKNOWN)
    said = np.zeros(frame.size, np.bool_)
    for group, nothing in unknown.items():
        share = side.record.share(_RHYTHM if group == "gap" else frozenset({group}))
        if share >= _USED:
            yield Check(MEDIUM, low & nothing, "no_record", (group, share))
            said |= nothing
    yield Check(MEDIUM, low & ~said, "much_missing")
