"""Confidence: how far a score can be trusted, in three words, with the reasons that lower it.

Low confidence never hides a score; it is printed beside it, and a low score alone raises no critical alert.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.scoring.events import BookEvents
from services.scoring.features import Features
from services.scoring.freshness import OLD_DAYS
from services.scoring.parameters import ChurnModel

LOW, MEDIUM, HIGH = range(3)
NAMES = ("low", "medium", "high")
_FEW_DAYS = 4
#: Told past windows so far off on average (a share of customers), a risk is never of high confidence.
_FAR_OFF = 0.10


@dataclass(frozen=True)
class Confidence:
    """`level`: index into `NAMES`; `why`: a bit for each sentence of `sentences` that holds; shape (customers,)."""

    level: NDArray[np.int64]
    why: NDArray[np.int64]
    sentences: tuple[str, ...]

    def reasons(self, bits: int) -> tuple[str, ...]:
        """The sentences of one customer's `why`."""
        return tuple(sentence for place, sentence in enumerate(self.sentences) if bits >> place & 1)


def confidence(
    seen: Features, book: BookEvents, orders: ChurnModel, activity: ChurnModel, horizon_days: int
) -> Confidence:
    """Judge each customer's scores by purchase days, time known, the model's rung and the age of the sources."""
    count, known = seen.rhythm_count, seen.age
    rung = np.where(seen.by_activity, activity.rung, orders.rung)
    identifiable = np.where(seen.by_activity, activity.btyd.dropout_identifiable, orders.btyd.dropout_identifiable)
    stale = seen.day - (book.newest_order if book.newest_order is not None else seen.day)
    unpriced = np.zeros(count.size, np.bool_)
    unpriced[book.orders.row[np.isnan(book.orders.values["value"])]] = True
    buys = ~seen.by_activity & (count > 0)
    checks = (
        (LOW, count == 0, "Neither an order nor other activity is known yet."),
        (LOW, count == 1, "Only one purchase day is known: one-time buyers cannot be told apart."),
        (LOW, (count > 1) & (rung == 0), "The book has too few customers with a history to fit a model."),
        (MEDIUM, (count > 1) & (count < _FEW_DAYS), f"Fewer than {_FEW_DAYS} purchase days are known."),
        (MEDIUM, (count > 1) & (known < horizon_days), f"Known for less than {horizon_days} days."),
        (
            MEDIUM,
            (count > 1) & ~identifiable & (rung > 0),
            "Dropout is not identifiable in this book's history: a pause and a departure look the same.",
        ),
        (
            LOW if stale >= horizon_days else MEDIUM,
            buys & (stale > OLD_DAYS),
            f"The newest order of the book is {stale} days older than its other data.",
        ),
        (
            LOW,
            unpriced & np.isnan(seen.mean_value),
            "Every order is in a currency without a rate: what they are worth is not known.",
        ),
        (
            MEDIUM,
            unpriced & ~np.isnan(seen.mean_value),
            "Some orders are in a currency without a rate and count without their value.",
        ),
        *_past_checks(orders, buys, horizon_days),
        *_past_checks(activity, seen.by_activity, horizon_days),
    )
    level = np.full(count.shape, HIGH, np.int64)
    why = np.zeros(count.shape, np.int64)
    for place, (at_most, holds, _) in enumerate(checks):
        level = np.where(holds, np.minimum(level, at_most), level)
        why |= holds.astype(np.int64) << place
    return Confidence(level, why, tuple(sentence for *_, sentence in checks))


def _past_checks(
    model: ChurnModel, whose: NDArray[np.bool_], horizon_days: int
) -> tuple[tuple[int, NDArray[np.bool_], str], ...]:
    """What the rung's own record on the book's past says about it."""
    chosen = model.chosen
    if chosen is None or not whose.any():
        return ()
    error = chosen.error or 0.0
    return (
        (
            MEDIUM,
            whose & (error > _FAR_OFF),
            f"On the book's past the churn risk was off by {round(100 * error)} points on average.",
        ),
        (
            MEDIUM,
            whose & (chosen.beats_rule is False),
            f"On the book's past the churn risk told no better than “no order for {horizon_days} days”.",
        ),
    )
